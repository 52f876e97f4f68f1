r"""One step of a body in which each state follows what comes before it.

Nothing flows back in the body: concentrations make the occupancy of slow binders, both make the signal,
adaptation follows the signal, rebound the drive, symptoms the amplified drive. So a state of rate :math:`k`
is an integral over a course :math:`u` that is known at the start, the middle and the end of the step:

.. math::
    x(t) = e^{-k t} x_0 + k \int_0^t e^{-k (t - s)} u(s)\, ds

with the parabola through the three values in place of :math:`u` (a collocation of order four, exact in
the rate of each person, stable at any step). Level after level gives the middle and the end.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from ebbtide.physiology import receptor
from ebbtide.physiology.arrays import Values
from ebbtide.physiology.body import Body, BodyNumbers

from .phi import doubled, phi_functions

EMPTY = 1e-30
SWEEPS = 5
"""Over slow binders that hinder each other: each gains an order of the step."""


class Triple(NamedTuple):
    """Something at the start, the middle and the end of a step."""

    start: Values
    middle: Values
    end: Values


class Gains(NamedTuple):
    """What states gain by the middle and the end of a step, of level, slope and bend of what they follow.

    Gains, not what is left: of a slow state a step takes less than single precision would keep of that.
    """

    middle: tuple[Values, Values, Values]
    end: tuple[Values, Values, Values]

    def of(self, rows: slice) -> Gains:
        """Those of some rows."""
        middle, end = (tuple(part[rows] for part in three) for three in self)
        return Gains(middle, end)


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

    followers: Float[Values, "follower columns"]
    """One column where all people have the same."""
    others: Float[Values, "rows people"]
    """Adaptation, rebound, tolerance, then each part."""


class Pull(NamedTuple):
    """What the body reads at an instant, and where that pulls it."""

    effect_nm: Float[Values, "inputs people"]
    signal: Float[Values, " people"]
    drive: Float[Values, " people"]
    heading: Float[Values, "follower people"]


def rates(body: Body, numbers: BodyNumbers) -> Rates | None:
    """Those of all people; nothing of an empty body."""
    if body.is_empty:
        return None
    single = (numbers.withdrawal.rebound_rate, numbers.breathing.tolerance_rate)
    own = (part.rates(n) for part, n in zip(body.parts, numbers.parts, strict=True) if part.states)
    others = jnp.concatenate([numbers.adaptation.rate, *(row[None] for row in single), *own])
    return Rates(jnp.asarray(numbers.withdrawal.rate), others)


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
        return Pull(effect_nm, state.rebound, state.rebound, state.followers)
    now = body.sense(effect_nm, state.occupancy, numbers)
    drive = body.drive(state.adapted, now, numbers)
    return Pull(effect_nm, now.signal, drive, body.follower_target(drive, state.rebound, now, numbers))


def step(
    body: Body,
    numbers: BodyNumbers,
    step_h: Float[Values, ""],
    rate: Rates | None,
    state: BodyState,
    start: Pull,
    middle_nm: Float[Values, "inputs people"],
    end_nm: Float[Values, "inputs people"],
) -> tuple[BodyState, Pull]:
    """The state after a step, and the pull there.

    Parameters
    ----------
    rate
        Of :func:`rates`.
    middle_nm, end_nm
        What the body reads on the way.
    """
    if rate is None:
        return state, start._replace(effect_nm=end_nm)
    effect_nm = Triple(start.effect_nm, middle_nm, end_nm)
    occupancy = Triple(*[state.occupancy] * 3)
    if body.slow:
        occupancy = _slow_binding(body, numbers, step_h, state.occupancy, effect_nm)
    now = Triple(*(body.sense(c, o, numbers) for c, o in zip(effect_nm, occupancy, strict=True)))
    signal = Triple(start.signal, now.middle.signal, now.end.signal)
    h = step_h.astype(rate.others.dtype)
    gains = _gains(h * rate.others)
    row = 0

    def rows(count: int) -> Gains:
        nonlocal row
        row += count
        return gains.of(slice(row - count, row))

    adapted = _follow(rows(len(state.adapted)), state.adapted, signal)
    drive = Triple(
        start.drive, *(body.drive(a, at, numbers) for a, at in zip(adapted[1:], now[1:], strict=True))
    )
    drive, rebound = _apart(h, (drive, _follow(rows(1), state.rebound[None], drive)))
    tolerance = _follow(rows(1), state.tolerance[None], signal)
    later = zip(drive[1:], rebound[1:], now[1:], strict=True)
    heading = Triple(start.heading, *(body.follower_target(d, r[0], at, numbers) for d, r, at in later))
    followers = _follow(_gains(h * rate.followers), state.followers, heading)
    ends = []
    for part, own, n in zip(body.parts, state.parts, numbers.parts, strict=True):
        mine = rows(len(part.states))
        reached = Triple(own, own, own)
        for group in part.order:
            target = Triple(*(part.target(o, at, n, group) for o, at in zip(reached, now, strict=True)))
            followed = _follow(mine.of(group), own[group], target)
            reached = Triple(*(_put(o, group, f) for o, f in zip(reached, followed, strict=True)))
        ends.append(reached.end)
    end = BodyState(occupancy.end, adapted.end, rebound.end[0], tolerance.end[0], followers.end, tuple(ends))
    return end, Pull(end_nm, signal.end, drive.end, heading.end)


def _apart(step_h: Float[Values, ""], values: Any) -> Any:
    """The values, computed once and for all.

    What each follower reads a compiler for CPUs computes anew for each of them, all that it depends on
    included, unless it comes out of a branch; no step is of negative length.
    """
    return jax.lax.cond(step_h >= 0.0, lambda: values, lambda: jax.tree.map(jnp.zeros_like, values))


def _put(rows: Float[Values, "own people"], place: slice, values: Float[Values, "some people"]) -> Values:
    return jnp.concatenate([rows[: place.start], values, rows[place.stop :]])


def _gains(x: Float[Values, "rows people"]) -> Gains:
    """Of states whose rate times the length of the step is ``x``."""
    half, quarter = 0.5 * x, 0.25 * x
    half_one, half_two, half_three = phi_functions(half)
    one, two, three = doubled(half, half_one, half_two, half_three)
    return Gains(
        (half * half_one, quarter * half_two, quarter * half_three), (x * one, x * two, 2.0 * x * three)
    )


def _follow(gains: Gains, start: Float[Values, "rows people"], u: Triple) -> Triple:
    """States that follow ``u`` from ``start``."""
    to_middle, to_end = u.middle - u.start, u.end - u.start
    parts = (u.start - start, 4.0 * to_middle - to_end, 2.0 * (to_end - 2.0 * to_middle))
    middle, end = (
        start + sum(gain * part for gain, part in zip(three, parts, strict=True)) for three in gains
    )
    return Triple(start, middle, end)


def _slow_binding(
    body: Body,
    numbers: BodyNumbers,
    step_h: Float[Values, ""],
    start: Float[Values, "slow people"],
    effect_nm: Triple,
) -> Triple:
    r"""Occupancy of slow binders, whose rates depend on concentrations.

    In the time :math:`\tau = \int a\, dt` of its own rate :math:`a` each follows its equilibrium at rate 1.
    Several hinder each other: each follows what the others leave free, again and again.
    """
    a, b = len(body.fast), len(body.fast) + len(body.slow)
    h = step_h.astype(start.dtype)
    present = [jnp.maximum(c[:b], 0.0) for c in effect_nm]
    rate = [receptor.slow_binding_rate(c[:a], c[a:], numbers.receptor) for c in present]
    alone = [receptor.slow_binding_target(c[:a], c[a:], numbers.receptor) for c in present]
    whole = h / 6.0 * (rate[0] + 4.0 * rate[1] + rate[2]) + EMPTY
    # where the rate falls steeply, the parabola may turn below zero
    raw = h / 24.0 * (5.0 * rate[0] + 8.0 * rate[1] - rate[2])
    share = jnp.clip(raw / whole, 0.01, 0.99)  # of the whole time, in the first half of the step
    occupancy = Triple(start, start, start)
    for _ in range(1 if len(body.slow) == 1 else SWEEPS):
        free = (1.0 - (o.sum(axis=0) - o) for o in occupancy)
        goal = Triple(*(g * f for g, f in zip(alone, free, strict=True)))
        slope = (goal.middle - goal.start) / share
        bend = (goal.end - goal.middle) / (1.0 - share) - slope
        ends = []
        for part, time in ((share, share * whole), (jnp.ones_like(share), whole)):
            # shares of the whole time, so that no power of a very long or short time is taken
            _, two, three = phi_functions(time)
            first, second = part * time * two, 2.0 * part * part * time * three
            settled = slope * first + bend * (second - share * first)
            reached = goal.start + jnp.exp(-time) * (start - goal.start) + settled
            ends.append(reached)
        occupancy = Triple(start, *ends)
    return occupancy
