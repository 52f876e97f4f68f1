"""Staying is exp(-integral of the hazard), person by person, then the mean."""

import math

import numpy as np
import pytest

from ebbtide.report.staying import remaining, staying_band, staying_on, told_days

from .synthetic import make_arm


def test_a_constant_hazard_leaves_the_exponential() -> None:
    time_h = np.arange(0.0, 241.0)
    left = remaining(time_h, np.full(241, 0.1))
    assert left[0] == 1.0
    assert left[24 * 7] == pytest.approx(math.exp(-0.7))
    assert left[-1] == pytest.approx(math.exp(-1.0))


def test_a_hazard_that_rises_in_a_line_leaves_a_gaussian() -> None:
    time_h = np.array([0.0, 5.0, 24.0, 60.0, 96.0])  # uneven steps: a line is integrated exactly
    left = remaining(time_h, 0.2 * time_h / 24)
    np.testing.assert_allclose(left, np.exp(-0.1 * (time_h / 24) ** 2))


def test_people_are_averaged_after_the_exponential() -> None:
    arm = make_arm("a", "A", people=3, hours=48)
    arm.people["risk.return_to_use"].values[:] = [0.0, 0.5, 2.0]
    band = staying_band(arm, "risk.return_to_use")
    assert band is not None
    by_hand = 100 * (1 + math.exp(-1.0) + math.exp(-4.0)) / 3
    assert band.median[-1] == pytest.approx(by_hand, rel=1e-6)
    assert staying_on(band, (2,))[2]["mean"] == pytest.approx(by_hand, rel=1e-6)
    assert band.median[-1] != pytest.approx(100 * math.exp(-2.5 / 3 * 2), rel=0.05)


def test_an_arm_without_hazards_has_no_curve() -> None:
    assert staying_band(make_arm("a", "A", people=2, hours=24), "risk.none") is None


@pytest.mark.parametrize(("duration_h", "last"), [(12.0, None), (24.0, 1), (347.0, 14), (8760.0, 365)])
def test_days_told_end_with_the_last_whole_day(duration_h: float, last: int | None) -> None:
    days = told_days(duration_h)
    assert (days[-1] if days else None) == last
    assert list(days) == sorted(set(days))
    assert len(days) <= 8
