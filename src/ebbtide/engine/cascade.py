r"""One step of a body in which each state follows what comes before it.

Nothing flows back in the body: concentrations make the occupancy of slow binders, both make the signal,
adaptation follows the signal, rebound the drive, symptoms the amplified drive. So each follows a course that
is known (:mod:`.collocation`). Level after level gives the values at all points of the step; the last of them
is its end.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from ebbtide.physiology import receptor
from ebbtide.physiology.arrays import Values
from ebbtide.physiology.body import Body, BodyNumbers
from ebbtide.physiology.part import Sensed

from .collocation import POINTS, TO_TIME, Points, follow, follow_to_end, relax, with_phi, within
from .phi import Phi

EMPTY = 1e-30
SWEEPS = 6
"""Over slow binders that hinder each other: each gains an order of the step."""
CLOSEST = 0.01
"""Least share of a step's own time between two points."""


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

    acute: Float[Values, "1 people"]
    """Of the first part of adaptation, the only one that is about as fast as a step is long."""
    of_signal: Float[Values, "rows people"]
    """Of its other parts, then tolerance."""
    rebound: Float[Values, " people"]
    followers: Float[Values, "follower columns"]
    """One column where all people have the same."""
    parts: tuple[Float[Values, "own people"], ...]
    fastest: Fastest


class Fastest(NamedTuple):
    """The highest of these rates in anybody."""

    acute: Float[Values, ""]
    slower: Float[Values, ""]
    """Of the rest but followers."""


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
    acute, slower = jnp.split(jnp.asarray(numbers.adaptation.rate), [1])
    of_signal = jnp.concatenate([slower, numbers.breathing.tolerance_rate[None]])
    rebound = jnp.asarray(numbers.withdrawal.rebound_rate)
    parts = tuple(part.rates(n) for part, n in zip(body.parts, numbers.parts, strict=True))
    most = [jnp.max(rows) for rows in (of_signal, rebound, *parts) if rows.size]
    fastest = Fastest(jnp.max(acute), jnp.max(jnp.stack(most)))
    return Rates(acute, of_signal, rebound, jnp.asarray(numbers.withdrawal.rate), parts, fastest)


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
    now = within(h, lambda: jax.vmap(lambda c, o: body.sense(c, o, numbers))(later_nm, occupancy))
    goal = Points(start.signal[None], now.signal[:, None])
    acute, slower = jnp.split(state.adapted, [1])
    of_signal = jnp.concatenate([slower, state.tolerance[None]])
    soon = with_phi(h * rate.fastest.acute, lambda phi: follow(h, rate.acute, acute, goal, phi))
    late, parts, goals = with_phi(
        h * rate.fastest.slower,
        lambda phi: (
            follow(h, rate.of_signal, of_signal, goal, phi),
            *_parts(body, numbers, h, rate, state, start, now, phi),
        ),
    )
    adapted = jnp.concatenate([soon, late[:, :-1]], axis=1)
    drive = within(h, lambda: jax.vmap(lambda a, at: body.drive(a, at, numbers))(adapted, now))
    driven = Points(start.drive, drive)
    rebound = with_phi(
        h * rate.fastest.slower, lambda phi: follow(h, rate.rebound, state.rebound, driven, phi)
    )
    heading = jax.vmap(lambda d, r, at: body.follower_target(d, r, at, numbers))(drive, rebound, now)
    followers = follow_to_end(h, rate.followers, state.followers, Points(start.heading, heading))
    end = BodyState(occupancy[-1], adapted[-1], rebound[-1], late[-1, -1], followers, parts)
    return end, Pull(later_nm[-1], now.signal[-1], drive[-1], heading[-1], goals)


def _parts(
    body: Body,
    numbers: BodyNumbers,
    step_h: Float[Values, ""],
    rate: Rates,
    state: BodyState,
    start: Pull,
    now: Sensed,
    phi: Phi,
) -> tuple[tuple[Values, ...], tuple[Values, ...]]:
    """The states of all parts after a step, and where they are heading there."""
    nows = [jax.tree.map(lambda rows, p=point: rows[p], now) for point in range(len(POINTS))]
    ends, goals = [], []
    for part, own, own_rate, goal, n in zip(
        body.parts, state.parts, rate.parts, start.parts, numbers.parts, strict=True
    ):
        reached = [own] * len(POINTS)
        ahead = []
        for group in part.order:
            target = [part.target(o, at, n, group) for o, at in zip(reached, nows, strict=True)]
            # row by row, as a compiled loop that joins rows is not vectorised
            rows = zip(own_rate[group], own[group], goal[group], *target, strict=True)
            followed = [follow(step_h, k, x, Points(u, later), phi) for k, x, u, *later in rows]
            reached = [
                jnp.concatenate([o[: group.start], jnp.stack(at), o[group.stop :]])
                for o, *at in zip(reached, *followed, strict=True)
            ]
            ahead.append(target[-1])
        ends.append(reached[-1])
        goals.append(jnp.concatenate(ahead) if ahead else goal)
    return tuple(ends), tuple(goals)


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
        occupancy = relax(
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
