"""People of an arm in groups of about the same times, where a last use or a dose comes at their own time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.engine.regimen import Stream

from .parts import Given, Part
from .times import Timeline

Array = NDArray[np.float64]
GROUPS = 8
"""Where times differ between people, they are run in so many groups of one time each."""


@dataclass(frozen=True)
class Group:
    """Some people of an arm with times that hold for all of them."""

    people: NDArray[np.intp]
    given: tuple[Given, ...]
    """Doses from the start on, in order of time."""
    timeline: Timeline
    events: tuple[tuple[float, int], ...]
    """Time and part of every dose from the start on, but for those of targets."""
    streams: tuple[tuple[int, Stream], ...]
    """Part and stream of regular use."""


def make_groups(
    parts: Sequence[Part], given: Sequence[Given], timeline: Timeline, people: int
) -> tuple[Group, ...]:
    """One group, or several where times differ; ``timeline`` is that of the typical person."""
    own = [
        np.where(part.factor > 0, shift, 0.0)
        for part, shift in ((part, part.shift_h) for part in parts)
        if shift is not None
    ]
    if not own:
        return (_group(parts, given, timeline, np.arange(people)),)
    order = np.argsort(np.sum(own, axis=0), kind="stable")
    return tuple(_group(parts, given, timeline, idx) for idx in np.array_split(order, min(GROUPS, people)))


def _group(
    parts: Sequence[Part], given: Sequence[Given], timeline: Timeline, people: NDArray[np.intp]
) -> Group:
    events: list[tuple[float, int]] = []
    streams: list[tuple[int, Stream]] = []
    for index, part in enumerate(parts):
        if part.steering is not None:
            continue
        after, stream = part.at(later_by(part.shift_h, part.factor, people))
        events += [(time_h, index) for time_h in after]
        if stream is not None:
            streams.append((index, stream))
    seen = sorted(
        (g.later(later_by(g.shift_h, None, people), people) for g in given), key=lambda dose: dose.time_h
    )
    own = Timeline(timeline.clock, [(g.time_h, g.product) for g in seen], timeline.synonyms, timeline.earlier)
    return Group(people, tuple(seen), own, tuple(sorted(events)), tuple(streams))


def later_by(shift_h: Array | None, factor: Array | None, people: NDArray[np.intp]) -> float:
    """The mean shift (h) of those of ``people`` who get it."""
    if shift_h is None:
        return 0.0
    users = people if factor is None else people[factor[people] > 0]
    return float(shift_h[users if len(users) else people].mean())
