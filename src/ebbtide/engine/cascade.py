r"""One step of a body in which each state follows what comes before it.

Nothing flows back in the body: concentrations make the occupancy of slow binders, both make the signal,
adaptation follows the signal, rebound the drive, symptoms the amplified drive. So a state of rate :math:`k`
is an integral over a course :math:`u` that is known at a few points of the step:

.. math::
    x(t) = e^{-k t} x_0 + k \int_0^t e^{-k (t - s)} u(s)\, ds

with the cubic through the values at the start and at :data:`POINTS` in place of :math:`u`. These are the
points of Lobatto's quadrature, so that this collocation is of order six (of the exponential kind: exact in
the rate of each person, stable at any step; Hochbruck and Ostermann 2005, Appl Numer Math 53:323). Level
after level gives the values at all points; the last of them is the end of the step.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ebbtide.physiology import receptor
from ebbtide.physiology.arrays import Values
from ebbtide.physiology.body import Body, BodyNumbers

from .phi import phi_functions

POINTS = ((1.0 - 1.0 / math.sqrt(5.0)) / 2.0, (1.0 + 1.0 / math.sqrt(5.0)) / 2.0, 1.0)
"""Where in a step, as shares of it, a course is looked at after the start."""
_ALL = np.array((0.0, *POINTS))
_POWERS = np.arange(1.0, 4.0)
TO_BENDS = np.linalg.inv(_ALL[1:, None] ** _POWERS)
"""Coefficients of a cubic, from its rises over the start at the points; rows are powers 1-3 of the share."""
TO_TIME = (_ALL[1:, None] ** (_POWERS + 1.0) / (_POWERS + 1.0)) @ TO_BENDS
"""Integrals up to each point of a cubic that is 0 at the start, from its values at the points."""
EMPTY = 1e-30
SWEEPS = 6
"""Over slow binders that hinder each other: each gains an order of the step."""
CLOSEST = 0.01
"""Least share of a step's own time between two points."""


class Points(NamedTuple):
    """Something at the start of a step, and at its later points."""

    start: Float[Values, ...]
    later: Float[Values, "points ..."]


class BodyState(NamedTuple):
    """The state of a body in its groups."""

    occupancy: Float[Values, "slow people"]
    adapted: Float[Values, "part people"]
    rebound: Float[Values, " people"]
    tolerance: Float[Values, " people"]
    followers: Float[Values, "follower people"]
    parts: tuple[Float[Values, "own people"], ...]


class Rates(NamedTuple):
    """How fast states follow, per hour, of all but slow binders."""

    of_signal: Float[Values, "rows people"]
    """Adaptation, then tolerance."""
    rebound: Float[Values, " people"]
    followers: Float[Values, "follower columns"]
    """One column where all people have the same."""
    parts: tuple[Float[Values, "own people"], ...]


class Pull(NamedTuple):
    """What the body reads at an instant, and where that pulls it."""

    effect_nm: Float[Values, "inputs people"]
    signal: Float[Values, " people"]
    drive: Float[Values, " people"]
    heading: Float[Values, "follower people"]
    parts: tuple[Float[Values, "own people"], ...]


def rates(body: Body, numbers: BodyNumbers) -> Rates | None:
    """Those of all people; nothing of an empty body."""
    if body.is_empty:
        return None
    return Rates(
        jnp.concatenate([numbers.adaptation.rate, numbers.breathing.tolerance_rate[None]]),
        jnp.asarray(numbers.withdrawal.rebound_rate),
        jnp.asarray(numbers.withdrawal.rate),
        tuple(part.rates(n) for part, n in zip(body.parts, numbers.parts, strict=True)),
    )


def split(body: Body, state: Float[Values, "states people"]) -> BodyState:
    """A state vector in its groups."""
    if body.is_empty:
        none = state[:0]
        return BodyState(none, none, state[0], state[0], none, ())
    return BodyState(*body.split(state), tuple(body.own_states(state)))


