"""Answers against curves whose onset, peak, end and area are known on paper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.report.answers import (
    area,
    course,
    first_reach,
    hours_at_or_above,
    settled_below,
    spread_of,
    time_of_peak,
)

TIME = np.arange(0.0, 31.0)
TENT = np.where(TIME <= 10, TIME, 15 - TIME / 2)
"""Rises by 1 an hour to 10 at 10 h, falls by 0.5 an hour to 0 at 30 h."""


@pytest.mark.parametrize(
    ("level", "onset", "end", "hours"),
    [(5.0, 5.0, 20.0, 15.0), (2.5, 2.5, 25.0, 22.5), (9.75, 9.75, 10.5, 0.75), (10.0, 10.0, 10.0, 0.0)],
)
def test_a_tent_is_crossed_where_it_is_on_paper(level: float, onset: float, end: float, hours: float) -> None:
    assert first_reach(TIME, TENT, level) == pytest.approx(onset)
    assert settled_below(TIME, TENT, level) == pytest.approx(end)
    assert hours_at_or_above(TIME, TENT, level) == pytest.approx(hours)


def test_area_and_peak_of_a_tent() -> None:
    assert area(TIME, TENT) == pytest.approx(10 * 10 / 2 + 10 * 20 / 2)
    assert time_of_peak(TIME, TENT) == 10.0


def test_a_curve_that_never_reaches_has_no_onset_and_no_end() -> None:
    assert first_reach(TIME, TENT, 10.5) is None
    assert settled_below(TIME, TENT, 10.5) is None
    assert hours_at_or_above(TIME, TENT, 10.5) == 0.0


def test_a_curve_that_starts_above_has_its_onset_at_the_start() -> None:
    assert first_reach(TIME, 12 - TENT, 5.0) == 0.0


def test_a_curve_that_ends_above_has_not_settled() -> None:
    told = course(TIME, TIME - 1, TIME, TIME + 1, 5.0)
    assert told.onset_h == pytest.approx(5.0)
    assert told.resolved_h is None
    assert told.lasts_past_end


def test_the_end_is_the_last_crossing_of_a_curve_that_comes_back() -> None:
    waves = 10 * np.abs(np.sin(np.pi * TIME / 10))
    assert settled_below(TIME, waves, 5.0) == pytest.approx(30 - 10 / 6, abs=0.1)


def test_an_exponential_settles_after_its_half_lives() -> None:
    time_h = np.linspace(0, 48, 4801)
    assert settled_below(time_h, 20 * 0.5 ** (time_h / 6), 5.0) == pytest.approx(12.0, abs=1e-3)


def test_course_reads_the_band_at_the_peak_of_the_median() -> None:
    told = course(TIME, 0.5 * TENT, TENT, 2 * TENT, 5.0)
    assert (told.onset_h, told.peak_h, told.peak, told.resolved_h) == pytest.approx((5.0, 10.0, 10.0, 20.0))
    assert (told.peak_low, told.peak_high) == (5.0, 20.0)


def test_people_along_the_last_axis_are_answered_one_by_one() -> None:
    people = np.stack([TENT, 2 * TENT, 0 * TENT], axis=1)
    assert hours_at_or_above(TIME, people, 5.0) == pytest.approx([15.0, 22.5, 0.0])
    assert area(TIME, people) == pytest.approx([150.0, 300.0, 0.0])


def test_spread_leaves_out_what_is_not_a_number() -> None:
    found = spread_of(np.array([1.0, 2.0, 3.0, np.nan]))
    assert (found["mean"], found["median"]) == (2.0, 2.0)
    assert all(np.isnan(v) for v in spread_of(np.array([np.nan])).values())


curves = st.lists(st.floats(0, 48, allow_subnormal=False), min_size=2, max_size=40).map(np.array)


@given(curves, st.floats(0, 48))
def test_a_finer_grid_gives_the_same_answers(values: np.ndarray, level: float) -> None:
    time_h = np.arange(values.size, dtype=float)
    fine = np.arange(2 * values.size - 1) / 2
    between = np.interp(fine, time_h, values)
    assert hours_at_or_above(fine, between, level) == pytest.approx(
        hours_at_or_above(time_h, values, level), abs=1e-6
    )
    assert area(fine, between) == pytest.approx(area(time_h, values), abs=1e-6)


@given(curves, st.floats(0, 48), st.floats(0, 48))
def test_more_is_never_longer(values: np.ndarray, one: float, other: float) -> None:
    time_h = np.arange(values.size, dtype=float)
    longer, shorter = (hours_at_or_above(time_h, values, level) for level in sorted((one, other)))
    assert 0 <= shorter <= longer + 1e-9
    assert longer <= time_h[-1] + 1e-9
