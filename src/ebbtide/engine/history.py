"""The state at time zero: what regular use before the start has left behind.

Kinetics are exact: a stream of equal doses is a geometric series in every mode. The body's slow
states (adaptation, tolerance) are brought to the periodic steady state of the use by a fixed
point over one period, not by running years: a state that forgets at rate ``k`` and moves from
``x0`` to ``x1`` over a period ``P`` has its own steady value near ``x0 + (x1 - x0) / (1 - exp(-k P))``.
Use that lasted only ``T`` leaves ``1 - exp(-k T)`` of the way from where the person was before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .integrate import PersonState
from .regimen import Stream

Array = NDArray[np.float64]
EXPLICIT_H = 14 * 24.0
"""Use shorter than this is simulated dose by dose."""
LONGEST_PERIOD_H = 14 * 24.0
MOST_ROUNDS = 100
CLOSE = 1e-9

Runner = Callable[[PersonState, float, float, Sequence[tuple[float, int]]], PersonState]
"""Runs a group from one time to another with the given doses."""


@dataclass(frozen=True)
class Group:
    """What the history needs to know of a group of people."""

    mode_rate: Array
    doses: Array
    relaxation_rate: Array
    """Own decay rate of each state of the body, shape ``(states, people)``."""
    run: Runner


def kinetics_at(group: Group, streams: Sequence[Stream], time_h: float) -> Array:
    """Modes just before ``time_h`` from all doses of ``streams`` before it, in closed form."""
    total = np.zeros_like(group.mode_rate)
    rate = group.mode_rate
    for stream in streams:
        count, last = stream.doses_before(time_h)
        if count == 0:
            continue
        x = rate * stream.interval_h
        with np.errstate(divide="ignore", invalid="ignore"):
            series = np.where(x > 1e-12, np.expm1(-x * count) / np.expm1(-x), float(count))
        total += group.doses[stream.kind] * np.exp(-rate * (time_h - last)) * series
    return total


def state_at_start(group: Group, streams: Sequence[Stream]) -> PersonState:
    """The state at 0 h after all history (a last dose at 0 h included), before any dose of the case."""
    body = np.zeros_like(group.relaxation_rate)
    if not streams:
        return PersonState(np.zeros_like(group.mode_rate), body)
    # until the earliest last dose every stream that has begun is regular; from there on, dose by dose
    regular_until = min(stream.last_h for stream in streams)
    bounds = sorted({s.first_h for s in streams if s.first_h < regular_until} | {regular_until})
    for left, right in pairwise(bounds):
        active = [s for s in streams if s.first_h <= left]
        body = _after_segment(group, streams, active, body, left, right)
    state = PersonState(kinetics_at(group, streams, regular_until), body)
    events = [event for s in streams for event in s.events(regular_until, 0.0)]
    state = group.run(state, regular_until, 0.0, events)
    at_start = [group.doses[s.kind] for s in streams if s.last_h >= 0.0]
    return PersonState(np.asarray(state.modes) + sum(at_start, np.zeros_like(group.mode_rate)), state.body)


def _after_segment(
    group: Group, streams: Sequence[Stream], active: Sequence[Stream], body: Array, left: float, right: float
) -> Array:
    def events(start: float, end: float) -> list[tuple[float, int]]:
        return [event for s in active for event in s.events(start, end)]

    if right - left <= EXPLICIT_H:
        state = PersonState(kinetics_at(group, streams, left), body)
        return np.asarray(group.run(state, left, right, events(left, right)).body)
    period = common_period([s.interval_h for s in active])
    window = events(right - period, right)
    kinetics = kinetics_at(group, streams, right - period)
    fraction = -np.expm1(-group.relaxation_rate * period)

    def once(start: Array) -> Array:
        return np.asarray(group.run(PersonState(kinetics, start), right - period, right, window).body)

    steady = body
    moving = np.ones(body.shape[-1], dtype=bool)
    for _ in range(MOST_ROUNDS):
        moved = steady + (once(steady) - steady) / fraction
        change = np.abs(moved - steady).max(axis=0)
        # a person who has arrived stays put, so that nobody's result depends on who else is in the group
        steady = np.where(moving, moved, steady)
        moving &= change >= CLOSE
        if not moving.any():
            break
    else:
        raise FloatingPointError(f"no periodic steady state of the history: last change {change.max():.2g}")
    left_over = np.exp(-group.relaxation_rate * (right - left))
    reached = steady + (body - steady) * left_over
    # symptoms and rebound settle on the adaptation that was reached, which barely moves meanwhile
    slow = group.relaxation_rate * period < 0.1
    moving = np.abs(left_over * (body - steady)).max(axis=0) > CLOSE
    for _ in range(MOST_ROUNDS):
        if not moving.any():
            break
        settled = np.where(slow, reached, once(reached))
        change = np.abs(settled - reached).max(axis=0)
        reached = np.where(moving, settled, reached)
        moving &= change >= 1e-6
    return reached


def common_period(intervals_h: Sequence[float]) -> float:
    """The shortest time after which all regular uses repeat together, at most two weeks."""
    longest = max(intervals_h)
    for multiple in range(1, int(LONGEST_PERIOD_H / longest) + 1):
        period = multiple * longest
        if all(abs(period / i - round(period / i)) < 1e-6 for i in intervals_h):
            return period
    return max(longest, 7 * 24.0)
