import pickle
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.case import Case, Person, parse_case, read_case, read_toml
from ebbtide.library import InputError, Library

from .conftest import refusal
from .malformed import MALFORMED


def test_the_least_that_a_case_says(read: Callable[..., Case]) -> None:
    case = read()
    assert (case.id, case.title, case.duration_h, case.zone, case.path) == ("test", "test", 336.0, None, "")
    assert case.start == datetime.fromisoformat("2026-03-02T08:00:00+01:00")
    assert case.person == Person()
    assert (case.history, case.doses, case.alternatives, case.supports, case.observations) == (
        (),
        (),
        (),
        (),
        (),
    )
    assert (case.products, case.unknown_products, case.notes) == ({}, (), ())


def test_person(read: Callable[..., Case]) -> None:
    traits = {
        "age_years": 34,
        "sex": "male",
        "weight_kg": 78,
        "cyp2d6": "poor",
        "child_pugh": "A",
        "egfr": 95,
    }
    person = read(
        person={**traits, "conditions": ["hepatitis_c", "hepatitis_c"], "jurisdiction": "US-AL"}
    ).person
    assert person == Person(34.0, "male", 78.0, "poor", "A", 95.0, ("hepatitis_c",), "US-AL")


def test_a_zone_sets_the_wall_clock_of_the_start(read: Callable[..., Case]) -> None:
    case = read({"start": "2026-03-02T23:30:00Z", "zone": "Europe/Berlin"}, doses=[])
    assert case.start.isoformat() == "2026-03-03T00:30:00+01:00"
    assert case.notes == (
        "start is 2026-03-03 00:30 in Europe/Berlin: its offset is not the one of the zone",
    )
    assert read({"zone": "Europe/Berlin"}).notes == ()


def test_alternatives_hold_what_is_added(read: Callable[..., Case]) -> None:
    leaf = {"product": "leaf", "amount": "2 g", "at": "0 h"}
    methadone = {"product": "methadone", "amount": "30 mg", "at": "1 h", "every": "1 d", "count": 2}
    case = read(
        doses=[leaf],
        alternatives=[
            {
                "id": "methadone",
                "title": "Methadone",
                "doses": [methadone],
                "supports": [{"kind": "counselling"}],
            },
            {"id": "nothing"},
        ],
    )
    first, second = case.alternatives
    assert [dose.product for dose in case.doses] == ["leaf"]
    assert (first.title, [dose.time_h for dose in first.doses]) == ("Methadone", [1.0, 25.0])
    assert first.doses[0].label == "alternatives[0].doses[0]"
    assert [support.kind for support in first.supports] == ["counselling"]
    assert (second.title, second.doses) == ("nothing", ())


def test_a_case_can_go_to_another_process(read: Callable[..., Case]) -> None:
    case = read(
        {"zone": "Europe/Berlin"},
        products=[{"id": "lot", "base": "leaf", "assay": {"mitragynine": "1 mg/g"}}],
        doses=[{"product": "lot", "amount": "2 g", "at": "0 h"}],
    )
    assert pickle.loads(pickle.dumps(case)) == case


