from collections.abc import Callable
from typing import Any

import pytest

from ebbtide.case import Case, Observation
from ebbtide.case.observations import severity_range
from ebbtide.library import InputError, load_library


def observed(read: Callable[..., Case], **keys: Any) -> Observation:
    (observation,) = read(observations=[{"at": "day 2 09:00", **keys}]).observations
    return observation


def test_total(read: Callable[..., Case]) -> None:
    seen = observed(read, scale="COWS", total=13, text="after breakfast")
    assert (seen.time_h, seen.kind, seen.name, seen.value, seen.unit) == (25.0, "scale", "COWS", 13, "points")
    assert seen.text == "after breakfast"


def test_items_are_summed(read: Callable[..., Case]) -> None:
    seen = observed(read, scale="SHORT", items={"sick": 2, "cramps": 3}, total=5)
    assert (seen.value, seen.items) == (5, {"sick": 2, "cramps": 3})
    with pytest.raises(InputError, match=r"observations\[0\]\.total: the items sum to 5; got 6"):
        observed(read, scale="SHORT", items={"sick": 2, "cramps": 3}, total=6)


@pytest.mark.parametrize(("rating", "low", "high"), [(0, 0, 4), (1, 5, 12), (2, 13, 24), (3, 25, 48)])
def test_rating_is_a_range_of_totals(read: Callable[..., Case], rating: int, low: int, high: int) -> None:
    seen = observed(read, scale="COWS", rating=rating)
    assert (seen.value, seen.low, seen.high) == (None, low, high)
    assert severity_range(load_library().scale("COWS"), rating) == (low, high)


def test_a_scale_without_bands_takes_no_rating(read: Callable[..., Case]) -> None:
    with pytest.raises(InputError, match=r'observations\[0\]\.rating: "SHORT" has no severity bands'):
        observed(read, scale="SHORT", rating=1)


@pytest.mark.parametrize(
    ("lab", "value", "number", "unit"),
    [
        ("ALT", "41 U/L", 41, "U/L"),
        ("ALT", "0.5 ukat/L", 30, "U/L"),
        ("bilirubin", "17.1 umol/L", 17.1, "umol/L"),
        ("bilirubin", "10 mg/L", 1.0, "mg/dL"),
        ("magnesium", "850 umol/L", 0.85, "mmol/L"),
        ("INR", 1.1, 1.1, "dimensionless"),
        ("QTc", "0.43 s", 430, "ms"),
        ("plasma.methadone", "250 ng/mL", 808.0155, "nM"),
        ("plasma.7-OH", "16.1 nmol/L", 16.1, "nM"),
        ("magnesium", "2 mEq/L", 1.0, "mmol/L"),  # two charges
        ("potassium", "4.2 mEq/L", 4.2, "mmol/L"),  # one
        ("ALT", "52 IU/L", 52, "U/L"),
        ("INR", "1.4", 1.4, "dimensionless"),
    ],
)
def test_labs_come_in_a_known_unit(
    read: Callable[..., Case], lab: str, value: object, number: float, unit: str
) -> None:
    seen = observed(read, lab=lab, value=value)
    assert (seen.kind, seen.value, seen.unit) == ("lab", pytest.approx(number, rel=1e-6), unit)
    assert seen.name == lab.replace("7-OH", "7-hydroxymitragynine")


def test_upper_limit_is_in_the_unit_of_the_value(read: Callable[..., Case]) -> None:
    assert observed(read, lab="ALT", value="41 U/L", upper_limit="0.5 ukat/L").upper_limit == pytest.approx(
        30
    )
    with pytest.raises(InputError, match=r"upper_limit: value and upper limit need units of one kind"):
        observed(read, lab="bilirubin", value="1 mg/dL", upper_limit="17 umol/L")


