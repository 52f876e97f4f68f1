"""Nights are told from the hour between 22:00 and 23:00 on the clock of the case."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from ebbtide.report.nights import nights

BERLIN = ZoneInfo("Europe/Berlin")


def clock_hours(start: datetime, time_h: np.ndarray) -> np.ndarray:
    """Hours on the wall clock at each time, 0 to 24."""
    local = [(start.astimezone(UTC) + timedelta(hours=float(h))).astimezone(start.tzinfo) for h in time_h]
    return np.array([t.hour + t.minute / 60 for t in local])


@pytest.mark.parametrize(
    "start",
    [
        datetime(2026, 3, 2, 8, tzinfo=timezone(timedelta(hours=1))),
        datetime(2026, 3, 2, 22, tzinfo=UTC),
        datetime(2026, 3, 27, 8, tzinfo=BERLIN),  # clocks go forward on the third day
        datetime(2026, 10, 23, 8, 30, tzinfo=BERLIN),  # and back
    ],
)
def test_a_clock_is_read_between_22_and_23_every_night(start: datetime) -> None:
    time_h = np.arange(0.0, 121.0, 0.5)
    found = nights(start, 120.0)
    read = found.values(time_h, np.stack([clock_hours(start, time_h)] * 2, axis=1))
    assert read.shape == (5, 2)
    np.testing.assert_allclose(read, 22.5)
    assert {date.hour for date in found.dates} == {22}


def test_a_flag_that_is_up_from_22_to_23_only_is_seen_whole() -> None:
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    time_h = np.arange(0.0, 49.0)
    flag = np.where(np.isin(time_h % 24, (14, 15)), 1.0, 0.0)
    np.testing.assert_allclose(nights(start, 48.0).values(time_h, flag), 1.0)


def test_a_step_of_six_hours_is_read_on_straight_lines() -> None:
    start = datetime(2026, 3, 2, 20, tzinfo=UTC)
    time_h = np.array([0.0, 6.0])
    assert nights(start, 6.0).values(time_h, time_h) == pytest.approx([2.5])


def test_a_night_that_the_forecast_cuts_off_is_not_told() -> None:
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert nights(start, 14.5).hours.size == 0
    assert nights(start, 15.0).hours.tolist() == [14.0]
    assert nights(start.replace(hour=22, minute=30), 12.0).hours.size == 0
