"""The simulated course of one arm: curves of all its people on one grid of times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .groups import Group
from .times import Span

Array = NDArray[np.float64]
SAME_TIME_H = 1e-6


@dataclass(frozen=True)
class Course:
    """What happened to the people of an arm, or to a group of them."""

    arm: str
    group: Group
    """The people with their doses and clock; of a whole arm the group in the middle."""
    people: NDArray[np.intp]
    time_h: Array
    curves: Mapping[str, Array]
    """Quantity to values, shape ``(times, people)``."""
    weights: Array
    """How much each person counts; 0 for who was not let in."""

    def window(self, quantity: str, span: Span) -> tuple[Array, Array]:
        """Times and curve from the start to the end of ``span``, both included."""
        inside = (self.time_h >= span.start_h - SAME_TIME_H) & (self.time_h <= span.end_h + SAME_TIME_H)
        return self.time_h[inside], self.curves[quantity][inside]

    def at(self, quantity: str, time_h: float) -> Array:
        """Values at one time, shape ``(people,)``; the grid holds every time that is asked for."""
        return np.asarray(self.curves[quantity][int(np.abs(self.time_h - time_h).argmin())])

    def only(self, group: Group) -> Course:
        """The people of one group of the arm."""
        return replace(
            self,
            group=group,
            people=group.people,
            curves={name: curve[:, group.people] for name, curve in self.curves.items()},
            weights=self.weights[group.people],
        )

    def weighted(self, factor: Array) -> Course:
        """The course with the weight of each person multiplied."""
        return replace(self, weights=self.weights * factor)

    def mean_person(self, quantities: set[str]) -> Course:
        """One person whose curves are the means of all."""
        share = self.weights / self.weights.sum()
        curves = {q: (self.curves[q] @ share)[:, None] for q in quantities}
        return replace(self, people=np.arange(1), curves=curves, weights=np.ones(1))
