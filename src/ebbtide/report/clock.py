"""Time in words and in windows: hours since the start, told so that a reader finds them in a calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

WINDOW_WIDTHS_H = (1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0, 48.0, 72.0, 168.0, 336.0, 672.0)
MOST_WINDOWS = 16


def instant(start: datetime, hours: float) -> datetime:
    """The instant ``hours`` after ``start``, on the wall clock of the zone of ``start``."""
    if start.tzinfo is None:
        return start + timedelta(hours=hours)
    return (start.astimezone(UTC) + timedelta(hours=hours)).astimezone(start.tzinfo)


def span(hours: float) -> str:
    """A length of time in the unit that a person would use: ``20 min``, ``42 h``, ``6.2 days``."""
    if hours < 1.5:
        return f"{round(hours * 60)} min"
    if hours < 72:
        return f"{hours:.0f} h"
    return f"{hours / 24:.1f}".removesuffix(".0") + " days"


def moment(start: datetime, hours: float) -> str:
    """A moment in the calendar, rounded as finely as a forecast deserves: ``Wed 4 March, 02:00``."""
    step_min = 5 if hours < 6 else 60
    rounded = round(hours * 60 / step_min) * step_min / 60
    then = instant(start, rounded)
    if step_min == 60 and then.minute:  # a start at 08:20 still gives whole hours
        then = then + timedelta(minutes=30)
        then = then.replace(minute=0)
    return f"{then:%a} {then.day} {then:%B}, {then:%H:%M}"


def calendar(then: datetime) -> str:
    """A full date with its offset, for the head of the report."""
    offset = f"{then:%z}"
    zone = f" (UTC{offset[:3]}:{offset[3:]})" if offset else ""
    return f"{then:%A} {then.day} {then:%B %Y}, {then:%H:%M}{zone}"


def windows(duration_h: float) -> list[tuple[float, float]]:
    """Equal windows that cover the forecast, at most sixteen: days, where days fit."""
    width = next((w for w in WINDOW_WIDTHS_H if duration_h <= w * MOST_WINDOWS), WINDOW_WIDTHS_H[-1])
    if duration_h > 24 * MOST_WINDOWS / 4 and width < 24:
        width = 24.0
    edges, low = [], 0.0
    while low < duration_h - 1e-9:
        edges.append((low, min(low + width, duration_h)))
        low += width
    return edges


def window_label(low_h: float, high_h: float) -> str:
    """``1–2 d`` for the second 24 hours since the start (not a calendar day), else the hours covered."""
    if low_h % 24 == 0 and (high_h % 24 == 0 or high_h - low_h > 24):
        return f"{low_h / 24:g}–{high_h / 24:.3g} d"
    return f"{low_h:g}–{high_h:g} h"
