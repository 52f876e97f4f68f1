r"""Infusions that hold a plasma concentration: the input that each person's own compartments need.

A loading dose brings the central compartment to the target; from there on, in short intervals, the rate is
the one after which the concentration is the target again. In a linear mammillary compound this is
:math:`CL \cdot C + \sum_i Q_i C e^{-k_i t}` in the limit of short intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ebbtide.engine.people import People
from ebbtide.engine.regimen import DoseKind

from .parts import DOSE_DELAY_H, Part, Steering

Array = NDArray[np.float64]
INTERVALS = 40
"""How many rates an episode has; their length grows, as tissues fill."""
SHORTEST = 2e-3
"""Of an episode: its first interval."""
LONGEST_FIRST_H = 0.02
ROUTE = "intravenous"


@dataclass(frozen=True)
class Step:
    """One instant of an infusion pump: what is given at once (nmol) and the rate from then on (nmol/h)."""

    time_h: float
    bolus: Array
    rate: Array


def kinds_of(steering: Steering) -> tuple[DoseKind, DoseKind]:
    """A dose of 1 nmol at once, and a pump of 1 nmol/h."""
    once = DoseKind(steering.product, ROUTE, None, ((steering.compound, 1.0),), form=steering.product)
    return once, replace(once, over_h=1.0)


def steps(people: People, steering: Steering) -> list[Step]:
    """What the pump does for each person; before the first episode nothing of the compound is there."""
    volume = people.numbers[f"{steering.compound}.disposition.volume"]
    kinetics = people.kinetics
    central = kinetics.states.index((steering.compound, "central"))
    to_central = kinetics.to_states[central]
    into = kinetics.to_modes[:, central]
    modes = np.zeros_like(kinetics.modes.rate)
    result: list[Step] = []
    now_h = 0.0
    nothing = np.zeros(people.count)
    for start_h, end_h, target_nm in steering.episodes:
        modes = modes * np.exp(-kinetics.modes.rate * (start_h - now_h))
        wanted = target_nm * volume
        bolus = np.maximum(wanted - (to_central * modes).sum(axis=0), 0.0)
        modes = modes + into * bolus
        edges = _edges(start_h, end_h)
        for left, right in pairwise(edges):
            keep, gain = _passing(kinetics.modes.rate, right - left)
            left_over = (to_central * modes * keep).sum(axis=0)
            per_rate = (to_central * into * gain).sum(axis=0)
            rate = np.maximum((wanted - left_over) / per_rate, 0.0)
            modes = modes * keep + into * gain * rate
            result.append(Step(float(left), bolus if left == edges[0] else nothing, rate))
        result.append(Step(end_h, nothing, nothing))
        now_h = end_h
    return result


def _edges(start_h: float, end_h: float) -> Array:
    """Intervals that grow evenly from a short first one."""
    length = end_h - start_h
    first = min(SHORTEST * length, LONGEST_FIRST_H)
    growth = _growth(length / first)
    sizes = first * growth ** np.arange(INTERVALS)
    edges = start_h + np.concatenate([[0.0], np.cumsum(sizes)]) * (length / sizes.sum())
    edges[-1] = end_h
    return np.asarray(edges)


def _growth(total: float) -> float:
    """The ratio of a geometric series of :data:`INTERVALS` terms that starts with 1 and sums to ``total``."""
    low, high = 1.0 + 1e-9, 10.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if (middle**INTERVALS - 1.0) / (middle - 1.0) < total else (low, middle)
    return low


def _passing(rate: Array, hours: float) -> tuple[Array, Array]:
    """What is left of a mode after ``hours``, and what an input of 1 per hour has made of it."""
    x = rate * hours
    small = x < 1e-8
    gain = np.where(small, hours, -np.expm1(-x) / np.where(small, 1.0, rate))
    return np.exp(-x), gain


def most_steps(parts: Sequence[Part]) -> int:
    """As many times as :func:`given` may give something."""
    episodes = (len(part.steering.episodes) for part in parts if part.steering and part.kind.over_h == 0)
    return sum(count * (INTERVALS + 2) for count in episodes)


def given(people: People, parts: Sequence[Part]) -> list[tuple[float, int, Array, Part]]:
    """Time, kind and factor of everything that the steered ones of ``parts`` give, and the part.

    Times are those of the typical person.

    The kinds of ``people`` hold, for each steered part, that of :func:`kinds_of` which gives at once at the
    place of the part, and its pump at the next.
    """
    result: list[tuple[float, int, Array, Part]] = []
    for index, part in enumerate(parts):
        if part.steering is None or part.kind.over_h > 0:
            continue
        states = people.kinetics.states
        central = states.index((part.steering.compound, "central"))
        pump = states.index((part.steering.compound, f"pump:{ROUTE}"))
        # the amount on the label and in the pump may differ: a target is held whatever the label says
        at_once, running = people.dose_amounts[index, central], people.dose_amounts[index + 1, pump]
        before = np.zeros(people.count)
        for step in steps(people, part.steering):
            if step.bolus.any():
                result.append((step.time_h + DOSE_DELAY_H, index, part.factor * step.bolus / at_once, part))
            change = (step.rate - before) / running
            result.append((step.time_h + DOSE_DELAY_H, index + 1, part.factor * change, part))
            before = step.rate
    return result
