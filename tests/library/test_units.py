import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.library import InputError, conversion, parse_quantity, registry
from ebbtide.library.units import is_unit

MORPHINE = 285.34
SLIPS = (
    "",
    "mg",
    "2",
    "2,5 mg",
    "2 mgg",
    "two mg",
    "1e999 mg",
    "nan mg",
    "inf mg",
    "2 mg; rm",
    2.5,
    None,
    True,
)
HOSTILE = (
    "2 m^9^9^9^9",
    "2 (m^9)^9",
    "2 m**99999999",
    "2 " + "m^9 " * 40,
    "1" * 5000 + " mg",
    "2 __import__",
)


@pytest.mark.parametrize(
    ("unit", "to", "factor"),
    [
        ("d", "h", 24),
        ("mL/min", "L/h", 0.06),
        ("ng/mL", "ug/L", 1),
        ("percent", "dimensionless", 0.01),
        ("U/L", "ukat/L", 1 / 60),  # one enzyme unit is a micromole a minute
        ("nM", "nmol/L", 1),
    ],
)
def test_conversions(unit: str, to: str, factor: float) -> None:
    assert conversion(unit, to) == pytest.approx(factor, rel=1e-12)


def test_mass_becomes_substance_by_the_molar_mass() -> None:
    assert conversion("mg", "nmol", molar_mass_g_per_mol=MORPHINE) == pytest.approx(1e6 / MORPHINE)
    assert conversion("ng/mL", "nM", molar_mass_g_per_mol=MORPHINE) == pytest.approx(1e3 / MORPHINE)
    there = conversion("mg", "mmol", molar_mass_g_per_mol=MORPHINE)
    assert there * conversion("mmol", "mg", molar_mass_g_per_mol=MORPHINE) == pytest.approx(1)


@pytest.mark.parametrize(("unit", "to"), [("mg", "h"), ("mg", "nmol"), ("tablet", "mg"), ("IU", "mg")])
def test_unlike_kinds_are_refused(unit: str, to: str) -> None:
    with pytest.raises(InputError, match=f'"{unit}" cannot be converted to "{to}"'):
        conversion(unit, to, "case.toml: doses[0]")


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("2.5 mg", 2.5, "mg"),
        ("14 /min", 14, "1/min"),
        (".5 ug/kg", 0.5, "ug/kg"),
        ("1e-3 g", 0.001, "g"),
        ("41U/L", 41, "U/L"),
        ("-3 %", -3, "%"),
        ("2 m^2", 2, "m^2"),
        ("38 °C", 38, "°C"),
    ],
)
def test_what_a_person_writes(text: str, number: float, unit: str) -> None:
    value, written = parse_quantity(text, "x", "8 mg")
    assert value == number
    assert registry().Unit(written) == registry().Unit(unit)


@pytest.mark.parametrize(
    "text",
    [*SLIPS, *HOSTILE],
)
def test_what_is_no_quantity_is_refused_at_once(text: object) -> None:
    registry()
    start = time.perf_counter()
    with pytest.raises(InputError) as refusal:
        parse_quantity(text, "case.toml: doses[0].amount", "8 mg")
    assert time.perf_counter() - start < 1
    assert str(refusal.value).startswith("case.toml: doses[0].amount: ")
    assert len(str(refusal.value)) < 250


@pytest.mark.parametrize("text", ["m^9^9^9^9", "(m^9^9)", "1/0", "mgg", "", "2 mg", "m" * 100])
def test_no_unit(text: str) -> None:
    assert not is_unit(text)


@given(st.text(max_size=60))
def test_any_text_is_a_quantity_or_is_refused(text: str) -> None:
    try:
        value, unit = parse_quantity(text, "x", "8 mg")
    except InputError:
        return
    assert value == value
    assert is_unit(unit)
