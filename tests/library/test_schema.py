from typing import Any

import pytest

from ebbtide.library import Compound, InputError, Parameter, load_library, numbers_of, validate

from .folders import medicine, number

SHIPPED = [
    (f"{name}.{path}", parameter)
    for table in (
        load_library().compounds,
        load_library().products,
        load_library().physiology,
        load_library().safety,
    )
    for name, entry in table.items()
    for path, parameter in numbers_of(entry)
]
EXEMPT = ("by definition", "by convention")


def test_every_shipped_number_has_a_known_source() -> None:
    assert len(SHIPPED) > 200
    assert {p.source for _, p in SHIPPED} <= set(load_library().sources)


def test_what_was_remembered_is_not_called_verified() -> None:
    wrong = [
        path
        for path, p in SHIPPED
        if p.source == "GeneralKnowledge"
        and p.basis == "measured"
        and p.verified
        and not any(words in p.note for words in EXEMPT)
    ]
    assert not wrong


def test_a_share_that_is_drawn_stays_a_share() -> None:
    names = ("fraction", "bioavailability", "efficacy", "pathways.", "share")
    wrong = [
        path
        for path, p in SHIPPED
        if any(name in path for name in names)
        and (p.between_cv or p.uncertainty_cv)
        and p.shape != "logitnormal"
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"value": -1}, "cannot be negative"),
        ({"value": 1, "shape": "logitnormal"}, "between 0 and 1"),
        ({"value": float("nan")}, "finite"),
        ({"value": float("inf")}, "finite"),
        ({"value": True}, "number"),
        ({"value": "5"}, "number"),
        ({"value": 10**400}, "value"),
        ({"unit": "mgg"}, "impossible unit"),
        ({"unit": "m^9^9^9^9"}, "impossible unit"),
        ({"between_cv": 5}, "less than or equal to 3"),
        ({"basis": "guessed"}, "measured"),
    ],
)
def test_impossible_numbers(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        validate(Parameter, number(1, "mg") | change, "x.toml")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("disposition.volume", number(0, "L"), "more than 0"),
        ("disposition.volume", number(5, "h"), 'impossible unit "h": a unit like L is needed'),
        ("disposition.volume", number(5, "m^9^9^9^9"), "impossible unit"),
        ("molar_mass", number(0, "g/mol"), "more than 0"),
        ("absorption.oral.bioavailability", number(1.2, "dimensionless"), "between 0 and 1"),
        ("absorption.oral.bioavailability", None, "bioavailability or dose_dependence"),
        ("absorption.rectal", {"bioavailability": number(1, "dimensionless")}, "'oral', 'sublingual'"),
        ("pathways.ugt", number(0.6, "dimensionless"), "sum to 1.1, more than 1"),
        ("pathways.cyp9z9", number(0.1, "dimensionless"), "cyp3a4"),
        ("receptors.mu.efficacy", number(1.5, "dimensionless"), "between 0 and 1"),
        ("receptors.mu.dissociation_constant", number(0, "nM"), "more than 0"),
        ("name", "../../x", "pattern"),
        (
            "metabolites",
            [{"compound": c, "fraction_of_clearance": number(0.6, "dimensionless")} for c in "ab"],
            "1.2 of the clearance",
        ),
        (
            "metabolites",
            [{"compound": "a", "pathway": "cyp3a4", "pathways": {"cyp3a4": number(1, "dimensionless")}}],
            "either pathway or pathways",
        ),
        (
            "metabolites",
            [{"compound": "a", "pathways": {"cyp3a4": number(0.9, "dimensionless")}}],
            "sum to 1",
        ),
        ("metabolites", [{"compound": "a", "pathway": "ugt"}], 'metabolite by "ugt"'),
        (
            "enzymes",
            {"cyp3a4": {"gut_induction_maximum": number(5, "dimensionless")}},
            "needs induction_maximum",
        ),
    ],
)
def test_impossible_compounds(path: str, value: Any, words: str) -> None:
    raw = medicine()
    *folders, last = path.split(".")
    table: Any = raw
    for key in folders:
        table = table[key]
    if value is None:
        del table[last]
    else:
        table[last] = value
    with pytest.raises(InputError) as refusal:
        validate(Compound, raw, "compounds/testorphine.toml")
    assert words in str(refusal.value)
    assert str(refusal.value).startswith("compounds/testorphine.toml")


def test_a_number_converts_itself() -> None:
    half_life = Parameter(value=13.2, unit="d", source="Cox1975", basis="measured")
    assert half_life.to("h") == pytest.approx(316.8)
    with pytest.raises(InputError, match="cannot be converted"):
        half_life.to("mg")
