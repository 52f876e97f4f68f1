"""The reference: one person's full equations by SciPy's LSODA at tight tolerance.

Compartments are integrated as they stand (no eigenmodes), body and kinetics together, dose by dose. It
is the oracle of the tests, and checks the typical person of every run; results are never made with it.
"""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from .integrate import PersonState
from .people import People

Array = NDArray[np.float64]


def reference_rows(
    people: People,
    start: PersonState,
    doses: Sequence[tuple[float, int]],
    output_h: Array,
    tolerance: float = 1e-10,
    start_h: float = 0.0,
) -> tuple[Array, PersonState]:
    """Rows ``(times, quantities)`` of the first person of ``people``, and the state at the end.

    Parameters
    ----------
    start
        State at ``start_h``, in eigenmodes as the engine has it.
    doses
        ``(time, kind)``.
    output_h
        Ascending times from ``start_h`` on; the last one ends the run.

    Raises
    ------
    RuntimeError
        When LSODA fails.
    """
    from scipy.integrate import solve_ivp

    kinetics = people.kinetics
    matrix = _block_diagonal([m[0] for m in kinetics.matrices])
    to_states, to_modes = kinetics.to_states[..., 0], kinetics.to_modes[..., 0]
    plasma = kinetics.modes.plasma[..., 0] @ to_modes
    effect = kinetics.modes.effect[..., 0] @ to_modes
    body = people.composition.body
    numbers = jax.tree.map(lambda values: jnp.asarray(values[..., :1]), people.body_numbers)
    size = matrix.shape[0]
    network = body.network
    read = np.array(network.reads if network else [], dtype=int)
    written = np.array(network.writes if network else [], dtype=int)
    # amounts run to 1e6 nmol and states to 1: one absolute tolerance each
    scale = np.concatenate([np.full(size, max(np.abs(people.dose_amounts).max(), 1.0)), np.ones(body.size)])

    @jax.jit
    def change(y: jax.Array) -> jax.Array:
        x = y[:size]
        moved, flows = body.change(y[size:, None], (jnp.asarray(effect) @ x)[:, None], x[read, None], numbers)
        linear = jnp.asarray(matrix) @ x
        if flows is not None:
            linear = linear.at[written].add(flows[:, 0])
        return jnp.concatenate([linear, moved[:, 0]])

    @jax.jit
    def observe(y: jax.Array) -> jax.Array:
        x = y[:size]
        seen = body.observe(y[size:, None], (jnp.asarray(effect) @ x)[:, None], numbers)[:, 0]
        return jnp.concatenate([seen, jnp.asarray(plasma) @ x])

    state = np.concatenate([to_states @ np.asarray(start.modes)[:, 0], np.asarray(start.body)[:, 0]])
    end_h = float(output_h[-1])
    stops = sorted({start_h, end_h, *(t for t, _ in doses if start_h <= t < end_h)})
    rows = np.empty((len(output_h), len(body.quantities) + plasma.shape[0]))
    for left, right in zip(stops, [*stops[1:], end_h], strict=True):
        for time, kind in doses:
            if abs(time - left) < 1e-9 and left < end_h:
                state[:size] += people.dose_amounts[kind, :, 0]
        last = right >= end_h
        inside = (output_h >= left - 1e-9) & (
            (output_h <= right + 1e-9) if last else (output_h < right - 1e-9)
        )
        if right > left:
            solution = solve_ivp(
                lambda t, y: np.asarray(change(y)),
                (left, right),
                state,
                method="LSODA",
                t_eval=np.unique(np.clip(np.append(output_h[inside], right), left, right)),
                rtol=tolerance,
                atol=tolerance * scale,
            )
            if not solution.success:
                raise RuntimeError(f"the reference solver failed at {solution.t[-1]:g} h: {solution.message}")
            state = solution.y[:, -1]
            for index in np.flatnonzero(inside):
                nearest = int(np.argmin(np.abs(solution.t - output_h[index])))
                rows[index] = np.asarray(observe(solution.y[:, nearest]))
        else:
            rows[inside] = np.asarray(observe(state))
    return rows, PersonState((to_modes @ state[:size])[:, None], state[size:, None])


def _block_diagonal(blocks: Sequence[Array]) -> Array:
    size = sum(len(block) for block in blocks)
    result = np.zeros((size, size))
    start = 0
    for block in blocks:
        stop = start + len(block)
        result[start:stop, start:stop] = block
        start = stop
    return result
