import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.library import load_library
from ebbtide.safety import forecast_findings
from ebbtide.safety.findings import SEVERITIES
from ebbtide.safety.forecast_rules import lost_tolerance

from .courses import FILM, case_with, course, step_up

LIBRARY = load_library()
DOSE_H = 12.0
FILM_AT_12 = {"product": FILM, "amount": "8 mg", "at": "12 h"}


def check(finding: dict[str, Any]) -> None:
    """The public form, each part filled, fit for JSON, every source known."""
    assert set(finding) == {"id", "severity", "title", "message", "basis", "advice"}
    parts = {"rule", "inputs", "sources", "locators", "evidence", "missing", "would_change"}
    assert set(finding["basis"]) == parts
    assert finding["severity"] in SEVERITIES
    assert all(finding[key] for key in ("id", "title", "message", "advice"))
    assert all(value for part, value in finding["basis"].items() if part != "locators")
    assert set(finding["basis"]["sources"]) <= set(LIBRARY.sources)
    assert "nan" not in json.dumps(finding).lower().replace("lofexidine", "")


@pytest.mark.parametrize(
    ("lowest", "severity"),
    [(0.51, None), (0.5, "major"), (0.26, "major"), (0.25, "emergency"), (0.02, "emergency")],
)
def test_severity_of_lost_tolerance_at_its_thresholds(lowest: float, severity: str | None) -> None:
    found = lost_tolerance([course("as-written", breathing=[0.8, 0.6, lowest])], LIBRARY)
    if severity is None:
        assert found is None
        return
    assert found is not None
    check(found)
    assert found["severity"] == severity
    assert f"to {lowest:.0%} of normal" in found["message"]
    assert "on day 2 of the course" in found["message"]
    assert "(to 80% on day 0)" in found["message"]


def test_the_worst_course_decides_and_each_is_listed() -> None:
    found = lost_tolerance(
        [
            course("as-written", breathing=[0.7, 0.4, 0.2]),
            course("methadone", breathing=[0.7, 0.69, 0.68]),
            course("kratom", breathing=[0.7, 0.5, 0.3]),
            course("unknown"),
        ],
        LIBRARY,
    )
    assert found is not None
    check(found)
    assert (found["id"], found["severity"]) == ("relapse.lost_tolerance", "emergency")
    assert 'to 20% of normal in the middle person on day 2 of the course "As-written"' in found["message"]
    assert 'with "Methadone", where it falls least, to 68%' in found["message"]
    assert found["basis"]["inputs"]["lowest_by_day"] == {
        "as-written": {0: 0.7, 1: 0.4, 2: 0.2},
        "methadone": {0: 0.7, 1: 0.69, 2: 0.68},
        "kratom": {0: 0.7, 1: 0.5, 2: 0.3},
    }


def test_a_dose_that_is_worst_at_once_is_not_told_as_a_fall() -> None:
    found = lost_tolerance([course("as-written", breathing=[0.2, 0.3, 0.4])], LIBRARY)
    assert found is not None
    assert "on day 0" in found["message"]
    assert found["message"].count("day 0") == 1
    assert "falls least" not in found["message"]


def test_the_middle_person_counts_not_the_mean() -> None:
    breathing = np.full((1, 21), 0.9)
    breathing[0, :10] = 0.0  # ten of twenty-one stop breathing, the middle one does not
    assert lost_tolerance([course("as-written", breathing=breathing, people=21)], LIBRARY) is None
    breathing[0, :11] = 0.0
    found = lost_tolerance([course("as-written", breathing=breathing, people=21)], LIBRARY)
    assert found is not None
    assert found["severity"] == "emergency"


def test_nothing_taken_before_is_nothing_to_relapse_to() -> None:
    assert lost_tolerance([course("as-written")], LIBRARY) is None
    assert lost_tolerance([], LIBRARY) is None


