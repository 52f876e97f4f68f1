from typing import Any

import numpy as np
import pytest

from ebbtide.case import Case, parse_case
from ebbtide.engine.simulate import simulate
from ebbtide.library import load_library
from ebbtide.report.forecast import make_forecast
from ebbtide.safety.exposure import Change, beside_table, exposure_changes, exposure_finding

LIBRARY = load_library()
KRATOM = {"product": "kratom_tea", "amount": "2 g", "at": "0 h"}
MIDAZOLAM = {"product": "midazolam_syrup", "amount": "2.5 mg", "at": "0 h"}


def case_of(doses: list[dict[str, Any]], days: int = 1, **more: Any) -> Case:
    raw = {
        "case": {"id": "pair", "start": "2026-03-02T08:00:00+01:00", "duration": f"{days} d"},
        "doses": doses,
    }
    return parse_case(raw | more, LIBRARY, "pair.toml")


def test_kratom_raises_midazolam_as_two_forecasts_of_their_own_say_and_the_trial_stands_beside() -> None:
    """The ratio is that of two separate forecasts; in 12 people (Tanna 2023) it was 1.39 (1.23-1.57)."""
    case = case_of([KRATOM, MIDAZOLAM])
    areas = []
    for one in (case, case_of([MIDAZOLAM])):
        course = simulate(one, LIBRARY).arms[0].people["plasma.midazolam"]
        areas.append(np.trapezoid(course.values[:, 0], course["time_h"].values))
    forecast = make_forecast(case, LIBRARY)
    found = {f["id"]: f for f in forecast.findings}["interaction.kratom.benzodiazepine"]
    [told] = found["basis"]["simulated"]
    assert f"{areas[0] / areas[1]:.2f}-fold" in told
    assert 1.1 < areas[0] / areas[1] < 1.57
    assert any("1.39-fold" in size for size in found["basis"]["measured"])
    assert told in found["message"]


def test_an_inducer_lowers_and_what_acts_on_no_enzyme_of_the_other_is_not_run() -> None:
    daily = {"at": "0 h", "every": "24 h", "count": 6}
    case = case_of(
        [
            {"product": "methadone_liquid", "amount": "60 mg", **daily},
            {"product": "rifampicin_capsule", "amount": "600 mg", **daily},
            {"product": "magnesium_citrate", "amount": "200 mg", **daily},
        ],
        days=6,
    )
    changes = {(c.by, c.of): c.ratio for c in exposure_changes(case, LIBRARY, simulate(case, LIBRARY))}
    assert set(changes) <= {("rifampicin", "methadone"), ("methadone", "rifampicin")}
    assert 0.3 < changes["rifampicin", "methadone"] < 0.95


@pytest.mark.parametrize(
    ("ratio", "severity"),
    [
        (1.2, None),
        (0.85, None),
        (1.25, "note"),
        (0.8, "note"),
        (1.99, "note"),
        (2.0, "moderate"),
        (0.5, "moderate"),
    ],
)
def test_both_ways_count_alike(ratio: float, severity: str | None) -> None:
    changes = [Change("a", "b", "b with a", ratio)]
    found = exposure_finding(changes, case_of([MIDAZOLAM]), LIBRARY)
    assert [f["severity"] for f in found] == ([severity] if severity else [])


def test_only_the_interaction_of_the_pair_is_told_of() -> None:
    def found(id: str, *names: str) -> dict[str, Any]:
        return {"id": id, "message": "M.", "basis": {"inputs": dict.fromkeys(names, "x")}}

    told = beside_table(
        [found("interaction.a.b", "a", "b"), found("interaction.a.c", "a", "c"), found("load.qt", "a", "b")],
        [Change("a", "b", "b with a: 1.30-fold", 1.3)],
    )
    assert ["simulated" in f["basis"] for f in told] == [True, False, False]
