"""Integration of a batch of people over one mesh, compiled once for each composition of compounds.

Kinetics are propagated exactly in their eigenmodes; the body's state takes an exponential
Runge-Kutta step with concentrations at the start, middle and end of the step. People are the last
axis. The loop runs over as many nodes as the mesh has, so that a new schedule needs no new program.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from ebbtide.physiology.arrays import Values

from .exponential import Coefficients, coefficients, stages
from .mesh import Mesh
from .modes import Modes
from .phi import mode_coefficients
from .system import System, SystemNumbers

NODE_BLOCK = 256
ROW_BLOCK = 32
"""Pieces of a mesh are padded to multiples of these, so that few shapes are ever compiled."""


def _configure() -> None:
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


class PersonState(NamedTuple):
    """Where a group of people is: kinetic modes and the body's state."""

    modes: Float[Values, "modes people"]
    body: Float[Values, "states people"]


class Schedule(NamedTuple):
    """A piece of a mesh as arrays for the compiled loop, padded."""

    step_h: Float[Values, " nodes"]
    dose_kind: Int[Values, " nodes"]
    coefficients: Float[Values, "nodes six states"]
    row_node: Int[Values, " rows"]
    """Node of each output row; padding points behind the last node."""
    nodes: Int[Values, ""]
    """How many nodes are real."""


class Course(NamedTuple):
    """What a piece gives."""

    end: PersonState
    rows: Float[Values, "rows quantities people"]
    """Body quantities, then plasma concentrations, at the output times (and padding)."""
    lowest_ventilation: Float[Values, " people"]