@pytest.mark.parametrize(
    ("vital", "value", "number", "unit"),
    [
        ("respiratory_rate", "14 /min", 14, "1/min"),
        ("heart_rate", "72 beats/min", 72, "1/min"),
        ("SpO2", "97 %", 97, "percent"),
        ("temperature", "98.6 degF", 37, "degC"),
    ],
)
def test_vitals(read: Callable[..., Case], vital: str, value: str, number: float, unit: str) -> None:
    seen = observed(read, vital=vital, value=value)
    assert (seen.kind, seen.name, seen.value, seen.unit) == ("vital", vital, pytest.approx(number), unit)


def test_blood_pressure(read: Callable[..., Case]) -> None:
    seen = observed(read, vital="blood_pressure", value="120/80 mmHg")
    assert (seen.value, seen.items, seen.unit) == (None, {"systolic": 120, "diastolic": 80}, "mmHg")
    with pytest.raises(InputError, match="impossible value; got '80/120 mmHg'"):
        observed(read, vital="blood_pressure", value="80/120 mmHg")


def test_sign(read: Callable[..., Case]) -> None:
    seen = observed(read, sign="jaundice")
    assert (seen.kind, seen.name, seen.value) == ("sign", "jaundice", None)


@pytest.mark.parametrize(
    ("quantity", "value", "number", "unit"),
    [
        ("craving", 40, 40, "points"),
        ("craving", "40 points", 40, "points"),
        ("sleep.total", "390 min", 6.5, "h"),
        ("symptom.sick", 0.4, 0.4, "dimensionless"),
    ],
)
def test_quantities(
    read: Callable[..., Case], quantity: str, value: object, number: float, unit: str
) -> None:
    seen = observed(read, quantity=quantity, value=value)
    assert (seen.kind, seen.name, seen.value, seen.unit) == (
        "quantity",
        quantity,
        pytest.approx(number),
        unit,
    )


@pytest.mark.parametrize("value", [True, float("nan"), float("inf"), -1, 101, "many", [], "1e400 points"])
def test_impossible_values_are_refused(read: Callable[..., Case], value: object) -> None:
    with pytest.raises(InputError, match=r"^case\.toml: observations\[0\]\.value: "):
        observed(read, quantity="craving", value=value)


def test_observations_may_be_before_the_start_and_come_in_order_of_time(read: Callable[..., Case]) -> None:
    at = ["day 2 09:00", "2026-03-01T08:00:00+01:00", "2 h before start"]
    case = read(observations=[{"at": t, "sign": "tremor"} for t in at])
    assert [seen.time_h for seen in case.observations] == [-24.0, -2.0, 25.0]
    with pytest.raises(InputError, match="too long ago"):
        read(observations=[{"at": "1e9 h before start", "sign": "tremor"}])


@pytest.mark.parametrize(
    ("keys", "name", "number"),
    [
        ({"lab": "SGPT", "value": "40 U/L"}, "ALT", 40),
        ({"lab": "K", "value": "4.2 mmol/L"}, "potassium", 4.2),
        ({"lab": "inr", "value": 1.1}, "INR", 1.1),
        ({"vital": "pulse", "value": "72 bpm"}, "heart_rate", 72),
        ({"vital": "RR", "value": "14 breaths/min"}, "respiratory_rate", 14),
        ({"vital": "spo2", "value": "91 %"}, "SpO2", 91),
    ],
)
def test_names_of_other_laboratories_and_monitors_are_understood(
    read: Callable[..., Case], keys: dict[str, object], name: str, number: float
) -> None:
    seen = observed(read, **keys)
    assert (seen.name, seen.value) == (name, pytest.approx(number))


@pytest.mark.parametrize("value", ["1.4 mEq", "14"])
def test_a_number_that_needs_a_unit_is_still_refused_without_it(
    read: Callable[..., Case], value: str
) -> None:
    with pytest.raises(InputError, match=r"observations\[0\]\.value"):
        observed(read, lab="potassium", value=value)


def test_a_saturation_is_a_percentage_or_a_fraction(read: Callable[..., Case]) -> None:
    assert observed(read, vital="SpO2", value=0.86).value == pytest.approx(86)
    with pytest.raises(InputError, match=r'a quantity needs its unit; got 86; allowed: "97 %"'):
        observed(read, vital="SpO2", value=86)
