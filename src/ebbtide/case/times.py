"""Points in time: what a user writes becomes hours after the start, on the wall clock of the case."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from ebbtide.library import InputError, conversion, same_kind, unknown_name

from .quantities import read_hours, read_quantity
from .telling import shown

ALLOWED = (
    '"day 2 09:00", "6 h" or "6 h after start", or an instant with offset such as 2026-03-02T08:00:00+01:00'
)
_DAY = re.compile(r"day\s+(-?\d{1,6})\s+(\d{1,2}):(\d{2})", re.IGNORECASE)
_FROM_START = re.compile(r"(.+?)\s+(after|before)\s+start", re.IGNORECASE)
_YEARS = range(1900, 2201)


@dataclass(frozen=True)
class Moment:
    """A point in time, and the clock time it was written as, if it was."""

    time_h: float
    """Hours after the start."""
    wall: datetime | None = None
    """Local date and clock time without offset, for ``day N HH:MM``."""


@dataclass(frozen=True)
class Clock:
    """The start of a case and its wall clock.

    With a zone, a clock time means that time on the wall, in summer and winter. One that does not
    exist (clocks go forward) is moved on by the gap; of one that comes twice the first is meant.
    Without a zone the offset of the start holds throughout.
    """

    start: datetime
    """Aware."""

    def hours(self, instant: datetime) -> float:
        """Elapsed hours from the start to an aware instant."""
        # Two datetimes of one zone subtract as wall clocks, so both go to UTC first.
        return (instant.astimezone(UTC) - self.start.astimezone(UTC)) / timedelta(hours=1)

    def read(self, text: object, where: str, *, day_allowed: bool = True) -> Moment:
        """A point in time: ``day N HH:MM``, time after or before the start, or an instant with offset.

        Raises
        ------
        InputError
            For anything else, a day before day 1, or (``day_allowed=False``) any ``day N``.
        """
        if isinstance(text, str):
            words = text.strip()
            if words.lower().startswith("day"):
                if not day_allowed:
                    raise InputError(
                        "days count from the start, so they cannot say what was before it",
                        where=where,
                        value=shown(text),
                        allowed='"10 h before start" or an instant with offset',
                    )
                return self._read_day(words, where)
            if match := _FROM_START.fullmatch(words):
                sign = 1.0 if match[2].lower() == "after" else -1.0
                return Moment(sign * read_hours(match[1], where))
            if not re.match(r"\d{4}-", words):
                return Moment(read_hours(words, where, ALLOWED))
        return Moment(self.hours(read_instant(text, where)))

    def _read_day(self, words: str, where: str) -> Moment:
        match = _DAY.fullmatch(words)
        if match is None:
            raise InputError(
                "a day needs its number and a clock time", where=where, value=shown(words), allowed=ALLOWED
            )
        day, hour, minute = (int(part) for part in match.groups())
        if day < 1:
            raise InputError(
                "days count from 1, the date of the start", where=where, value=words, allowed="day 1 or later"
            )
        if hour > 23 or minute > 59:
            raise InputError("no such clock time", where=where, value=words, allowed="00:00 to 23:59")
        wall = datetime.combine(self.start.date() + timedelta(days=day - 1), time(hour, minute))
        return Moment(self._wall_hours(wall), wall)

    def _wall_hours(self, wall: datetime) -> float:
        return self.hours(wall.replace(tzinfo=self.start.tzinfo))

    def same_time_every(self, first: datetime, days: int) -> Callable[[int], float]:
        """The rule "at this clock time every ``days`` days": index of an event to its time (h)."""
        return lambda index: self._wall_hours(first + timedelta(days=index * days))


def read_instant(value: object, where: str) -> datetime:
    """An instant with offset, as a TOML date-time or as text.

    Raises
    ------
    InputError
        For anything else, and for a year outside 1900 to 2200.
    """
    allowed = "an instant with offset such as 2026-03-02T08:00:00+01:00"
    instant = value
    if isinstance(value, str):
        try:
            instant = datetime.fromisoformat(value.strip())
        except ValueError as error:
            raise InputError("not an instant", where=where, value=shown(value), allowed=allowed) from error
    if not isinstance(instant, datetime):
        what = "a date needs its clock time and offset" if isinstance(instant, date) else "not an instant"
        raise InputError(what, where=where, value=shown(value), allowed=allowed)
    if instant.tzinfo is None:
        raise InputError(
            "an instant needs its offset from UTC", where=where, value=shown(value), allowed=allowed
        )
    if instant.year not in _YEARS:
        raise InputError("impossible year", where=where, value=shown(value), allowed="1900 to 2200")
    return instant


def read_zone(name: str, where: str) -> ZoneInfo:
    """The time zone called ``name``; :class:`InputError` names the nearest."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise unknown_name("time zone", name, available_timezones(), where) from error


def whole_days(text: object, where: str) -> int | None:
    """The number of calendar days in ``"1 d"`` or ``"2 weeks"``; None for elapsed time such as ``"24 h"``."""
    quantity = read_quantity(text, where, '"6 h", "1 d"')
    if not same_kind(quantity.unit, "h"):
        return None
    unit_days = conversion(quantity.unit, "day", where)
    if unit_days not in (1, 7):
        return None
    days = quantity.value * unit_days
    return int(days) if days == int(days) else None
