"""What an arm gives, piece by piece: kinds of doses with the factor and the times of each person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.case import DoseEvent, HistoryStream
from ebbtide.engine.regimen import DoseKind, Stream, expand, kind_of
from ebbtide.library import Library

Array = NDArray[np.float64]
DOSE_DELAY_H = 1e-3
"""Doses come this much late, so that a reading at the very time of a dose is taken just before it."""


@dataclass(frozen=True)
class Steering:
    """A plasma concentration that is reached and held: what goes in is each person's own."""

    compound: str
    episodes: tuple[tuple[float, float, float], ...]
    """Start, end (h) and concentration (nM)."""
    product: str


@dataclass(frozen=True)
class Part:
    """Doses of one kind; what an entry of an arm gives is one or several parts."""

    kind: DoseKind
    factor: Array
    """What each person gets of the typical amount of one event."""
    times_h: tuple[float, ...] = ()
    use: Use | None = None
    """Regular use before the start, instead of ``times_h``."""
    shift_h: Array | None = None
    """How much later than the typical person each has it, where times differ."""
    steering: Steering | None = None
    """Then ``factor`` only says who is steered, and what is given is computed for each."""

    def at(self, shift_h: float) -> tuple[tuple[float, ...], Stream | None]:
        """Times of doses from the start on, and the regular stream before it, of a person so much later."""
        if self.use is None:
            return tuple(time_h + shift_h for time_h in self.times_h), None
        return self.use.at(shift_h)


@dataclass(frozen=True)
class Use:
    """Regular use before the start."""

    interval_h: float
    count: int
    last_h: float
    delay_h: float
    """How much later than the dose this part of it enters."""

    def at(self, shift_h: float) -> tuple[tuple[float, ...], Stream | None]:
        """What of it enters after the start, and before."""
        last_h = self.last_h + self.delay_h + shift_h
        late = int(np.floor(last_h / self.interval_h)) + 1 if last_h > 1e-9 else 0
        late = min(late, self.count)
        after = tuple(last_h - j * self.interval_h for j in reversed(range(late)))
        left = self.count - late
        if not left:
            return after, None
        last_before = last_h - late * self.interval_h
        first = last_before - (left - 1) * self.interval_h
        return after, Stream(-1, self.interval_h, first, last_before)


def parts_of_use(use: HistoryStream, library: Library, factor: Array, last_h: Array | None) -> list[Part]:
    """The parts of regular use; ``last_h`` is the time of each person's last dose where it differs."""
    count = max(int(use.duration_h / use.interval_h + 1e-9), 1)
    shift = None if last_h is None else last_h - use.last_h
    return [
        Part(kind, factor, use=Use(use.interval_h, count, use.last_h, delay), shift_h=shift)
        for delay, kind in expand(library, kind_of(use))
    ]


def parts_of_doses(
    events: list[DoseEvent], library: Library, factor: Array, shift_h: Array | None
) -> list[Part]:
    """The parts of the doses of one entry, which are alike but for their time."""
    return [
        Part(
            kind,
            factor,
            times_h=tuple(event.time_h + delay + DOSE_DELAY_H for event in events),
            shift_h=shift_h,
        )
        for delay, kind in expand(library, kind_of(events[0]))
    ]


@dataclass(frozen=True)
class Given:
    """One administration as written, an infusion as one."""

    time_h: float
    product: str
    amounts_nmol: Mapping[str, Array]
    """Compound to the amount that each person gets; not known (``nan``) where a target is held."""
    shift_h: Array | None = None

    def later(self, shift_h: float, people: NDArray[np.intp]) -> Given:
        """The same for ``people``, who have it so much later."""
        amounts = {name: amount[people] for name, amount in self.amounts_nmol.items()}
        return Given(self.time_h + shift_h, self.product, amounts)
