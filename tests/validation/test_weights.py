"""Weights, noise and summaries against what can be worked out by hand."""

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import pytest

from ebbtide.case.times import Clock
from ebbtide.library import Library
from ebbtide.validation.among import LEAVING, RETURNING, event_free
from ebbtide.validation.course import Course
from ebbtide.validation.follow import effective
from ebbtide.validation.groups import Group
from ebbtide.validation.noise import Noise, read_noise
from ebbtide.validation.result import StudyResult
from ebbtide.validation.schema import RawSpread
from ebbtide.validation.spread import standard_deviation
from ebbtide.validation.summary import average_fold, summarise
from ebbtide.validation.times import Timeline

from .studies import arm, dose, rows, run, seen, study

TIMELINE = Timeline(Clock(datetime(2001, 1, 1, tzinfo=UTC)), [], {})


def course(curves: Mapping[str, np.ndarray], hours: float = 240.0) -> Course:
    people = next(iter(curves.values())).shape[1]
    time_h = np.linspace(0, hours, len(next(iter(curves.values()))))
    group = Group(np.arange(people), (), TIMELINE, (), ())
    return Course("A", group, np.arange(people), time_h, curves, np.ones(people))


def test_staying_is_the_exponential_of_the_hazard_a_day() -> None:
    leave, back = np.full((41, 2), [0.01, 0.2]), np.full((41, 2), [0.03, 0.0])
    of = course({LEAVING: leave, RETURNING: back})
    assert event_free(of, (LEAVING,), 240.0) == pytest.approx(np.exp([-0.1, -2.0]))
    assert event_free(of, (LEAVING, RETURNING), 240.0) == pytest.approx(np.exp([-0.4, -2.0]))
    assert event_free(of, (LEAVING,), 240.0, 120.0) == pytest.approx(np.exp([-0.05, -1.0]))


def test_a_rising_hazard_is_integrated() -> None:
    rising = np.linspace(0, 0.1, 41)[:, None]
    assert event_free(course({LEAVING: rising}), (LEAVING,), 240.0) == pytest.approx([np.exp(-0.5)])


def test_effective_number_of_people() -> None:
    assert effective(np.ones(50)) == pytest.approx(50)
    assert effective(np.array([1.0, 1.0, 0.0, 0.0])) == pytest.approx(2)
    assert effective(np.zeros(3)) == 0


def test_noise_has_its_size_and_stays_in_the_scale() -> None:
    noise = Noise({"cows": 2.0, "qtc_change": 10.0}, {}, seed=1)
    people = np.arange(4000)
    true = np.full(4000, 20.0)
    rated = noise.seen("cows", true, people, "A", 24.0)
    assert rated.std() == pytest.approx(2, rel=0.05)
    assert (noise.seen("cows", true, people, "A", 24.0) == rated).all()
    assert abs(np.corrcoef(rated, noise.seen("cows", true, people, "A", 48.0))[0, 1]) < 0.05
    assert (noise.seen("cows", true[:9], people[100:109], "A", 24.0) == rated[100:109]).all()
    assert noise.seen("cows", 0.0 * true, people, "A", 0.0).min() == 0
    assert noise.seen("qtc_change", 0.0 * true, people, "A", 0.0).min() < 0
    assert (noise.seen("plasma.morphine", true, people, "A", 0.0) == true).all()


def test_noise_of_the_library(library: Library) -> None:
    noise = read_noise(library, 1)
    assert {"cows", "sows", "sows_gossop", "craving", "pain", "qtc_change", "sleep.total"} <= set(noise.visit)
    assert {"plasma", "liver.alt", "liver.bilirubin", "serum.magnesium"} <= set(noise.relative)


def test_which_rows_carry_noise(library: Library) -> None:
    use = {
        "product": "heroin_smoked",
        "amount": "200 mg",
        "every": "6 h",
        "for": "900 d",
        "last": "10 h before start",
    }
    at = {"at": "36 h"}
    observed = [
        seen("value", "cows", **at),
        seen("mean", "cows", at="30 h to 40 h"),
        seen("plasma.morphine" and "value", "plasma.morphine", **at),
        seen("value", "cows", at="48 h", among="in_programme"),
        seen("percent_event_free", "risk.leave_programme", at="48 h"),
        seen("percent_event_free", [LEAVING, RETURNING], at="48 h"),
    ]
    raw = study({"name": "A", "history": [use], "observed": observed})
    result = rows(raw, library)
    assert [bool(row.noise) for row in result] == [True, False, False, True, False, False]
    assert "1.5 points" in result[0].noise
    assert 0 < result[5].predicted < result[4].predicted < 100  # type: ignore[operator]
    assert [row.domain for row in result[:5]] == ["withdrawal", "withdrawal", "pk", "withdrawal", "staying"]


def test_average_fold_error_by_hand() -> None:
    assert average_fold([2.0, 8.0]) == pytest.approx(4)
    assert average_fold([]) is None


def test_summary(testanol: Library) -> None:
    peak = 14e6 / 400 / 35
    observed = [
        seen("Cmax", value=peak / 2, accept={"fold": 1.5}),
        seen("Cmax", value=peak * 1.2, accept={"fold": 1.5}),
        seen("Cmax", "plasma.gold"),
    ]
    result = run(study(arm(dose(), observed=observed)), testanol)
    summary = summarise([result])
    (group,) = summary["agreement"]
    assert group["aafe"] == pytest.approx(np.sqrt(2 * 1.2), rel=1e-3)
    assert group["within"] == pytest.approx({"1.25": 0.5, "1.5": 0.5, "2": 1.0}, abs=0.51)
    assert (group["passed"], group["judged"], group["not_run"]) == (1, 2, 1)
    assert (summary["rows"], summary["rows_not_run"]) == (3, 1)
    assert isinstance(result, StudyResult)


@pytest.mark.parametrize(
    ("spread", "value", "n", "sd"),
    [
        ({"sd": 3}, 10, 5, 3),
        ({"se": 1}, 10, 16, 4),
        ({"cv": 0.3}, 10, 5, 3),
        ({"cv": 30}, 10, 5, 3),
        ({"plus_minus": 2}, 10, None, 2),
        ({"low": 10, "high": 20, "kind": "IQR"}, 14, 9, 10 / 1.349),
        ({"low": -1.96, "high": 1.96, "kind": "95% CI"}, 0, 25, 5),
        ({"low": 5, "high": 9}, 7, 5, None),
        ({"sd": 0}, 7, 5, None),
    ],
)
def test_spread_of_people(
    spread: dict[str, float | str], value: float, n: int | None, sd: float | None
) -> None:
    found = standard_deviation(RawSpread.model_validate(spread), value, n)
    assert found == (sd if sd is None else pytest.approx(sd, rel=1e-3))
