"""How small the first step after a dose of each kind must be: a share of the time its fastest part takes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .mesh import FIRST_STEP_H, LONGEST_STEP_H
from .people import People

Array = NDArray[np.float64]
SHARE = 0.5
"""Of the time constant."""
FELT = 0.01
"""A mode with less than this share of a concentration that acts does not count."""


def first_steps(people: People) -> tuple[float, ...]:
    """One step (h) a kind of dose, from the median person; on a coarse grid, so that few people more or
    less change nothing.
    """
    effect, rate = people.kinetics.modes.effect, people.kinetics.modes.rate
    steps = []
    for jump in people.doses:
        size = np.abs(effect * jump)
        largest = size.max(axis=1, keepdims=True, initial=0.0)
        counts = (size > FELT * largest) & (largest > 0.0)
        fastest = np.where(counts.any(axis=0), rate, 0.0).max(axis=0, initial=0.0)
        wanted = SHARE / max(float(np.median(fastest)), SHARE / LONGEST_STEP_H)
        halvings = np.ceil(np.log2(LONGEST_STEP_H / wanted) - 1e-9)
        steps.append(max(float(LONGEST_STEP_H / 2.0**halvings), FIRST_STEP_H))
    return tuple(steps)
