"""What steps of each length do to kinetics that enzymes change: the coefficients of :mod:`.reaction`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Float

from ebbtide.physiology.arrays import Values, added
from ebbtide.physiology.network import Block, Network

from .collocation import POINTS, within
from .modes import Modes
from .phi import Coefficients, mode_coefficients, phi_functions
from .system import Reaction, System


class ReactionTable(NamedTuple):
    """What a step of some length does."""

    half: Float[Values, "modes people"]
    """What is left of the modes of all blocks after half of it."""
    ends: Float[Values, "3 modes people"]
    """What flows into those modes do until the end: those at the start, in the middle, at the end."""
    stages: Float[Values, "2 couplings people"]
    """What flows add to amounts: to those half a step later, and those of the start to those at the end."""
    pools: Coefficients
    points: Float[Values, "2 3 met people"]
    """What flows add to what the body reads at the points but the last: those at the start, of the third
    stage, of the last.
    """


class Link(NamedTuple):
    """A flow and what it can change."""

    block: int
    row: int
    """Of the amounts of victims, or of what the body reads."""
    flow: int


def links_of(network: Network) -> list[Link]:
    """Of amounts of victims; first each with its own flow."""
    found = [
        Link(number, row, flow)
        for row, victim in enumerate(network.victims)
        for number, block in enumerate(network.blocks)
        if row in block.amounts
        for flow in block.becomes(victim.compound)
    ]
    return sorted(found, key=lambda link: (link.row != link.flow, link.row))


def read_of(system: System) -> list[Link]:
    """Of what the body reads."""
    assert system.network is not None
    return [
        Link(number, row, flow)
        for row, (name, modes) in enumerate(zip(system.inputs, system.effect_modes, strict=True))
        for number, block in enumerate(system.network.blocks)
        if modes == (block.start, block.stop)
        for flow in block.becomes(name)
    ]


def reaction_table(
    system: System, reaction: Reaction, modes: Modes, step_h: Float[Values, ""]
) -> ReactionTable:
    """The table for a step of this length."""
    assert system.network is not None
    blocks = system.network.blocks
    rates = [jnp.asarray(modes.rate[b.start : b.stop]) for b in blocks]
    own, points = within(
        step_h,
        lambda: (
            [mode_coefficients(step_h, rate) for rate in rates],
            [jnp.stack([_to_point(step_h, share, rate) for share in POINTS[:-1]]) for rate in rates],
        ),
    )
    links, met = links_of(system.network), read_of(system)
    stages: dict[Link, Values] = {}
    read: dict[Link, Values] = {}
    for number, (block, c) in enumerate(zip(blocks, own, strict=True)):
        inside = range(block.start, block.stop)
        amounts = dict(zip(block.amounts, reaction.to_amounts[number], strict=True))
        inputs = {link.row: modes.effect[link.row, inside.start : inside.stop] for link in met}
        later = jnp.stack([c.stage, c.stage * (c.half - 1.0)])
        to_modes = reaction.to_modes[number]
        stages |= _through(number, block, links, amounts, later, to_modes)
        read |= _through(number, block, met, inputs, points[number], to_modes)
    people = rates[0].shape[-1]
    return ReactionTable(
        half=jnp.concatenate([c.half for c in own]),
        ends=jnp.stack([jnp.concatenate([c[k] for c in own]) for k in range(3, 6)]),
        stages=jnp.stack([stages[link] for link in links], axis=1),
        pools=mode_coefficients(step_h, jnp.asarray(reaction.numbers.turnover)),
        points=jnp.stack([read[link] for link in met], axis=2) if met else jnp.zeros((2, 3, 0, people)),
    )


def _through(
    number: int,
    block: Block,
    links: list[Link],
    rows: Mapping[int, Float[Values, "modes people"]],
    coefficients: Float[Values, "*kinds modes people"],
    to_modes: Float[Values, "modes flows people"],
) -> dict[Link, Float[Values, "*kinds people"]]:
    """What one unit of each flow of a block adds, by way of modes, to what ``rows`` read of them."""
    own = [link for link in links if link.block == number]
    if not own:
        return {}
    read = list(dict.fromkeys(link.row for link in own))
    table = jnp.stack([jnp.asarray(rows[row]) for row in read])
    every = added(
        coefficients[..., m, :][..., None, None, :] * table[:, m][:, None] * to_modes[m]
        for m in range(table.shape[1])
    )
    return {link: every[..., read.index(link.row), block.flows.index(link.flow), :] for link in own}


def _to_point(
    step_h: Float[Values, ""], share: float, rate: Float[Values, "modes people"]
) -> Float[Values, "3 modes people"]:
    """What is left at ``share`` of the step of flows at its start, its middle and its end.

    That is the integral of the parabola through the three.
    """
    one, two, three = phi_functions(share * step_h * rate)
    scale = share * step_h
    level, rise, square = scale * one, share * scale * two, 2.0 * share * share * scale * three
    return jnp.stack([level - 3.0 * rise + 2.0 * square, 4.0 * (rise - square), 2.0 * square - rise])
