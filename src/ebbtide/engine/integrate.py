"""Integration of a batch of people over one mesh, compiled once for each composition of compounds.

Linear kinetics are propagated exactly in their eigenmodes, those that enzymes change by an exponential
Runge-Kutta step (:mod:`.reaction`); with the concentrations at the start of a step and at its points
the body goes along (:mod:`.cascade`). People are the last axis. The loop runs over as many nodes as
the mesh has, so that a new schedule needs no new program.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Float, Int

from ebbtide.physiology.arrays import Values

from . import cascade
from .collocation import POINTS, within
from .modes import Modes
from .programs import Program, cache_folder
from .reaction import Start, in_precision, react
from .reaction_table import ReactionTable, reaction_table
from .schedule import Schedule
from .system import System, SystemNumbers

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
KEPT_BYTES = 2**30


def _keep_memory() -> None:
    """Have the C library keep what is freed: pages fetched anew for each piece took an eighth of the time.

    In few arenas: each keeps its own, and by default every new thread may open one.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(M_ARENA_MAX, max(2, os.cpu_count() or 1))


def _configure() -> None:
    jax.config.update("jax_enable_x64", True)
    # people are spread over threads of our own, each of which runs its own programs
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    cache = cache_folder()
    if cache is None:
        return
    jax.config.update("jax_compilation_cache_dir", str(cache))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


_configure()
_keep_memory()


WIDEST = {"xla_cpu_prefer_vector_width": 512}
"""On a CPU loops use the widest registers there are, by default at most half of the widest."""


class PersonState(NamedTuple):
    """Where a group of people is: kinetic modes and the body's state."""

    modes: Float[Values, "modes people"]
    body: Float[Values, "states people"]


class Tables(NamedTuple):
    """What steps of each length do to each person; the first axis counts the lengths."""

    outer: Float[Values, "lengths modes people"]
    """What is left of a mode at the first point; as much of it from the second to the end."""
    inner: Float[Values, "lengths modes people"]
    """What is left at the second point of a mode at the first."""
    reaction: ReactionTable | None


class Course(NamedTuple):
    """What a piece gives."""

    end: PersonState
    rows: Float[Values, "rows quantities people"]
    """Body quantities, then plasma concentrations, at the output times (and padding)."""
    lowest_ventilation: Float[Values, " people"]
    """1 where it was not watched."""


