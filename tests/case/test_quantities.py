from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.case.model import Quantity
from ebbtide.case.quantities import in_unit, read_hours, read_quantity
from ebbtide.library import InputError, same_kind

from .conftest import refusal


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("2.5 mg", 2.5, "mg"),
        ("2.5mg", 2.5, "mg"),
        (".5 g", 0.5, "g"),
        ("1e3 ng/mL", 1000.0, "ng/mL"),
        ("14 /min", 14.0, "1/min"),
        ("97 %", 97.0, "%"),
        ("37 °C", 37.0, "°C"),
        ("5 µg", 5.0, "µg"),
        ("1.2 umol L^-1", 1.2, "umol L^-1"),
        ("  3   tablets ", 3.0, "tablets"),
    ],
)
def test_number_and_unit(text: str, value: float, unit: str) -> None:
    assert read_quantity(text, "key", "2 g") == Quantity(value, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2",
        "mg",
        "two mg",
        "2 spoons",
        "2 mg/100 mL",
        "1e999 mg",
        "2 m^9^9^9^9",
        "2 m**99",
        "2 g; 3 g",
        "2 g" * 50,
        2,
        None,
        [],
    ],
)
def test_anything_else_is_refused_with_an_example(text: object) -> None:
    with pytest.raises(InputError, match=r"^key: .*2 g"):
        read_quantity(text, "key", "2 g")


@given(st.text(max_size=60), st.text(alphabet="mgLhkd 0123456789^*/().%°-+e", max_size=40))
def test_no_text_does_anything_but_read_or_refuse(anything: str, likely: str) -> None:
    for text in (anything, likely, f"2 {anything}", f"2 {likely}"):
        told = refusal(partial(read_quantity, text, "key", "2 g"))
        assert told is None or told.startswith("key: ")


@pytest.mark.parametrize(("text", "hours"), [("6 h", 6.0), ("90 min", 1.5), ("2 d", 48.0), ("1 week", 168.0)])
def test_lengths_of_time_are_in_hours(text: str, hours: float) -> None:
    assert read_hours(text, "key") == pytest.approx(hours)


@pytest.mark.parametrize("text", ["6 g", "6", "1e308 year"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^key: "):
        read_hours(text, "key")


def test_fahrenheit_is_not_only_scaled() -> None:
    assert in_unit(Quantity(98.6, "degF"), "degC", "key") == pytest.approx(37.0)


def test_mass_goes_to_moles() -> None:
    assert in_unit(Quantity(250, "ng/mL"), "nM", "key", 309.4) == pytest.approx(808.0155, rel=1e-6)


def test_kinds_are_told_apart() -> None:
    assert same_kind("ug/L", "mg/mL")
    assert not same_kind("ug/L", "mg/g")
    assert not same_kind("tablet", "capsule")
