from typing import Any

import numpy as np
import pytest

from ebbtide.case import Case, parse_case
from ebbtide.engine.forecast import ArmForecast
from ebbtide.library import load_library
from ebbtide.safety import forecast_findings

from .courses import course

LIBRARY = load_library()
HOURS = np.arange(73.0)


def case_of(**tables: Any) -> Case:
    """A case that starts at 08:00."""
    frame = {"id": "test", "start": "2026-03-02T08:00:00+01:00", "duration": "60 d"}
    return parse_case({"case": frame, **tables}, LIBRARY, "test.toml")


def with_quantity(name: str, values: Any, people: int = 20) -> ArmForecast:
    """A course in which a quantity has ``values`` over 73 hours, or over hours and people."""
    arm = course("as-written", people=people)
    table = np.asarray(values, dtype=float)
    if table.ndim == 1:
        table = np.repeat(table[:, None], people, axis=1)
    arm.people[name] = (("time_h", "person"), table)
    return arm


def found(arm: ArmForecast, case: Case | None = None) -> dict[str, str]:
    return {f["id"]: f["severity"] for f in forecast_findings(case or case_of(), [arm], LIBRARY)}


@pytest.mark.parametrize(("lowest", "severity"), [(0.6, None), (0.5, "major"), (0.2, "emergency")])
def test_breathing_while_the_plan_is_followed(lowest: float, severity: str | None) -> None:
    values = np.where(HOURS == 30, lowest, 1.0)
    assert found(with_quantity("ventilation", values)).get("forecast.ventilation") == severity


@pytest.mark.parametrize(("hour", "told"), [(2, False), (13, False), (15, True), (22, True), (24, False)])
def test_deep_sedation_counts_at_night_by_the_clock(hour: int, told: bool) -> None:
    """Hour 14 after 08:00 is 22:00, hour 23 is 07:00."""
    values = np.where(hour == HOURS, 0.9, 0.0)
    assert ("forecast.night_sedation" in found(with_quantity("sedation", values))) == told


@pytest.mark.parametrize(("days", "severity"), [(1, None), (2, "moderate"), (3, "moderate")])
def test_days_of_diarrhoea(days: int, severity: str | None) -> None:
    values = np.where(days * 24 > HOURS, 0.6, 0.0)
    assert found(with_quantity("symptom.diarrhoea", values)).get("forecast.dehydration") == severity


@pytest.mark.parametrize(
    ("name", "below", "above", "id"),
    [
        ("liver.alt", 119.0, 121.0, "forecast.alt"),
        ("qtc_change", 59.0, 61.0, "forecast.qtc"),
        ("serum.magnesium", 1.0, 1.1, "forecast.magnesium"),
    ],
)
def test_a_share_of_the_people_over_a_limit(name: str, below: float, above: float, id: str) -> None:
    values = np.full((73, 20), below)
    assert id not in found(with_quantity(name, values))
    values[40, :1] = above  # one of twenty is 5 %
    assert found(with_quantity(name, values))[id] == "moderate"
    values[40, :10] = above
    assert found(with_quantity(name, values))[id] == ("moderate" if name == "serum.magnesium" else "major")


def test_dangerous_magnesium_is_major() -> None:
    assert found(with_quantity("serum.magnesium", np.full(73, 3.0)))["forecast.magnesium"] == "major"


@pytest.mark.parametrize(("weeks", "told"), [(1, False), (3, True)])
def test_withdrawal_after_kratom_counts_after_weeks_of_it(weeks: int, told: bool) -> None:
    history = [
        {
            "product": "kratom_tea",
            "amount": "3 g",
            "every": "8 h",
            "for": f"{weeks * 7} d",
            "last": "8 h before start",
        }
    ]
    case = case_of(history=history, doses=[{"product": "kratom_tea", "amount": "3 g", "at": "12 h"}])
    cows = np.where(HOURS > 20, 9.0, 1.0)[:, None]
    assert ("forecast.kratom_withdrawal" in found(course("as-written", cows), case)) == told


def test_naloxone_at_hand_changes_the_words_not_the_danger() -> None:
    use = {"product": "heroin_smoked", "amount": "200 mg", "every": "6 h", "for": "90 d", "last": "0 h"}
    arm = course("as-written", breathing=[0.8, 0.4])
    told = {}
    for kit in ([], [{"product": "naloxone_spray", "amount": "4 mg", "at": "71 h"}]):
        (finding,) = [
            f
            for f in forecast_findings(case_of(history=[use], doses=kit), [arm], LIBRARY)
            if f["id"] == "relapse.lost_tolerance"
        ]
        told[bool(kit)] = finding
    assert told[True]["severity"] == told[False]["severity"] == "major"
    assert "supply two doses today" in told[False]["advice"]
    assert "companion has to know how" in told[True]["advice"]