def test_read_case_keeps_its_path_and_forgives_a_byte_order_mark(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "case.toml"
    path.write_text(
        '[case]\nid = "x"\nstart = 2026-03-02T08:00:00Z\nduration = "1 d"\n', encoding="utf-8-sig"
    )
    assert read_case(path, library).path == str(path)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    deep = tmp_path / "deep.toml"
    deep.write_text("x = " + "[" * 5000)
    long = tmp_path / "long.toml"
    long.write_text("x = " + "9" * 5000)
    for path, told in [
        (tmp_path / "none.toml", "No such file"),
        (tmp_path, "cannot read the file"),
        (binary, "UTF-8"),
        (deep, "nested too deeply"),
        (long, "not a TOML file"),
        (tmp_path / "\0", "cannot read the file|not a TOML file"),
    ]:
        with pytest.raises(InputError, match=told):
            read_toml(path)


WORDS = [
    *["0 h", "2 g", "6 h", "1 d", "14 d", "-1 h", "day 1 09:00", "2026-03-02T08:00:00Z", "41 U/L", "1 mg/g"],
    *["Europe/Berlin", "leaf", "film", "methadone", "lot", "oral", "mitragynine", "COWS", "ALT", "craving"],
    *["jaundice", "counselling"],
]
KEYS = [
    *["id", "title", "start", "duration", "zone", "product", "amount", "as", "at", "every", "count", "until"],
    *["route", "for", "last", "kind", "scale", "total", "items", "rating", "lab", "value", "upper_limit"],
    *["vital", "sign", "quantity", "text", "base", "assay", "contaminants", "mitragynine", "weight_kg"],
    *["conditions", "doses", "supports"],
]  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 2**63])
    | st.floats()
    | st.text(max_size=20)
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.dates()
    | st.times()
    | st.sampled_from(WORDS)
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
TABLES = ["person", "history", "products", "doses", "alternatives", "supports", "observations"]
VALID: dict[str, dict[str, Any]] = {
    "history": {"product": "leaf", "amount": "2 g", "every": "6 h", "for": "9 d", "last": "1 h before start"},
    "products": {"id": "lot", "base": "leaf", "assay": {"mitragynine": "1 mg/g"}},
    "doses": {"product": "leaf", "amount": "2 g", "at": "0 h", "every": "1 d", "count": 2},
    "alternatives": {"id": "a", "doses": [], "supports": []},
    "supports": {"kind": "counselling", "every": "1 d"},
    "observations": {"at": "0 h", "lab": "ALT", "value": "41 U/L"},
}


def is_read_or_refused(raw: Any, library: Library) -> None:
    told = refusal(lambda: parse_case(raw, library, "case.toml"))
    assert told is None or told.startswith("case.toml")


@given(raw=anything | st.dictionaries(st.sampled_from(["case", *TABLES]), anything))
def test_any_tables_are_read_or_refused(library: Library, raw: Any) -> None:
    is_read_or_refused(raw, library)


@given(
    table=st.sampled_from(sorted(VALID)),
    changes=st.dictionaries(st.sampled_from(KEYS), anything, min_size=1, max_size=3),
)
def test_any_changed_entry_is_read_or_refused(library: Library, table: str, changes: dict[str, Any]) -> None:
    frame = {"id": "x", "start": "2026-03-02T08:00:00+01:00", "duration": "14 d", "zone": "Europe/Berlin"}
    is_read_or_refused({"case": frame, table: [{**VALID[table], **changes}]}, library)


@given(
    changes=st.dictionaries(
        st.sampled_from(["id", "start", "duration", "zone", "title"]), scalars, min_size=1
    )
)
def test_any_changed_frame_is_read_or_refused(library: Library, changes: dict[str, Any]) -> None:
    frame = {"id": "x", "start": "2026-03-02T08:00:00+01:00", "duration": "14 d", **changes}
    is_read_or_refused({"case": frame, "doses": [VALID["doses"]]}, library)


@given(
    text=st.sampled_from([text for text, _ in MALFORMED.values()]),
    place=st.floats(0, 1),
    cut=st.integers(0, 10),
    inserted=st.text(max_size=5),
)
def test_any_damaged_text_is_read_or_refused(
    library: Library,
    tmp_path_factory: pytest.TempPathFactory,
    text: str,
    place: float,
    cut: int,
    inserted: str,
) -> None:
    at = int(place * len(text))
    path = tmp_path_factory.getbasetemp() / "damaged.toml"
    path.write_bytes((text[:at] + inserted + text[at + cut :]).encode("utf-8", "surrogatepass"))
    told = refusal(lambda: read_case(path, library))
    assert told is None or told.startswith(str(path))


def test_start_keeps_fractions_of_a_second(read: Callable[..., Case]) -> None:
    case = read(
        {"start": "2026-03-02T08:00:00.5+01:00"},
        doses=[{"product": "leaf", "amount": "1 g", "at": "day 1 08:01"}],
    )
    assert case.doses[0].time_h == pytest.approx(timedelta(seconds=59.5) / timedelta(hours=1))