def join(state: BodyState) -> Float[Values, "states people"]:
    """The state vector again."""
    if not state.adapted.shape[0]:
        return state.rebound[None]
    rows = (state.occupancy, state.adapted, state.rebound[None], state.tolerance[None], state.followers)
    return jnp.concatenate([*rows, *state.parts])


def pull(
    body: Body, numbers: BodyNumbers, state: BodyState, effect_nm: Float[Values, "inputs people"]
) -> Pull:
    """The pull at ``state``: what :func:`step` hands on, made anew where a dose changes concentrations."""
    if body.is_empty:
        return Pull(effect_nm, state.rebound, state.rebound, state.followers, ())
    now = body.sense(effect_nm, state.occupancy, numbers)
    drive = body.drive(state.adapted, now, numbers)
    heading = body.follower_target(drive, state.rebound, now, numbers)
    parts = tuple(
        part.target(own, now, n) if part.states else own
        for part, own, n in zip(body.parts, state.parts, numbers.parts, strict=True)
    )
    return Pull(effect_nm, now.signal, drive, heading, parts)


def step(
    body: Body,
    numbers: BodyNumbers,
    step_h: Float[Values, ""],
    rate: Rates | None,
    state: BodyState,
    start: Pull,
    later_nm: Float[Values, "points inputs people"],
) -> tuple[BodyState, Pull]:
    """The state after a step, and the pull there.

    Parameters
    ----------
    rate
        Of :func:`rates`.
    later_nm
        What the body reads at the points.
    """
    if rate is None:
        return state, start._replace(effect_nm=later_nm[-1])
    h = step_h.astype(later_nm.dtype)
    occupancy = jnp.broadcast_to(state.occupancy, (len(POINTS), *state.occupancy.shape))
    if body.slow:
        occupancy = _slow_binding(body, numbers, h, state.occupancy, Points(start.effect_nm, later_nm))
    now = apart(h, jax.vmap(lambda c, o: body.sense(c, o, numbers))(later_nm, occupancy))
    of_signal = jnp.concatenate([state.adapted, state.tolerance[None]])
    goal = Points(start.signal[None], now.signal[:, None])
    settled = apart(h, _follow(h, rate.of_signal, of_signal, goal))
    adapted, tolerance = settled[:, :-1], settled[-1, -1]
    drive = apart(h, jax.vmap(lambda a, at: body.drive(a, at, numbers))(adapted, now))
    rebound = apart(h, _follow(h, rate.rebound, state.rebound, Points(start.drive, drive)))
    heading = jax.vmap(lambda d, r, at: body.follower_target(d, r, at, numbers))(drive, rebound, now)
    followers = _follow(h, rate.followers, state.followers, Points(start.heading, heading))
    ends, goals = [], []
    for part, own, own_rate, goal, n in zip(
        body.parts, state.parts, rate.parts, start.parts, numbers.parts, strict=True
    ):
        reached = jnp.broadcast_to(own, (len(POINTS), *own.shape))
        ahead = []
        for group in part.order:
            target = jax.vmap(lambda o, at, p=part, m=n, g=group: p.target(o, at, m, g))(reached, now)
            followed = _follow(h, own_rate[group], own[group], Points(goal[group], target))
            reached = jnp.concatenate([reached[:, : group.start], followed, reached[:, group.stop :]], axis=1)
            ahead.append(target[-1])
        ends.append(reached[-1])
        goals.append(jnp.concatenate(ahead) if ahead else goal)
    end = BodyState(occupancy[-1], adapted[-1], rebound[-1], tolerance, followers[-1], tuple(ends))
    return end, Pull(later_nm[-1], now.signal[-1], drive[-1], heading[-1], tuple(goals))


def apart(positive: Float[Values, ""] | Int[Values, ""], values: Any) -> Any:
    """The values, computed once and for all.

    What each follower reads a compiler for CPUs computes anew for each of them, all that it depends on
    included, unless it comes out of a branch; that on ``positive``, which is never negative, is always taken.
    """
    return jax.lax.cond(positive >= 0, lambda: values, lambda: jax.tree.map(jnp.zeros_like, values))