@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=6), min_size=1, max_size=4))
def test_lost_tolerance_is_told_when_and_only_when_some_day_is_low(lowest: list[list[float]]) -> None:
    arms = [course(f"arm{i}", breathing=days, people=3) for i, days in enumerate(lowest)]
    found = lost_tolerance(arms, LIBRARY)
    worst = min(min(days) for days in lowest)
    assert (found is not None) == (worst <= 0.5)
    if found is not None:
        assert (found["severity"] == "emergency") == (worst <= 0.25)


def precipitated(rise: np.ndarray, untreated: Any = 0.0) -> list[dict[str, Any]]:
    """Findings for a film at 12 h in an alternative whose COWS is ``rise`` above the course without it."""
    people = rise.shape[1]
    arms = [course("as-written", untreated, people=people), course("arm0", untreated + rise, people=people)]
    found = forecast_findings(case_with([[FILM_AT_12]]), arms, LIBRARY)
    for finding in found:
        check(finding)
    return list(found)


@pytest.mark.parametrize(("rise", "told"), [(0.0, False), (5.9, False), (6.0, True), (20.0, True)])
def test_precipitated_withdrawal_is_a_rise_of_six_points(rise: float, told: bool) -> None:
    found = precipitated(step_up(rise, DOSE_H))
    assert bool(found) == told
    if told:
        (finding,) = found
        assert finding["id"] == "induction.precipitated_withdrawal.arm0"
        assert finding["severity"] == "major"
        assert "likely" in finding["title"]
        assert f"by {rise:.0f} points (median) within 6 h; 100% of the people" in finding["message"]


def test_withdrawal_that_comes_without_the_dose_is_not_blamed_on_it() -> None:
    natural = np.linspace(0, 40, 73)[:, None]
    assert precipitated(step_up(0, DOSE_H), untreated=natural) == []
    assert precipitated(-step_up(5, DOSE_H), untreated=natural + 5) == []


def test_a_rise_long_after_the_dose_is_not_precipitated() -> None:
    assert precipitated(step_up(20, DOSE_H + 6)) == []
    assert len(precipitated(step_up(20, DOSE_H + 5))) == 1


@pytest.mark.parametrize(
    ("affected", "severity"), [(0, None), (1, "moderate"), (9, "moderate"), (10, "major")]
)
def test_severity_follows_how_many_rise(affected: int, severity: str | None) -> None:
    rise = step_up(10, DOSE_H)
    rise[:, affected:] = 0
    assert [f["severity"] for f in precipitated(rise)] == ([severity] if severity else [])


def test_a_full_agonist_and_kratom_do_not_precipitate() -> None:
    for product, amount in (("methadone_liquid", "30 mg"), ("kratom_tea", "4 g")):
        case = case_with([[{"product": product, "amount": amount, "at": "12 h"}]])
        arms = [course("as-written"), course("arm0", step_up(20, DOSE_H))]
        assert forecast_findings(case, arms, LIBRARY) == ()


def test_a_dose_of_the_case_as_written_is_compared_with_the_moment_before_it() -> None:
    case = case_with(doses=[FILM_AT_12])
    (found,) = forecast_findings(case, [course("as-written", 4 + step_up(9, DOSE_H))], LIBRARY)
    check(found)
    assert "above that at the dose by 9 points" in found["message"]
    assert "COWS at the dose was 4" in found["message"]
    assert forecast_findings(case, [course("as-written", 4 - step_up(3, DOSE_H))], LIBRARY) == ()


def test_naloxone_too_and_at_the_very_start() -> None:
    case = case_with([[{"product": "naloxone_injection", "amount": "0.4 mg", "at": "0 h"}]])
    (found,) = forecast_findings(case, [course("as-written"), course("arm0", step_up(12, 0))], LIBRARY)
    assert found["basis"]["inputs"]["product"] == "naloxone_injection"


def test_the_worst_finding_comes_first() -> None:
    arms = [
        course("as-written", breathing=[0.2, 0.1]),
        course("arm0", step_up(9, DOSE_H), breathing=[0.9, 0.9]),
    ]
    found = forecast_findings(case_with([[FILM_AT_12]]), arms, LIBRARY)
    assert [f["severity"] for f in found] == ["emergency", "major"]
