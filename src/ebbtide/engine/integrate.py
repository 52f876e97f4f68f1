"""Integration of a batch of people over one mesh, compiled once for each composition of compounds.

Linear kinetics are propagated exactly in their eigenmodes, those that enzymes change by an exponential
Runge-Kutta step (:mod:`.reaction`); with the concentrations at the start, the middle and the end of a step
the body goes along (:mod:`.cascade`). People are the last axis. The loop runs over as many nodes as
the mesh has, so that a new schedule needs no new program.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float, Int

from ebbtide.physiology.arrays import Values

from . import cascade
from .modes import Modes
from .reaction import ReactionTable, react, reaction_table
from .schedule import Schedule
from .system import System, SystemNumbers


def _configure() -> None:
    # people are spread over threads of our own: more threads in each operation only get in their way
    os.environ.setdefault("NPROC", "1")
    jax.config.update("jax_enable_x64", True)
    cache = os.environ.get("EBBTIDE_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "ebbtide"
    )
    try:
        Path(cache).mkdir(parents=True, exist_ok=True)
    except OSError:
        return  # a read-only home: programs are compiled anew each time
    jax.config.update("jax_compilation_cache_dir", cache)
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


_configure()


WIDEST = {"xla_cpu_prefer_vector_width": 512}
"""On a CPU loops use the widest registers there are, by default at most half of the widest."""


class PersonState(NamedTuple):
    """Where a group of people is: kinetic modes and the body's state."""

    modes: Float[Values, "modes people"]
    body: Float[Values, "states people"]


class Tables(NamedTuple):
    """What steps of each length do to each person; the first axis counts the lengths."""

    half: Float[Values, "lengths modes people"]
    """What half a step leaves of a mode."""
    reaction: ReactionTable | None
    """Of modes, then enzyme pools."""


class Course(NamedTuple):
    """What a piece gives."""

    end: PersonState
    rows: Float[Values, "rows quantities people"]
    """Body quantities, then plasma concentrations, at the output times (and padding)."""
    lowest_ventilation: Float[Values, " people"]
    """1 where it was not watched."""


@partial(jax.jit, static_argnames=("system",))
def step_tables(
    system: System, numbers: SystemNumbers, modes: Modes, lengths_h: Float[Values, " lengths"]
) -> Tables:
    """Tables for steps of ``lengths_h``, in double precision."""
    reacting = None
    if numbers.reaction is not None:
        reacting = jnp.concatenate([modes.rate, system.turnover(numbers.reaction)])

    def one(h: Values) -> Tables:
        return Tables(
            jnp.exp(-0.5 * h * modes.rate),
            None if reacting is None else reaction_table(h, reacting),
        )

    tables: Tables = jax.lax.map(one, jnp.asarray(lengths_h))
    return tables


def march(
    system: System,
    numbers: SystemNumbers,
    modes: Modes,
    tables: Tables,
    doses: Float[Values, "kinds modes people"],
    state: PersonState,
    plan: Schedule,
    chosen: tuple[int, ...] | None = None,
) -> Course:
    """Run one piece of a mesh, as a part of a program of one's own; alone, :data:`integrate` is it compiled.

    Parameters
    ----------
    tables
        Of :func:`step_tables` for the lengths of ``plan``.
    doses
        Jump of the modes for each kind of dose.
    chosen
        Places of the quantities that rows hold, all by default; what nobody asks for is not computed.

    Kinetics are always in float64; the body is computed in the precision of ``state.body``, which
    ``numbers.body`` must share.
    """
    kind_of_float = state.body.dtype
    # in a loop, arrays of the program's own are indexed, whatever was handed in
    plan, modes, tables, jumps = jax.tree.map(jnp.asarray, (plan, modes, tables, doses))
    body, reaction = system.body, numbers.reaction
    rate = cascade.rates(body, numbers.body)

    def effects(z: Float[Values, "modes people"]) -> Float[Values, "inputs people"]:
        return system.effects(z, modes.effect).astype(kind_of_float)

    def at_node(
        index: Int[Values, ""], z: Float[Values, "modes people"], y: cascade.BodyState, pull: cascade.Pull
    ) -> tuple[Values, cascade.Pull, Tables, Values]:
        """Modes and pull after the dose at a node, tables and length of the step that follows.

        Looked up a step ahead: a compiled loop that finds its place in a table is not vectorised.
        """
        kind, length = plan.dose_kind[index], plan.length[index]

        def given() -> tuple[Values, cascade.Pull]:
            more = z + jumps[kind]
            return more, cascade.pull(body, numbers.body, y, effects(more))

        z, pull = jax.lax.cond(kind >= 0, given, lambda: (z, pull))
        return z, pull, jax.tree.map(lambda table: table[length], tables), plan.lengths_h[length]

    def node(index: Int[Values, ""], carry: _Carry) -> _Carry:
        z, y, pools, pull, lowest, here, h = carry
        if reaction is None:
            z_middle = here.half * z
            z_end, pools_end = here.half * z_middle, pools
        else:
            assert here.reaction is not None
            z_middle, z_end, pools_end = react(system, numbers, here.reaction, h, z, pools, y, pull.effect_nm)
        y_end, pull_end = cascade.step(
            body, numbers.body, h, rate, y, pull, effects(z_middle), effects(z_end)
        )

        def watched() -> Values:
            breath = body.observe_ventilation(cascade.join(y_end), pull_end.effect_nm, numbers.body)
            return jnp.minimum(lowest, breath)

        lowest = jax.lax.cond(plan.watch, watched, lambda: lowest)
        z_next, pull_next, there, h_next = at_node(index + 1, z_end, y_end, pull_end)
        return _Carry(z_next, y_end, pools_end, pull_next, lowest, there, h_next)

    def row(carry: tuple[Values, _Carry], target: Int[Values, ""]) -> tuple[tuple[Values, _Carry], Values]:
        done, people = carry
        people = jax.lax.fori_loop(done, target, node, people)
        z = people.modes
        seen = body.observe(cascade.join(people.body), people.pull.effect_nm, numbers.body)
        plasma = system.plasma(z, modes.plasma).astype(kind_of_float)
        rows = jnp.concatenate([seen, plasma])
        return (target, people), rows if chosen is None else jnp.stack([rows[place] for place in chosen])

    z, y = map(jnp.asarray, state)
    lowest = jnp.ones(y.shape[-1], dtype=kind_of_float)
    groups = cascade.split(body, y[: body.size])
    z, pull, here, h = at_node(jnp.int32(0), z, groups, cascade.pull(body, numbers.body, groups, effects(z)))
    start = _Carry(z, groups, y[body.size :].astype(z.dtype), pull, lowest, here, h)
    # there is padding behind the last row, which takes people to the last node
    (_, end), rows = jax.lax.scan(row, (jnp.int32(0), start), plan.row_node)
    reached = jnp.concatenate([cascade.join(end.body), end.pools.astype(kind_of_float)])
    return Course(PersonState(end.modes, reached), rows, end.lowest)


integrate = jax.jit(march, static_argnames=("system", "chosen"), compiler_options=WIDEST)
"""Run one piece of a mesh: :func:`march`, compiled for each system and shape."""


class _Carry(NamedTuple):
    """What goes from node to node."""

    modes: Float[Values, "modes people"]
    """After the dose at the node."""
    body: cascade.BodyState
    pools: Float[Values, "pools people"]
    pull: cascade.Pull
    lowest: Float[Values, " people"]
    here: Tables
    """Of the step that follows."""
    step_h: Float[Values, ""]
