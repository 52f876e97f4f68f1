r"""One step of kinetics whose clearances enzymes change: modes and enzyme pools together.

The fourth-order exponential Runge-Kutta scheme of Cox and Matthews (2002), with the modes' own rates and the
turnover of the pools as its linear part. A failing liver moves within days: its function is taken to
change by its present slope during the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from ebbtide.physiology.arrays import Values

from .cascade import POINTS, BodyState, apart, join
from .phi import Coefficients, mode_coefficients, phi_functions
from .system import System, SystemNumbers

SLOPE_H = 0.01


class ToPoint(NamedTuple):
    """What is added to modes by one of the points of a step."""

    level: Values
    """Integral of what adds to them where that is 1, then the share of the step gone by, and its square."""
    rise: Values
    square: Values


class ReactionTable(NamedTuple):
    """What a step of some length does to modes, then pools."""

    scheme: Coefficients
    to_points: tuple[ToPoint, ...]
    """Of all points but the last, which is the end of the step."""


def reaction_table(
    step_h: Float[Values, ""],
    modes: Float[Values, "modes people"],
    pools: Float[Values, "pools people"],
) -> ReactionTable:
    """The table of modes and pools with these decay rates, per hour."""
    to_points = []
    for share in POINTS[:-1]:
        one, two, three = phi_functions(share * step_h * modes)
        scale = share * step_h
        to_points.append(ToPoint(scale * one, share * scale * two, 2.0 * share * share * scale * three))
    return ReactionTable(mode_coefficients(step_h, jnp.concatenate([modes, pools])), tuple(to_points))


def react(
    system: System,
    numbers: SystemNumbers,
    table: ReactionTable,
    left: Sequence[Float[Values, "modes people"]],
    step_h: Float[Values, ""],
    modes: Float[Values, "modes people"],
    pools: Float[Values, "pools people"],
    body: BodyState,
    effect_nm: Float[Values, "inputs people"],
) -> tuple[tuple[Values, ...], Values]:
    """Modes at the points of a step, and pools at its end.

    ``left`` is what is left of modes at all points but the last; ``body`` and ``effect_nm`` are those at the
    start.
    """
    reaction = numbers.reaction
    assert reaction is not None
    count = modes.shape[0]
    c = table.scheme
    start = jnp.concatenate([modes, pools])
    function, slope = _liver(system, numbers, body, effect_nm)

    def lacking(values: Values, share: Values) -> Values:
        """What the linear part lacks, after ``share`` of the step."""
        well = function + share * step_h * slope
        once = partial(apart, step_h)
        return once(system.react(values[:count], values[count:], well, reaction, once))

    # where each stage is taken, and what it adds to the end: a loop, so that its program is compiled once
    none, kept = jnp.zeros_like(start), jnp.ones_like(start)
    keep = jnp.stack([kept, c.half, c.half, c.whole])
    of_first = jnp.stack([none, none, none, c.stage * (c.half - 1.0)])
    of_last = jnp.stack([none, c.stage, c.stage, 2.0 * c.stage])
    weight = jnp.stack([c.first, c.middle, c.middle, c.last])
    share = jnp.asarray([0.0, 0.5, 0.5, 1.0])

    def stage(number: Values, carry: tuple[Values, Values]) -> tuple[Values, Values]:
        end, seen = carry
        at = keep[number] * start + of_first[number] * seen[0] + of_last[number] * seen[number - 1]
        found = lacking(at, share[number])
        return end + weight[number] * found, seen.at[number].set(found)

    seen = jnp.zeros((4, *start.shape), dtype=start.dtype)
    end, (at_start, _, at_b, at_last) = jax.lax.fori_loop(0, 4, stage, (c.whole * start, seen))
    slope, bend = 4.0 * at_b - at_last - 3.0 * at_start, 2.0 * (at_last - 2.0 * at_b + at_start)
    later = (
        own * modes + at.level * at_start[:count] + at.rise * slope[:count] + at.square * bend[:count]
        for own, at in zip(left, table.to_points, strict=True)
    )
    return (*later, end[:count]), end[count:]


def _liver(
    system: System, numbers: SystemNumbers, body: BodyState, effect_nm: Values
) -> tuple[Values | float, Values | float]:
    """Liver function at the start of the step and its slope, per hour."""
    if not system.body.liver_may_fail:
        return 1.0, 0.0
    state = join(body)
    moved = state + SLOPE_H * system.body.change(state, effect_nm, numbers.body)
    now, soon = (system.body.liver_function(y, numbers.body) for y in (state, moved))
    return now, (soon - now) / SLOPE_H
