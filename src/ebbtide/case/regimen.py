"""A dosing rule becomes the times of its events. Pure: no files, no calendar, no products."""

from __future__ import annotations

from collections.abc import Callable

from ebbtide.library import InputError

MAX_EVENTS = 20_000
"""More events than this in one rule or one case are refused."""

SAME_INSTANT_H = 1e-6
"""Times closer than this (h) are one instant: three times 20 min is 1 h."""


def elapsed(first_h: float, interval_h: float) -> Callable[[int], float]:
    """The rule "every ``interval_h`` hours from ``first_h``": index of an event to its time (h)."""
    return lambda index: first_h + index * interval_h


def repeat(
    time_of: Callable[[int], float],
    *,
    count: int | None = None,
    until_h: float | None = None,
    before_h: float | None = None,
) -> tuple[float, ...]:
    """Times (h) of the events 0, 1, 2 ... of a rule, up to the first stop that is met.

    Parameters
    ----------
    time_of
        Index of an event to its time (h), increasing; see :func:`elapsed`.
    count
        Stop after so many events.
    until_h
        Stop after this time; an event at this very time is included.
    before_h
        Stop before this time; an event at this very time is left out.

    Raises
    ------
    InputError
        When no stop is met within ``MAX_EVENTS`` events.
    """
    times: list[float] = []
    while count is None or len(times) < count:
        time_h = time_of(len(times))
        if until_h is not None and time_h > until_h + SAME_INSTANT_H:
            break
        if before_h is not None and time_h >= before_h - SAME_INSTANT_H:
            break
        if len(times) == MAX_EVENTS:
            raise InputError("too many events", allowed=f"at most {MAX_EVENTS:,}")
        times.append(time_h)
    return tuple(times)