def schedules(
    mesh: Mesh,
    rates: NDArray[np.float64],
    boundaries_h: Sequence[float] = (),
    precision: type[np.floating[Any]] = np.float64,
) -> list[tuple[Schedule, int]]:
    """The mesh in pieces between ``boundaries_h``, each with its number of output rows.

    ``rates`` are the decay rates ``(states,)`` that the exponential scheme takes as its linear part;
    ``precision`` is that of the body. All pieces have the same padded shape.
    """
    table = np.stack(coefficients(mesh.step_h, rates), axis=1).astype(precision)
    cuts = mesh.pieces(boundaries_h)
    nodes = -(-max(cut.stop - cut.start for cut in cuts) // NODE_BLOCK) * NODE_BLOCK
    most_rows = max(int(mesh.is_output[cut].sum()) for cut in cuts)
    rows = -(-max(most_rows, 1) // ROW_BLOCK) * ROW_BLOCK
    result = []
    for cut in cuts:
        count = cut.stop - cut.start
        own_rows = np.flatnonzero(mesh.is_output[cut])
        plan = Schedule(
            step_h=_padded(mesh.step_h[cut], nodes, 0.0),
            dose_kind=_padded(mesh.dose_kind[cut], nodes, -1),
            coefficients=_padded(table[cut], nodes, 0.0),
            row_node=_padded(own_rows.astype(np.int32), rows, count),
            nodes=np.int32(count),
        )
        result.append((plan, len(own_rows)))
    return result


def _padded(values: NDArray[Any], length: int, filler: float) -> NDArray[Any]:
    spare = np.full((length - len(values), *values.shape[1:]), filler, dtype=values.dtype)
    return np.concatenate([values, spare])


@partial(jax.jit, static_argnames=("body",))
def integrate(
    body: System,
    numbers: SystemNumbers,
    modes: Modes,
    doses: Float[Values, "kinds modes people"],
    state: PersonState,
    plan: Schedule,
    rates: Float[Values, " states"],
) -> Course:
    """Run one piece of a mesh.

    Parameters
    ----------
    doses
        Jump of the modes for each kind of dose.
    rates
        Decay rates that the coefficients of ``plan`` were made for.

    Where enzymes change clearances, the modes take the same exponential step as the body, each person with
    rates of their own. Kinetics are always in float64; the body is computed in the precision of
    ``state.body``, which ``numbers`` and the coefficients of ``plan`` must share.
    """
    kind_of_float = state.body.dtype
    typical_decay = jnp.asarray(rates, dtype=kind_of_float)[:, None]
    # in a loop, arrays of the program's own are indexed, whatever was handed in
    plan = jax.tree.map(jnp.asarray, plan)
    modes = jax.tree.map(jnp.asarray, modes)
    slow = body.slow_binders
    jumps = jnp.asarray(doses)

    def concentrations(now: Float[Values, "modes people"]) -> Float[Values, "ligands people"]:
        return jnp.sum(modes.effect * now, axis=1).astype(kind_of_float)

    reaction = numbers.reaction

    def slopes(
        y: Float[Values, "states people"], z: Float[Values, "modes people"], decay: Values
    ) -> tuple[Values, Values]:
        """What the linear parts lack, of the state and of the modes."""
        amounts = None if reaction is None else body.amounts(z, reaction)
        changed, flows = body.change(y, concentrations(z), amounts, numbers)
        lacking = jnp.zeros_like(z) if reaction is None else body.into_modes(flows, z.shape[0], reaction)
        return changed + decay * y, lacking

    def with_slow_binding(
        index: Int[Values, ""], z: Float[Values, "modes people"], c: Coefficients
    ) -> tuple[Coefficients, Float[Values, "states people"]]:
        """Coefficients and decay rates in which slow binders settle as fast as this person's concentration
        makes them: at high ones far faster than they dissociate.
        """
        own = body.slow_binding_rates(concentrations(z), numbers).astype(z.dtype)
        people = own.shape[1:]

        def join(first: Values, rest: Values) -> Values:
            kept = jnp.broadcast_to(rest[slow:], (rest.shape[0] - slow, *people))
            return jnp.concatenate([first.astype(kind_of_float), kept])

        mine = mode_coefficients(plan.step_h[index], own)
        return Coefficients(*map(join, mine, c)), join(own, typical_decay)

    def dosed(index: Int[Values, ""], z: Float[Values, "modes people"]) -> Float[Values, "modes people"]:
        kind = plan.dose_kind[index]
        return z + jnp.where(kind >= 0, jumps[jnp.maximum(kind, 0)], 0.0)

    def node(index: Int[Values, ""], carry: tuple[PersonState, Values]) -> tuple[PersonState, Values]:
        (z, y), lowest = carry
        z = dosed(index, z)
        c, decay = Coefficients(*plan.coefficients[index][:, :, None]), typical_decay
        if slow:
            c, decay = with_slow_binding(index, z, c)
        steps = stages(c)
        if reaction is None:  # exact, whatever the body does
            half = jnp.exp(-0.5 * plan.step_h[index] * modes.rate)
            z_middle = z * half
            z_end = z_middle * half
            on_the_way = jnp.stack([z, z_middle, z_middle, z_end])
        else:
            mode_steps = stages(mode_coefficients(plan.step_h[index], modes.rate))
            z_end = mode_steps.keep[3] * z

        def stage(number: Values, sums: tuple[Values, ...]) -> tuple[Values, ...]:
            y_end, y_first, y_last, z_end, z_first, z_last = sums
            at_y = steps.keep[number] * y + steps.first[number] * y_first + steps.last[number] * y_last
            if reaction is None:
                f, _ = slopes(at_y, on_the_way[number], decay)
                y_first = jnp.where(number == 0, f, y_first)
                return y_end + steps.weight[number] * f, y_first, f, z_end, z_first, z_last
            m = mode_steps
            at_z = m.keep[number] * z + m.first[number] * z_first + m.last[number] * z_last
            f, g = slopes(at_y, at_z, decay)
            y_first, z_first = jnp.where(number == 0, f, y_first), jnp.where(number == 0, g, z_first)
            return y_end + steps.weight[number] * f, y_first, f, z_end + m.weight[number] * g, z_first, g

        # for one person compiling takes longer than running, and a loop compiles faster
        no_y, no_z = jnp.zeros_like(y), jnp.zeros_like(z)
        sums = (steps.keep[3] * y, no_y, no_y, z_end, no_z, no_z)
        y_end, _, _, z_end, _, _ = jax.lax.fori_loop(0, 4, stage, sums, unroll=y.shape[-1] > 1)
        breath = body.observe_ventilation(y_end, concentrations(z_end), numbers)
        return PersonState(z_end, y_end), jnp.minimum(lowest, breath)

    def row(
        carry: tuple[Values, tuple[PersonState, Values]], target: Int[Values, ""]
    ) -> tuple[tuple[Values, tuple[PersonState, Values]], Values]:
        done, people = carry
        people = jax.lax.fori_loop(done, target, node, people)
        (z, y), _ = people
        seen_z = dosed(target, z)
        seen = body.observe(y, concentrations(seen_z), numbers)
        plasma = jnp.sum(modes.plasma * seen_z, axis=1).astype(kind_of_float)
        return (target, people), jnp.concatenate([seen, plasma])

    start = (
        jnp.int32(0),
        (PersonState(*map(jnp.asarray, state)), jnp.ones(state.body.shape[-1], dtype=kind_of_float)),
    )
    (done, people), rows = jax.lax.scan(row, start, plan.row_node)
    end, lowest = jax.lax.fori_loop(done, plan.nodes, node, people)
    return Course(end=end, rows=rows, lowest_ventilation=lowest)
