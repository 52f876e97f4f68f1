r"""One step of kinetics whose clearances enzymes change: modes and enzyme pools together.

The fourth-order exponential Runge-Kutta scheme of Cox and Matthews (2002), with the modes' own rates and the
turnover of the pools as its linear part. What changes clearances reads but a few amounts, and flows go into
few compartments: the scheme is carried out on those, :math:`a = T z` and flows :math:`f`, with its
coefficients :math:`T\, c(h k)\, B` made beforehand for each length of step, and modes are moved once, at its
end. A failing liver moves within days: its function is taken to change by its present slope during the step.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float

from ebbtide.physiology import metabolism
from ebbtide.physiology.arrays import Values, added, put
from ebbtide.physiology.enzymes_now import arrivals
from ebbtide.physiology.network import Network

from .cascade import BodyState, Pull
from .collocation import within
from .reaction_table import Link, ReactionTable, links_of, read_of
from .system import Reaction, System, SystemNumbers

SLOPE_H = 0.01


def in_precision(numbers: SystemNumbers, kind: Any) -> SystemNumbers:
    """With what enzymes do in this kind of numbers: modes stay as they are."""
    if numbers.reaction is None:
        return numbers
    own = jax.tree.map(lambda values: jnp.asarray(values).astype(kind), numbers.reaction.numbers)
    return numbers._replace(reaction=numbers.reaction._replace(numbers=own))


class Start(NamedTuple):
    """Where a step starts, and where its modes would come without any reaction."""

    modes: Float[Values, "modes people"]
    modes_end: Float[Values, "modes people"]
    pools: Float[Values, "pools people"]
    body: BodyState
    pull: Pull


class End(NamedTuple):
    """What a step gives."""

    modes: Float[Values, "modes people"]
    pools: Float[Values, "pools people"]
    read_nm: Float[Values, "2 inputs people"]
    """What the body reads at the points but the last."""


def react(
    system: System,
    numbers: SystemNumbers,
    table: ReactionTable,
    step_h: Float[Values, ""],
    start: Start,
    read_nm: Float[Values, "2 inputs people"],
) -> End:
    """Take the step.

    Parameters
    ----------
    numbers
        Of :func:`in_precision`: reactions are computed in that.
    read_nm
        What the body would read at the points but the last without any reaction.
    """
    network, reaction = system.network, numbers.reaction
    assert network is not None
    assert reaction is not None
    kind = read_nm.dtype
    n = reaction.numbers
    once = partial(within, step_h)
    amounts = _amounts(network, reaction, table, start, kind, once)
    arriving = once(lambda: arrivals(network, amounts, n))
    h, function, slope = step_h.astype(kind), *_liver(system, numbers, start)
    c = jax.tree.map(lambda values: values.astype(kind), table.pools)
    q = start.pools.astype(kind)
    links = links_of(network)
    half, last = (stage.astype(kind) for stage in table.stages)

    def lacking(place: int, at: Values, pools: Values, passing: Values | None) -> tuple[Any, Values]:
        """What the linear part lacks in a stage at one of the times: start, middle, end."""
        here = jax.tree.map(lambda values: values[place], arriving)
        well = function + (place * 0.5) * h * slope
        found, passing = metabolism.react(network, at, here, pools, well, n, passing, once)
        return found, passing

    def plus(place: int, *flows: tuple[Values, Values]) -> Values:
        return _coupled(links, amounts[place, :centrals], flows, once)

    centrals = len({who.central for who in network.perpetrators} | set(range(len(network.victims))))
    first, passing = lacking(0, amounts[0, :centrals], q, None)
    a, passing = lacking(1, plus(1, (half, first.flows)), c.half * q + c.stage * first.pools, passing)
    b, passing = lacking(1, plus(1, (half, a.flows)), c.half * q + c.stage * a.pools, passing)
    pools = c.whole * q + c.stage * ((c.half - 1.0) * first.pools + 2.0 * b.pools)
    end, _ = lacking(2, plus(2, (last, first.flows), (2.0 * half, b.flows)), pools, passing)

    pools = table.pools.whole * start.pools + sum(
        weight * flow.astype(start.pools.dtype)
        for weight, flow in (
            (table.pools.first, first.pools),
            (table.pools.middle, a.pools + b.pools),
            (table.pools.last, end.pools),
        )
    )
    into = once(
        lambda: tuple(f.astype(start.modes.dtype) for f in (first.flows, a.flows + b.flows, end.flows))
    )
    modes = _moved(network, reaction, table, start.modes_end, into)
    points = table.points.astype(kind)
    parabola = first.flows, b.flows, end.flows
    for row in range(len(system.inputs)):
        terms = [
            points[:, k, i] * flow[link.flow]
            for i, link in enumerate(read_of(system))
            if link.row == row
            for k, flow in enumerate(parabola)
        ]
        if terms:
            read_nm = put(read_nm[:, row : row + 1] + added(terms)[:, None], read_nm, row)
    return End(modes, pools, read_nm)


def _amounts(
    network: Network, reaction: Reaction, table: ReactionTable, start: Start, kind: Any, once: Any
) -> Float[Values, "3 amounts people"]:
    """What would be read at the start, the middle and the end of a step without any reaction."""
    people = start.modes.shape[-1]
    result = jnp.zeros((3, sum(len(b.reads) for b in network.blocks), people), kind)
    taken = 0
    for block, rows in zip(network.blocks, reaction.to_amounts, strict=True):
        own = slice(block.start, block.stop)
        begin, done = start.modes[own], start.modes_end[own]
        middle = table.half[taken : taken + len(begin)] * begin
        taken += len(begin)
        for k, z in enumerate((begin, middle, done)):
            found = added(rows[:, m] * z[m] for m in range(len(begin))).astype(kind)
            for run, at in _runs(block.amounts):
                result = jax.lax.dynamic_update_slice(result, found[None, run], (k, at, 0))
    return result


def _runs(rows: tuple[int, ...]) -> list[tuple[slice, int]]:
    """Rows that follow one another: their places, and the first of them."""
    runs: list[tuple[slice, int]] = []
    for place, row in enumerate(rows):
        if runs and row == runs[-1][1] + place - runs[-1][0].start:
            runs[-1] = slice(runs[-1][0].start, place + 1), runs[-1][1]
        else:
            runs.append((slice(place, place + 1), row))
    return runs


def _coupled(
    links: list[Link], amounts: Values, flows: tuple[tuple[Values, Values], ...], once: Any
) -> Float[Values, "centrals people"]:
    """Amounts with what flows add to them, each with its coefficients."""
    count = sum(link.row == link.flow for link in links)
    own = once(lambda: amounts[:count] + added(c[:count] * flow[:count] for c, flow in flows))
    result = own if count == len(amounts) else put(own, amounts, 0)
    for i, (_, row, source) in enumerate(links[count:], count):
        result = put(
            result[row : row + 1] + added(c[i : i + 1] * flow[source : source + 1] for c, flow in flows),
            result,
            row,
        )
    return result


def _moved(
    network: Network,
    reaction: Reaction,
    table: ReactionTable,
    modes: Values,
    into: tuple[Float[Values, "flows people"], ...],
) -> Float[Values, "modes people"]:
    """Modes with the flows of the stages."""
    taken = 0
    for block, to_modes in zip(network.blocks, reaction.to_modes, strict=True):
        size = block.stop - block.start
        weights = table.ends[:, taken : taken + size]
        taken += size
        if not block.flows:
            continue
        new = added(
            to_modes[:, i] * added(w * flow[row] for w, flow in zip(weights, into, strict=True))
            for i, row in enumerate(block.flows)
        )
        modes = put(modes[block.start : block.stop] + new, modes, block.start)
    return modes


def _liver(system: System, numbers: SystemNumbers, start: Start) -> tuple[Values | float, Values | float]:
    """Liver function at the start of the step and its slope, per hour."""
    if not system.body.liver_may_fail:
        return 1.0, 0.0
    for part, own, target, n in zip(
        system.body.parts, start.body.parts, start.pull.parts, numbers.body.parts, strict=True
    ):
        if part.states and hasattr(part, "hepatic_function"):
            now, soon = (
                part.hepatic_function(y, n) for y in (own, own + SLOPE_H * part.rates(n) * (target - own))
            )
            return now, (soon - now) / SLOPE_H
    return 1.0, 0.0
