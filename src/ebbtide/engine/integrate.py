"""Integration of a batch of people over one mesh, compiled once for each composition of compounds.

Kinetics are propagated exactly in their eigenmodes; the body's state takes an exponential
Runge-Kutta step with concentrations at the start, middle and end of the step. People are the last
axis. The loop runs over as many nodes as the mesh has, so that a new schedule needs no new program.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int
from numpy.typing import NDArray

from ebbtide.physiology.body import Body, BodyNumbers

from .exponential import Coefficients, coefficients
from .mesh import Mesh
from .modes import Modes

NODE_BLOCK = 256
"""Meshes are padded to multiples of this, so that few shapes are ever compiled."""


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


Values = Array | np.ndarray
"""What a compiled program takes: arrays of JAX or of NumPy."""


class PersonState(NamedTuple):
    """Where a group of people is: kinetic modes and the body's state."""

    modes: Float[Values, "modes people"]
    body: Float[Values, "states people"]


class Schedule(NamedTuple):
    """A mesh as arrays for the compiled loop, padded."""

    step_h: Float[Values, " nodes"]
    dose_kind: Int[Values, " nodes"]
    output_row: Int[Values, " nodes"]
    save_row: Int[Values, " nodes"]
    coefficients: Coefficients


class Course(NamedTuple):
    """What a run gives."""

    end: PersonState
    rows: Float[Array, "rows quantities people"]
    """Body quantities, then plasma concentrations, at the output times."""
    saved: PersonState
    """States at the save times, as ``(saves, modes, people)`` and ``(saves, states, people)``."""
    lowest_ventilation: Float[Array, " people"]


def schedule(mesh: Mesh, rates: NDArray[np.float64]) -> Schedule:
    """The mesh with coefficients for decay ``rates`` of the body's states, shape ``(states,)``."""
    nodes = -(-len(mesh) // NODE_BLOCK) * NODE_BLOCK
    spare = nodes - len(mesh)

    def pad(values: NDArray[Any], filler: float) -> NDArray[Any]:
        return np.concatenate([values, np.full((spare, *values.shape[1:]), filler, dtype=values.dtype)])

    table = coefficients(mesh.step_h, rates)
    return Schedule(
        step_h=pad(mesh.step_h, 0.0),
        dose_kind=pad(mesh.dose_kind, -1),
        output_row=pad(mesh.output_row, -1),
        save_row=pad(mesh.save_row, -1),
        coefficients=Coefficients(*(pad(part, 0.0) for part in table)),
    )


@partial(jax.jit, static_argnames=("body", "rows", "saves"))
def integrate(
    body: Body,
    numbers: BodyNumbers,
    modes: Modes,
    doses: Float[Values, "kinds modes people"],
    state: PersonState,
    plan: Schedule,
    nodes: Int[Values, ""],
    rates: Float[Values, " states"],
    rows: int,
    saves: int,
) -> Course:
    """Run ``nodes`` nodes of ``plan``.

    Parameters
    ----------
    doses
        Jump of the modes for each kind of dose.
    rates
        Decay rates that the coefficients of ``plan`` were made for.
    rows, saves
        How many output rows and saved states there are.
    """
    people = state.body.shape[-1]
    decay = rates[:, None]

    def concentrations(now: Float[Array, "modes people"]) -> Float[Array, "ligands people"]:
        return (modes.effect * now).sum(axis=1)

    def remainder(
        y: Float[Array, "states people"], effect: Float[Array, "ligands people"]
    ) -> Float[Array, "states people"]:
        return body.change(y, effect, numbers) + decay * y

    def node(index: Int[Array, ""], course: Course) -> Course:
        kind = plan.dose_kind[index]
        jump = jnp.where(kind >= 0, doses[jnp.maximum(kind, 0)], 0.0)
        z = course.end.modes + jump
        y = course.end.body
        at_start = concentrations(z)
        row = jnp.where(plan.output_row[index] >= 0, plan.output_row[index], rows)
        save = jnp.where(plan.save_row[index] >= 0, plan.save_row[index], saves)
        seen = jax.lax.cond(
            plan.output_row[index] >= 0,
            lambda: jnp.concatenate([body.observe(y, at_start, numbers), (modes.plasma * z).sum(axis=1)]),
            lambda: jnp.zeros(course.rows.shape[1:]),
        )
        half = jnp.exp(-0.5 * plan.step_h[index] * modes.rate)
        z_middle = z * half
        z_end = z_middle * half
        at_middle, at_end = concentrations(z_middle), concentrations(z_end)
        c = Coefficients(*(part[index][:, None] for part in plan.coefficients))
        f0 = remainder(y, at_start)
        a = c.half * y + c.stage * f0
        fa = remainder(a, at_middle)
        b = c.half * y + c.stage * fa
        fb = remainder(b, at_middle)
        d = c.half * a + c.stage * (2 * fb - f0)
        fd = remainder(d, at_end)
        y_end = c.whole * y + c.first * f0 + c.middle * (fa + fb) + c.last * fd
        breath = body.observe_ventilation(y_end, at_end, numbers)
        return Course(
            end=PersonState(z_end, y_end),
            rows=jax.lax.dynamic_update_index_in_dim(course.rows, seen, row, 0),
            saved=PersonState(
                jax.lax.dynamic_update_index_in_dim(course.saved.modes, z, save, 0),
                jax.lax.dynamic_update_index_in_dim(course.saved.body, y, save, 0),
            ),
            lowest_ventilation=jnp.minimum(course.lowest_ventilation, breath),
        )

    quantities = len(body.quantities) + modes.plasma.shape[0]
    empty = Course(
        end=state,
        rows=jnp.zeros((rows + 1, quantities, people)),
        saved=PersonState(
            jnp.zeros((saves + 1, *state.modes.shape)), jnp.zeros((saves + 1, *state.body.shape))
        ),
        lowest_ventilation=jnp.ones(people),
    )
    result = jax.lax.fori_loop(0, nodes, node, empty)
    return Course(
        end=result.end,
        rows=result.rows[:rows],
        saved=PersonState(result.saved.modes[:saves], result.saved.body[:saves]),
        lowest_ventilation=result.lowest_ventilation,
    )
