import itertools
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebbtide.library import InputError, load_library
from ebbtide.library.lazy import synonyms_of
from ebbtide.library.loader import _load, check_all

from .folders import library_with, medicine, number, pill, write

START = "2026-03-02T08:00:00+01:00"


def test_a_new_medicine_is_a_new_file_and_nothing_else(tmp_path: Path) -> None:
    from ebbtide.case import parse_case
    from ebbtide.engine.simulate import simulate

    library = library_with(tmp_path, testorphine=medicine(), pill=pill())
    dose = {"product": "testorphine", "amount": "2 tablets", "at": "1 h"}
    raw = {
        "case": {"id": "new", "start": START, "duration": "1 d"},
        "person": {"weight_kg": 70},
        "doses": [dose],
    }
    run = simulate(parse_case(raw, library, "case.toml"), library, people=1)
    plasma = run.arms[0].people["plasma.testorphine"].values[:, 0]
    assert plasma[0] == 0
    # Bateman's first hours: 20 mg x 0.4 in 100 L can never exceed this
    assert 0 < plasma.max() < 20 / 300 * 1e6 * 0.4 / 100
    assert np.argmax(plasma) in (2, 3)
    assert run.arms[0].people["mor.occupancy"].values.max() > 0.05


def test_a_folder_puts_its_entry_in_place_of_the_shipped_one(tmp_path: Path) -> None:
    library = library_with(tmp_path, morphine=medicine() | {"name": "morphine", "title": "Other"})
    shipped = load_library()
    assert library.compound("morphine").title == "Other"
    assert shipped.compound("morphine").title == "Morphine"
    assert library.compounds["heroin"] == shipped.compounds["heroin"]
    assert library.digest != shipped.digest


def test_names_and_synonyms() -> None:
    library = load_library()
    assert library.compound("diamorphine").name == "heroin"
    for call, words in (
        (lambda: library.compound("heroine", "x"), "x: unknown compound; got 'heroine'"),
        (lambda: library.product("methadone_liqid"), 'Did you mean "methadone_liquid"'),
        (lambda: library.scale("COWZ"), 'Did you mean "COWS"'),
        (lambda: library.source("tanna2022"), 'Did you mean "Tanna2022"'),
    ):
        with pytest.raises(InputError) as refusal:
            call()
        assert words in str(refusal.value)


def changed(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(raw: dict[str, Any]) -> None:
        *folders, last = path.split(".")
        for key in folders:
            raw = raw[key]
        if value is None:
            del raw[last]
        else:
            raw[last] = value

    return change


def without_source(raw: dict[str, Any]) -> None:
    del raw["disposition"]["volume"]["source"]


def under_the_tongue(bioavailability: float) -> dict[str, Any]:
    return {
        "bioavailability": number(bioavailability, "dimensionless"),
        "rate": number(1, "1/h"),
        "swallowed": number(0.9, "dimensionless"),
    }


WRONG_COMPOUNDS = {
    "unknown key": (changed("disposition.volum", number(1, "L")), ["disposition.volum", '"volume"']),
    "no source": (without_source, ["disposition.volume.source", "missing"]),
    "unknown source": (
        changed("molar_mass", number(300, "g/mol") | {"source": "Tana2022"}),
        ["molar_mass.source", 'Did you mean "Tanna2022"'],
    ),
    "impossible unit": (changed("disposition.clearance", number(1, "mg")), ["disposition.clearance", '"mg"']),
    "bare number": (changed("molar_mass", 300), ["molar_mass"]),
    "pathways": (changed("pathways.cyp2d6", number(0.6, "dimensionless")), ["sum to 1.1"]),
    "no such metabolite": (
        changed("metabolites", [{"compound": "morphin"}]),
        ["metabolites", 'Did you mean "morphine"'],
    ),
    "metabolite by its synonym": (
        changed("metabolites", [{"compound": "diamorphine"}]),
        ["metabolites", "unknown compound"],
    ),
    "its own metabolite": (changed("metabolites", [{"compound": "testorphine"}]), ["metabolites", "circle"]),
    "nothing is swallowed of a vein": (
        changed("absorption.intravenous.swallowed", number(0.5, "dimensionless")),
        ["absorption.intravenous", "sublingual, buccal, intranasal"],
    ),
    "more swallowed than arrives": (
        changed("absorption.sublingual", under_the_tongue(0.3)),
        ["absorption.sublingual.swallowed", "0.36", "at most the bioavailability, 0.3"],
    ),
    "no absorption rate": (changed("absorption.oral.rate", None), ["absorption.oral.rate", "missing"]),
    "name of a body part": (changed("name", "adaptation"), ["name", "adaptation"]),
    "no name": (changed("name", None), ["name", "missing"]),
}


@pytest.mark.parametrize("name", WRONG_COMPOUNDS)
def test_a_wrong_compound_names_file_and_key(name: str, tmp_path: Path) -> None:
    change, words = WRONG_COMPOUNDS[name]
    raw = medicine()
    change(raw)
    with pytest.raises(InputError) as refusal:
        library_with(tmp_path, testorphine=raw)
    for word in ("compounds/", *words):
        assert word in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_what_is_swallowed_needs_a_way_by_mouth(tmp_path: Path) -> None:
    raw = medicine()
    raw["absorption"] = {"sublingual": under_the_tongue(0.5)}
    with pytest.raises(InputError, match=r"sublingual\.swallowed: .*by mouth"):
        library_with(tmp_path, testorphine=raw)


def test_metabolites_in_a_circle(tmp_path: Path) -> None:
    ring = [
        medicine() | {"name": a, "synonyms": [], "metabolites": [{"compound": b}]}
        for a, b in (("one", "two"), ("two", "three"), ("three", "one"))
    ]
    with pytest.raises(InputError, match="circle"):
        library_with(tmp_path, **{raw["name"]: raw for raw in ring})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"route": "smoked"}, ["products/testorphine_pill: route", "oral, intravenous"]),
        ({"route": "rectal"}, ["products/pill.toml: route"]),
        ({"active": "testorfine"}, ["products/testorphine_pill: active", 'Did you mean "testorphine"']),
        ({"contents": []}, ["products/pill.toml: contents"]),
        ({"contents": [{"compound": "x", "amount": number(1, "mg/g")}]}, ["contents", "unknown compound"]),
        (
            {"contents": [{"compound": "testorphine", "amount": number(1, "mg/tabet")}]},
            ["contents.0.amount.unit", "impossible unit"],
        ),
        ({"price": 3}, ["products/pill.toml: price", "unknown key"]),
    ],
)
def test_a_wrong_product_names_file_and_key(change: dict[str, Any], words: list[str], tmp_path: Path) -> None:
    with pytest.raises(InputError) as refusal:
        library_with(tmp_path, testorphine=medicine(), pill=pill() | change)
    for word in words:
        assert word in str(refusal.value)


