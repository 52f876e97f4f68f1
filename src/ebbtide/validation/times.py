"""``at``: when a statistic is taken, in words of the study, becomes hours after the start of an arm."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ebbtide.case.times import Clock
from ebbtide.library import InputError, unknown_name

ALLOWED = (
    '"6 h", "day 2 09:00", "day 7", "0 h to 18 h", "day 1 to day 7", "before first P" or "24 h after last P" '
    "with P a product of the arm"
)
RATING_CLOCK = "10:00"
"""When people are rated on a day for which no time is given."""
DAY_H = 24.0

_DAY = re.compile(r"day\s+(\d{1,4})", re.IGNORECASE)
_RELATIVE = re.compile(r"(?:(.+?)\s+)?(before|after)\s+(first|last)\s+(\S+)", re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """A window, or a point in time where both ends are the same (h after the start)."""

    start_h: float
    end_h: float

    @property
    def is_point(self) -> bool:
        """Whether it is one point in time."""
        return self.start_h == self.end_h


@dataclass(frozen=True)
class Timeline:
    """The clock of an arm and when its products are given."""

    clock: Clock
    given: Sequence[tuple[float, str]]
    """Time (h) and product of every dose, in order of time."""
    synonyms: dict[str, str]
    """Other names of those products."""
    earlier: Sequence[tuple[float, str]] = ()
    """Time (h, 0 or less) and product of the last dose of each regular use before the start."""

    def read(self, text: str, where: str) -> Span:
        """The span that ``text`` means.

        Raises
        ------
        InputError
            When it means none, lies before the start or ends before it begins, or names a product that the
            arm does not give.
        """
        sides = re.split(r"\s+to\s+", text.strip())
        if len(sides) > 2:
            raise InputError("not a time or a window", where=where, value=text, allowed=ALLOWED)
        spans = [self._side(side, where) for side in sides]
        start_h, end_h = max(spans[0].start_h, 0.0), spans[-1].end_h
        if end_h < start_h:
            what = "before the start" if end_h < 0 else "ends before it begins"
            raise InputError(what, where=where, value=text)
        return Span(start_h, end_h)

    def point(self, text: str, where: str) -> float:
        """The time (h) that ``text`` means; of a day, when people are rated.

        Raises
        ------
        InputError
            As for :meth:`read`, and for a window.
        """
        if re.search(r"\s+to\s+", text):
            raise InputError("one time is needed, not a window", where=where, value=text)
        span = self.read(text, where)
        return span.start_h if span.is_point else self.ratings(span)[0]

    def day(self, time_h: float) -> int:
        """The study day of a time; the date of the start is day 1."""
        return int((time_h - self._midnight()) // DAY_H) + 1

    def ratings(self, span: Span) -> list[float]:
        """One time a day at the hour of rating within a window; its middle where there is none."""
        days = range(self.day(span.start_h), self.day(span.end_h) + 1)
        times = (self.clock.read(f"day {day} {RATING_CLOCK}", "").time_h for day in days)
        return [t for t in times if span.start_h <= t < span.end_h] or [0.5 * (span.start_h + span.end_h)]

    def _midnight(self) -> float:
        return self.clock.read("day 1 00:00", "").time_h

    def _side(self, text: str, where: str) -> Span:
        if match := _DAY.fullmatch(text):
            day = int(match[1])
            if day < 1:
                raise InputError("days count from 1", where=where, value=text)
            start_h = self._midnight() + (day - 1) * DAY_H
            return Span(start_h, start_h + DAY_H)
        if (match := _RELATIVE.fullmatch(text)) and match[4].lower() != "start":
            return self._relative(match, where)
        moment = self.clock.read(text, where).time_h
        return Span(moment, moment)

    def _relative(self, match: re.Match[str], where: str) -> Span:
        offset, side, which, name = match.groups()
        product = self.synonyms.get(name, name)
        times = [time_h for time_h, given in self.given if given == product]
        before = [time_h for time_h, given in self.earlier if given == product]
        if not times and before and which.lower() == "last":
            times = [max(before)]
        if not times:
            names = {given for _, given in self.given}
            raise unknown_name("product of the arm", name, names, where)
        reference = times[0] if which.lower() == "first" else times[-1]
        distance = self.clock.read(offset, where).time_h if offset else 0.0
        time_h = reference + (distance if side.lower() == "after" else -distance)
        return Span(time_h, time_h)
