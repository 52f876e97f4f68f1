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

from .anderson import fixed_point
from .integrate import PersonState
from .regimen import Stream

Array = NDArray[np.float64]
EXPLICIT_H = 14 * 24.0
"""Use shorter than this is simulated dose by dose."""
LONGEST_PERIOD_H = 14 * 24.0
MOST_ROUNDS = 200
CLOSE = 1e-9
MOST_TURNS = 5
TINY = 1e-12
KINETICS_CLOSE = 1e-8
"""Change over a period, as a share of the largest mode, at which kinetics are at rest."""
KINETICS_FAR = 1e-4

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
    reactive: bool = False
    """Whether enzymes change clearances, so that kinetics are not linear."""
    enzymes: int = 0
    """How many of the last states are enzyme pools."""
    liver_may_fail: bool = False
    """Whether enzymes follow a state of the body."""


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
    state = PersonState(np.zeros_like(group.mode_rate), np.zeros_like(group.relaxation_rate))
    if not streams:
        return state
    # until the earliest last dose every stream that has begun is regular; from there on, dose by dose
    regular_until = min(stream.last_h for stream in streams)
    bounds = sorted({s.first_h for s in streams if s.first_h < regular_until} | {regular_until})
    for left, right in pairwise(bounds):
        active = [s for s in streams if s.first_h <= left]
        state = _after_segment(group, streams, active, state, left, right)
    events = [event for s in streams for event in s.events(regular_until, 0.0)]
    state = group.run(state, regular_until, 0.0, events)
    at_start = [group.doses[s.kind] for s in streams if s.last_h >= 0.0]
    return PersonState(np.asarray(state.modes) + sum(at_start, np.zeros_like(group.mode_rate)), state.body)


def _after_segment(
    group: Group,
    streams: Sequence[Stream],
    active: Sequence[Stream],
    state: PersonState,
    left: float,
    right: float,
) -> PersonState:
    def events(start: float, end: float) -> list[tuple[float, int]]:
        return [event for s in active for event in s.events(start, end)]

    if right - left <= EXPLICIT_H:
        end = group.run(state, left, right, events(left, right))
        # linear kinetics are exact in closed form
        modes = end.modes if group.reactive else kinetics_at(group, streams, right)
        return PersonState(np.asarray(modes), np.asarray(end.body))
    period = common_period([s.interval_h for s in active])
    window = events(right - period, right)

    def once(modes: Array, body: Array) -> PersonState:
        return PersonState(
            *map(np.asarray, group.run(PersonState(modes, body), right - period, right, window))
        )

    kinetics = kinetics_at(group, streams, right - period)
    body = np.asarray(state.body)
    steady = _periodic(group, once, kinetics, body, period)
    left_over = np.exp(-group.relaxation_rate * (right - left))
    reached = steady.body + (body - steady.body) * left_over
    # symptoms and rebound settle on the adaptation that was reached, which barely moves meanwhile
    slow = group.relaxation_rate * period < 0.1
    fraction = _forgotten(group, period)
    moving = np.abs(left_over * (body - steady.body)).max(axis=0) > CLOSE
    for _ in range(MOST_ROUNDS):
        if not moving.any():
            break
        ahead = (once(np.asarray(steady.modes), reached).body - reached) / fraction
        settled = np.where(slow, reached, reached + ahead)
        change = np.abs(settled - reached).max(axis=0)
        reached = np.where(moving, settled, reached)
        moving &= change >= 1e-6
    modes = (
        once(np.asarray(steady.modes), reached).modes
        if group.reactive
        else kinetics_at(group, streams, right)
    )
    return PersonState(np.asarray(modes), np.asarray(reached))


def _periodic(
    group: Group, once: Callable[[Array, Array], PersonState], modes: Array, body: Array, period: float
) -> PersonState:
    """The state that one period leaves as it was; its modes are those at the beginning of the period.

    Where kinetics are not linear, compounds and enzymes come first: they depend on the rest of the body only
    by liver function, so both are brought to rest in turn.
    """
    if not group.reactive:
        return PersonState(modes, _body_at_rest(group, once, modes, body, period))
    for _ in range(MOST_TURNS):
        before = body
        modes, body = _kinetics_at_rest(group, once, modes, body)
        body = _body_at_rest(group, once, modes, body, period)
        if np.abs(body - before).max() < CLOSE or not group.liver_may_fail:
            break
    return PersonState(modes, body)


def _body_at_rest(
    group: Group, once: Callable[[Array, Array], PersonState], modes: Array, body: Array, period: float
) -> Array:
    """States that one period leaves as they were, each extrapolated by its own rate; enzymes stay."""
    moving = np.ones(body.shape[-1], dtype=bool)
    fraction = _forgotten(group, period)
    change = np.zeros(body.shape[-1])
    for _ in range(MOST_ROUNDS):
        moved = body + (once(modes, body).body - body) / fraction
        change = np.abs(moved - body).max(axis=0)
        # a person who has arrived stays put, so that nobody's result depends on who else is in the group
        body = np.where(moving, moved, body)
        moving &= change >= CLOSE
        if not moving.any():
            return body
    raise FloatingPointError(f"no periodic steady state of the history: last change {change.max():.2g}")


def _forgotten(group: Group, period: float) -> Array:
    """Share of a state that a period forgets; infinite of enzymes, which stay where they are."""
    fraction = -np.expm1(-group.relaxation_rate * period)
    fraction[len(fraction) - group.enzymes :] = np.inf
    return np.asarray(fraction)


def _kinetics_at_rest(
    group: Group, once: Callable[[Array, Array], PersonState], modes: Array, body: Array
) -> tuple[Array, Array]:
    """Modes and enzyme pools that one period leaves as they were."""
    forgets = group.mode_rate > 0
    first = body.shape[0] - group.enzymes
    largest = np.abs(np.where(forgets, modes, 0.0)).max(axis=0)
    scale = np.concatenate([np.broadcast_to(largest, modes.shape), np.ones((group.enzymes, modes.shape[1]))])

    def with_enzymes(values: Array) -> tuple[Array, Array]:
        pools = np.maximum(values[len(modes) :], TINY - 1.0)
        return np.where(forgets, values[: len(modes)], modes), np.concatenate([body[:first], pools])

    def image(values: Array) -> Array:
        end = once(*with_enzymes(values))
        return np.concatenate([np.where(forgets, end.modes, values[: len(modes)]), end.body[first:]])

    start = np.concatenate([modes, body[first:]])
    values, residual = fixed_point(image, start, scale, KINETICS_CLOSE, MOST_ROUNDS)
    if residual.max() > KINETICS_FAR:
        raise FloatingPointError(
            f"no steady state of kinetics in the history: last change {residual.max():.2g}"
        )
    return with_enzymes(values)


def common_period(intervals_h: Sequence[float]) -> float:
    """The shortest time after which all regular uses repeat together, at most two weeks."""
    longest = max(intervals_h)
    for multiple in range(1, int(LONGEST_PERIOD_H / longest) + 1):
        period = multiple * longest
        if all(abs(period / i - round(period / i)) < 1e-6 for i in intervals_h):
            return period
    return max(longest, 7 * 24.0)
