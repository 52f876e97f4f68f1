from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.case.regimen import MAX_EVENTS, SAME_INSTANT_H, elapsed, repeat
from ebbtide.library import InputError

first = st.floats(0, 10_000)
interval = st.floats(0.05, 1000)
count = st.integers(1, 500)


@given(first, interval, count)
def test_count_gives_so_many_events_evenly_spaced(first_h: float, interval_h: float, n: int) -> None:
    times = repeat(elapsed(first_h, interval_h), count=n)
    assert len(times) == n
    assert times[0] == first_h
    assert all(b - a == pytest.approx(interval_h) for a, b in pairwise(times))


@given(first, interval, count)
def test_until_includes_an_event_at_that_time_and_none_after(
    first_h: float, interval_h: float, n: int
) -> None:
    until_h = first_h + (n - 1) * interval_h
    times = repeat(elapsed(first_h, interval_h), until_h=until_h)
    assert len(times) == n
    assert times[-1] == pytest.approx(until_h)


@given(first, interval, count)
def test_before_leaves_out_an_event_at_that_time(first_h: float, interval_h: float, n: int) -> None:
    times = repeat(elapsed(first_h, interval_h), before_h=first_h + n * interval_h)
    assert len(times) == n


@given(first, interval, st.floats(0, 5000))
def test_until_is_the_same_as_filtering(first_h: float, interval_h: float, until_h: float) -> None:
    times = repeat(elapsed(first_h, interval_h), count=300, until_h=until_h)
    every = [first_h + k * interval_h for k in range(300)]
    assert list(times) == [t for t in every if t <= until_h + SAME_INSTANT_H]


def test_thirds_of_an_hour_end_on_the_hour() -> None:
    assert len(repeat(elapsed(0.0, 20 / 60), until_h=1.0)) == 4


def test_the_first_stop_that_is_met_holds() -> None:
    assert repeat(elapsed(0.0, 1.0), count=10, until_h=3.0, before_h=3.0) == (0.0, 1.0, 2.0)


def test_as_many_events_as_allowed() -> None:
    assert len(repeat(elapsed(0.0, 1.0), count=MAX_EVENTS)) == MAX_EVENTS


@pytest.mark.parametrize("interval_h", [1.0, 1e-300])
def test_a_rule_without_end_is_refused(interval_h: float) -> None:
    with pytest.raises(InputError, match="too many events; allowed: at most 20,000"):
        repeat(elapsed(0.0, interval_h))