@pytest.mark.parametrize(
    ("kind", "name", "entry", "words"),
    [
        ("physiology", "other", {"gain": 3.0}, ["physiology/other.toml: gain", "needs unit and source"]),
        ("physiology", "other", {"gains": [1.0, 2.0]}, ["physiology/other.toml: gains", "needs unit"]),
        ("physiology", "receptor", {"value": 1.0}, ["physiology/receptor.toml: value"]),
        ("physiology", "receptor", {}, ["physiology/receptor.toml: reserve", "missing"]),
        ("physiology", "receptor", {"reserve": number(3, "mg")}, ["reserve.unit", "cannot be converted"]),
        ("safety", "emergency", {"number": "call"}, ["safety/emergency.toml: not_breathing", "missing"]),
        (
            "scales",
            "mine",
            {
                "name": "MINE",
                "title": "x",
                "quantity": "mine",
                "rater": "patient",
                "source": "WessonLing2003",
                "items": [{"key": "sick", "maximum": 3, "allowed": [0, 3], "symptoms": {"nausia": 1.0}}],
            },
            ["scales/MINE: sick", 'Did you mean "nausea"'],
        ),
    ],
)
def test_wrong_files_of_other_kinds(
    kind: str, name: str, entry: dict[str, Any], words: list[str], tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refusal:
        load_library([write(tmp_path, kind, name, entry)])
    for word in words:
        assert word in str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [b"name = ", b"\xff\xfe", b"x = " + b"[" * 100_000, b"x = " + b"9" * 5_000, b"\x00"],
    ids=["cut off", "not UTF-8", "deep nesting", "huge integer", "zero byte"],
)
def test_what_is_no_toml(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "compounds").mkdir()
    (tmp_path / "compounds" / "x.toml").write_bytes(content)
    with pytest.raises(InputError, match=r"compounds/x\.toml: not a TOML file"):
        load_library([tmp_path])


@pytest.mark.parametrize(
    "content",
    [b"key,authors\nA,B,C\n", b"key,authors\nA\n", b"key,authors\n\xff,B\n", b"key\nA\n"],
    ids=["too long", "too short", "not UTF-8", "missing columns"],
)
def test_a_wrong_table_of_sources(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "sources.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"^sources\.csv: "):
        load_library([tmp_path])


def test_folders_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such library folder"):
        load_library([tmp_path / "none"])
    (tmp_path / "compounds" / "x.toml").mkdir(parents=True)
    with pytest.raises(InputError, match="cannot be read"):
        load_library([tmp_path])


LEAVES = (
    st.text(max_size=8)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.sampled_from(["L", "m^9^9^9", "oral", "GeneralKnowledge", "morphine"])
)
VALUES = st.recursive(
    LEAVES | st.builds(number, LEAVES, st.sampled_from(["L", "L/h", "1/h", "dimensionless", "mg"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "unit", "source", "mu", "oral"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(tree: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path for key, value in items for path in ((*at, key), *places(value, (*at, key)))]


PLACES = places(medicine())
NUMBERS = itertools.count()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=3))
def test_any_change_of_a_file_loads_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    raw = deepcopy(medicine())
    for path, value in changes:
        table: Any = raw
        try:
            for key in path[:-1]:
                table = table[key]
            table[path[-1]] = value
        except (TypeError, KeyError, IndexError):
            continue
    folder = tmp_path_factory.getbasetemp() / f"fuzz{next(NUMBERS)}"
    with suppress(InputError):  # and nothing else
        library_with(folder, testorphine=raw)
    _load.cache_clear()


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from([*medicine(), "note", "x"]), VALUES, max_size=8))
def test_any_file_is_refused_or_loads(tmp_path_factory: pytest.TempPathFactory, raw: dict[str, Any]) -> None:
    folder = tmp_path_factory.getbasetemp() / f"fuzz{next(NUMBERS)}"
    with suppress(InputError):  # and nothing else
        library_with(folder, testorphine=raw)
    _load.cache_clear()


def test_shipped_entries_are_found_by_the_names_that_they_have() -> None:
    library = load_library()
    for table in (library.compounds, library.products, library.scales):
        assert {name: table[name].name for name in table} == {name: name for name in table}
        told = {s: name for name in table for s in getattr(table[name], "synonyms", ())}
        assert synonyms_of(table) == told


def test_the_whole_shipped_library_can_be_read() -> None:
    check_all(load_library())
