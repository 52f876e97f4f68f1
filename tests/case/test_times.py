from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.case.times import Clock, read_instant, read_zone, whole_days
from ebbtide.library import InputError

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def clock(start: str, zone: str | None = None) -> Clock:
    instant = datetime.fromisoformat(start)
    return Clock(instant.astimezone(ZoneInfo(zone)) if zone else instant)


WINTER = clock("2026-03-02T08:00:00+01:00", "Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("day 1 08:00", 0.0),
        ("day 1 8:30", 0.5),
        ("Day 2 09:00", 25.0),
        ("0 h", 0.0),
        ("90 min", 1.5),
        ("2 h after start", 2.0),
        ("1 week after start", 168.0),
        ("10 h before start", -10.0),
        ("2026-03-02T08:00:00Z", 1.0),
        ("2026-03-02 10:00:00+03:00", 0.0),
        (datetime.fromisoformat("2026-03-03T07:00:00+00:00"), 24.0),
        ("2026-02-28T08:00:00+01:00", -48.0),
    ],
)
def test_times_are_hours_after_start(text: object, hours: float) -> None:
    assert WINTER.read(text, "at").time_h == pytest.approx(hours, abs=1e-12)


@pytest.mark.parametrize(
    "text", [5, 5.0, True, None, [], "", "noon", "5", "day", "day two 08:00", "2026-13-01T00:00:00Z"]
)
def test_other_texts_are_refused(text: object) -> None:
    with pytest.raises(InputError, match=r"^doses\[0\]\.at: "):
        WINTER.read(text, "doses[0].at")


def test_without_zone_the_offset_of_the_start_holds_over_summer_time() -> None:
    fixed = clock("2026-03-28T08:00:00+01:00")
    assert fixed.read("day 2 08:00", "at").time_h == 24.0


class TestSummerTime:
    def test_spring_day_in_berlin_has_23_hours(self) -> None:
        spring = clock("2026-03-28T08:00:00+01:00", "Europe/Berlin")
        assert spring.read("day 2 08:00", "at").time_h == 23.0
        assert spring.read("day 3 08:00", "at").time_h == 47.0

    def test_autumn_day_in_berlin_has_25_hours(self) -> None:
        autumn = clock("2026-10-24T08:00:00+02:00", "Europe/Berlin")
        assert autumn.read("day 2 08:00", "at").time_h == 25.0

    def test_new_york_changes_on_other_days(self) -> None:
        assert clock("2026-03-07T08:00:00-05:00", "America/New_York").read("day 2 08:00", "at").time_h == 23.0
        assert clock("2026-10-31T08:00:00-04:00", "America/New_York").read("day 2 08:00", "at").time_h == 25.0

    def test_a_time_that_does_not_exist_is_moved_on_by_the_gap(self) -> None:
        spring = clock("2026-03-29T00:00:00+01:00", "Europe/Berlin")
        assert spring.read("day 1 01:59", "at").time_h == pytest.approx(119 / 60)
        assert spring.read("day 1 02:30", "at").time_h == spring.read("day 1 03:30", "at").time_h == 2.5

    def test_of_a_time_that_comes_twice_the_first_is_meant(self) -> None:
        autumn = clock("2026-10-25T00:00:00+02:00", "Europe/Berlin")
        assert autumn.read("day 1 02:30", "at").time_h == 2.5
        assert autumn.read("day 1 03:30", "at").time_h == 4.5

    def test_an_offset_written_for_an_instant_tells_the_two_apart(self) -> None:
        autumn = clock("2026-10-25T00:00:00+02:00", "Europe/Berlin")
        assert autumn.read("2026-10-25T02:30:00+01:00", "at").time_h == 3.5

    def test_elapsed_time_from_start_ignores_the_wall(self) -> None:
        assert clock("2026-03-28T08:00:00+01:00", "Europe/Berlin").read("24 h", "at").time_h == 24.0


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK], ids=str)
@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
    day=st.integers(1, 400),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
)
def test_days_agree_with_zoneinfo(zone: ZoneInfo, start: datetime, day: int, hour: int, minute: int) -> None:
    instant = start.replace(tzinfo=UTC)
    here = Clock(instant.astimezone(zone))
    time_h = here.read(f"day {day} {hour:02}:{minute:02}", "at").time_h
    local = (instant + timedelta(hours=time_h)).astimezone(zone)
    midnight = datetime.combine(here.start.date() + timedelta(days=day - 1), datetime.min.time())
    wanted = midnight + timedelta(hours=hour, minutes=minute)
    exists = wanted.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wanted
    gap = timedelta(0) if exists else timedelta(hours=1)
    # The hours are a float, so the way back may miss by a few microseconds.
    assert abs(local.replace(tzinfo=None) - wanted - gap) < timedelta(milliseconds=1)


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK], ids=str)
@given(day=st.integers(1, 300), days=st.integers(1, 7), index=st.integers(0, 40))
def test_calendar_rules_keep_the_clock_time(zone: ZoneInfo, day: int, days: int, index: int) -> None:
    here = Clock(datetime(2026, 1, 1, 12, tzinfo=UTC).astimezone(zone))
    first = here.read(f"day {day} 20:00", "at")
    assert first.wall is not None
    time_h = here.same_time_every(first.wall, days)(index)
    assert time_h == here.read(f"day {day + index * days} 20:00", "at").time_h


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("1 d", 1),
        ("7 days", 7),
        ("2 weeks", 14),
        ("24 h", None),
        ("1.5 d", None),
        ("1440 min", None),
        ("1 month", None),
    ],
)
def test_whole_days_are_calendar_days(text: str, days: int | None) -> None:
    assert whole_days(text, "every") == days


@pytest.mark.parametrize(
    "name", ["Europe/Berlim", "", "Europe", "../etc/passwd", "/etc/passwd", "CEST", "\0"]
)
def test_unknown_zones_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"case\.zone: unknown time zone"):
        read_zone(name, "case.zone")


def test_instants_may_be_text_or_date_times() -> None:
    instant = datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert read_instant("2026-03-02T08:00:00+01:00", "start") == read_instant(instant, "start") == instant
