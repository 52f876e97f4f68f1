"""How small the first step after a dose of each kind must be: a share of the time its fastest part takes,
and no more than floods the receptor.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .mesh import FIRST_STEP_H, LONGEST_STEP_H
from .people import People

Array = NDArray[np.float64]
SHARE = 1.0
"""Of the time constant."""
FELT = 0.01
"""A mode with less than this share of a concentration that acts does not count."""
FLOOD = 2.0
"""Of a fast binder, what a step may add of concentration over dissociation constant: more than that, as an
antagonist brings into a vein, and the signal falls within the step, however slow the kinetics are.
"""


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
        step = float(LONGEST_STEP_H / 2.0**halvings)
        while step > FIRST_STEP_H and _flood(people, jump, step) > FLOOD:
            step /= 2.0
        steps.append(max(step, FIRST_STEP_H))
    return tuple(steps)


def _flood(people: People, jump: Array, time_h: float) -> float:
    """Concentration over dissociation constant of the fast binder that a dose has brought most of by then."""
    modes, system = people.kinetics.modes, people.composition.body
    count = len(system.body.fast)
    if count == 0:
        return 0.0
    brought = np.einsum("bmp,mp->bp", modes.effect[:count], jump * np.expm1(-modes.rate * time_h))
    load = brought / np.asarray(people.body_numbers.body.receptor.fast_constant)
    return float(np.median(load, axis=-1).max())