def tables_of_steps(
    system: System, numbers: SystemNumbers, modes: Modes, lengths_h: Float[Values, " lengths"]
) -> Tables:
    """Tables for steps of ``lengths_h``, in double precision."""

    def one(h: Values) -> Tables:
        first, second, _ = POINTS
        return Tables(
            jnp.exp(-first * h * modes.rate),
            jnp.exp((first - second) * h * modes.rate),
            None if numbers.reaction is None else reaction_table(system, numbers.reaction, modes, h),
        )

    lengths_h = jnp.asarray(lengths_h)
    empty: Tables = jax.tree.map(
        lambda row: jnp.zeros((len(lengths_h), *row.shape), row.dtype), jax.eval_shape(one, lengths_h[0])
    )

    def fill(place: Int[Values, ""], tables: Tables) -> Tables:
        filled: Tables = jax.tree.map(
            lambda rows, row: rows.at[place].set(row), tables, one(lengths_h[place])
        )
        return filled

    # longest first; of the zeros behind, which pad, the first is that of nodes at the same time
    count = jnp.minimum(jnp.sum(lengths_h > 0.0) + 1, len(lengths_h))
    tables: Tables = jax.lax.fori_loop(0, count, fill, empty)
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
    body = system.body
    numbers = in_precision(numbers, kind_of_float)
    rate = cascade.rates(body, numbers.body)

    def effects(z: Float[Values, "modes people"]) -> Float[Values, "inputs people"]:
        return system.effects(z, modes.effect).astype(kind_of_float)

    def dosed(
        index: Int[Values, ""], z: Float[Values, "modes people"], y: cascade.BodyState, pull: cascade.Pull
    ) -> tuple[Values, cascade.Pull]:
        """Modes and pull after the dose at a node."""
        kind = at(plan.dose_kind, index)

        def given() -> tuple[Values, cascade.Pull]:
            more = z + jumps[kind]
            effect_nm = within(kind, lambda: effects(more))
            return more, cascade.pull(body, numbers.body, y, effect_nm)

        after: tuple[Values, cascade.Pull] = jax.lax.cond(kind >= 0, given, lambda: (z, pull))
        return after

    def at(table: Values, place: Int[Values, ""]) -> Values:
        return jax.lax.dynamic_index_in_dim(table, place, keepdims=False, allow_negative_indices=False)

    def node(index: Int[Values, ""], carry: _Carry) -> _Carry:
        z, y, pools, pull, lowest = carry
        length = at(plan.length, index)
        # a compiled loop that finds its place in a table is not vectorised
        here, h = within(
            index, lambda: jax.tree.map(lambda table: at(table, length), (tables, plan.lengths_h))
        )
        z_first = here.outer * z
        z_second = here.inner * z_first
        z_end, pools_end = here.outer * z_second, pools
        if here.reaction is None:
            later_nm = within(
                index, lambda: jnp.stack([effects(at_point) for at_point in (z_first, z_second, z_end)])
            )
        else:
            start = Start(z, z_end, pools, y, pull)
            linear_nm = within(index, lambda: jnp.stack([effects(z_first), effects(z_second)]))
            z_end, pools_end, later_nm = react(system, numbers, here.reaction, h, start, linear_nm)
            later_nm = jnp.concatenate([later_nm, effects(z_end)[None]])
        y_end, pull_end = cascade.step(body, numbers.body, h, rate, y, pull, later_nm)

        def watched() -> Values:
            breath = body.observe_ventilation(cascade.join(y_end), pull_end.effect_nm, numbers.body)
            return jnp.minimum(lowest, breath)

        lowest = jax.lax.cond(plan.watch, watched, lambda: lowest)
        z_next, pull_next = dosed(index + 1, z_end, y_end, pull_end)
        return _Carry(z_next, y_end, pools_end, pull_next, lowest)

    def shown(people: _Carry) -> Float[Values, "quantities people"]:
        seen = body.observe(cascade.join(people.body), people.pull.effect_nm, numbers.body)
        plasma = system.plasma(people.modes, modes.plasma).astype(kind_of_float)
        rows = jnp.concatenate([seen, plasma])
        return rows if chosen is None else jnp.stack([rows[place] for place in chosen])

    def row(carry: tuple[Values, _Carry], place: Int[Values, ""]) -> tuple[tuple[Values, _Carry], Values]:
        done, people = carry
        target = plan.row_node[place]
        people = jax.lax.fori_loop(done, target, node, people)
        values = jax.lax.cond(place < plan.rows, lambda: shown(people), lambda: nothing)
        return (target, people), values

    z, y = map(jnp.asarray, state)
    count = len(system.quantities) + len(system.plasma_modes) if chosen is None else len(chosen)
    nothing = jnp.zeros((count, y.shape[-1]), dtype=kind_of_float)
    lowest = jnp.ones(y.shape[-1], dtype=kind_of_float)
    groups = cascade.split(body, y[: body.size])
    z, pull = dosed(jnp.int32(0), z, groups, cascade.pull(body, numbers.body, groups, effects(z)))
    start = _Carry(z, groups, y[body.size :].astype(z.dtype), pull, lowest)
    # there is padding behind the last row, which takes people to the last node
    places = jnp.arange(len(plan.row_node), dtype=jnp.int32)
    (_, end), rows = jax.lax.scan(row, (jnp.int32(0), start), places)
    reached = jnp.concatenate([cascade.join(end.body), end.pools.astype(kind_of_float)])
    return Course(PersonState(end.modes, reached), rows, end.lowest)


step_tables = Program(tables_of_steps, static=(0,))
""":func:`tables_of_steps`, compiled for each system and shape."""
integrate = Program(march, static=(0, 7), options=WIDEST)
"""Run one piece of a mesh: :func:`march`, compiled for each system and shape."""


class _Carry(NamedTuple):
    """What goes from node to node."""

    modes: Float[Values, "modes people"]
    """After the dose at the node."""
    body: cascade.BodyState
    pools: Float[Values, "pools people"]
    pull: cascade.Pull
    lowest: Float[Values, " people"]