def _follow(
    step_h: Float[Values, ""],
    rate: Float[Values, ...],
    start: Float[Values, ...],
    u: Points,
) -> Float[Values, "points ..."]:
    """States at the points, that follow ``u`` from ``start``."""
    share = _along(start, POINTS)
    rise = u.later - u.start
    bends = [sum(float(w) * d for w, d in zip(row, rise, strict=True)) for row in TO_BENDS]
    return _relax(share * (step_h * rate), share, start, u.start - start, bends)


def _relax(time: Values, share: Values, start: Values, ahead: Values, bends: list[Values]) -> Values:
    r"""What becomes of ``start`` after ``time`` lifetimes, on the way to a goal that itself moves.

    That is ``ahead`` of the start at first, and moves as a cubic with coefficients ``bends``: of the
    ``share`` that has gone by of the time in which those are counted.
    """
    one, two, three, four = phi_functions(time, 4)
    moved = share * (bends[0] * two + share * (2.0 * bends[1] * three + share * (6.0 * bends[2] * four)))
    return start + time * (ahead * one + moved)


def _along(like: Values, points: tuple[float, ...]) -> Values:
    """One number for each point, before the axes of ``like``."""
    return jnp.asarray(points, dtype=like.dtype).reshape(-1, *[1] * like.ndim)


def _slow_binding(
    body: Body,
    numbers: BodyNumbers,
    step_h: Float[Values, ""],
    start: Float[Values, "slow people"],
    effect_nm: Points,
) -> Float[Values, "points slow people"]:
    r"""Occupancy of slow binders, whose rates depend on concentrations.

    In the time :math:`\tau = \int a\, dt` of its own rate :math:`a` each follows its equilibrium at rate 1.
    Several hinder each other: each follows what the others leave free, again and again.
    """
    a, b = len(body.fast), len(body.fast) + len(body.slow)

    def bound(nm: Values) -> tuple[Values, Values]:
        present = jnp.maximum(nm[:b], 0.0)
        return (
            receptor.slow_binding_rate(present[:a], present[a:], numbers.receptor),
            receptor.slow_binding_target(present[:a], present[a:], numbers.receptor),
        )

    (rate, alone), (later_rate, later_alone) = bound(effect_nm.start), jax.vmap(bound)(effect_nm.later)
    rise = later_rate - rate
    raw = [
        step_h * (point * rate + sum(float(w) * d for w, d in zip(row, rise, strict=True)))
        for point, row in zip(POINTS, TO_TIME, strict=True)
    ]
    whole = jnp.maximum(raw[-1], EMPTY)
    # where the rate falls steeply, the cubic may turn below zero
    first = jnp.clip(raw[0] / whole, CLOSEST, 1.0 - 2.0 * CLOSEST)
    second = jnp.clip(raw[1] / whole, first + CLOSEST, 1.0 - CLOSEST)
    share = jnp.stack([first, second, jnp.ones_like(first)])
    time = share * whole
    occupancy = jnp.broadcast_to(start, share.shape)
    for _ in range(1 if len(body.slow) == 1 else SWEEPS):
        goal = alone * (1.0 - (receptor.all_of(start) - start))
        others = jax.vmap(receptor.all_of)(occupancy)[:, None] - occupancy
        occupancy = _relax(
            time, share, start, goal - start, _through(first, second, goal, later_alone * (1.0 - others))
        )
    return occupancy


def _through(first: Values, second: Values, start: Values, later: Values) -> list[Values]:
    """Coefficients of the cubic through ``start`` at 0, ``later`` at ``first``, ``second`` and 1 (Newton)."""
    a, b, c = later
    rise_a, rise_b, rise_c = (a - start) / first, (b - a) / (second - first), (c - b) / (1.0 - second)
    turn_b, turn_c = (rise_b - rise_a) / second, (rise_c - rise_b) / (1.0 - first)
    last = turn_c - turn_b
    return [rise_a - turn_b * first + last * first * second, turn_b - last * (first + second), last]
