"""diffrax: Tsit5 with adaptive steps under ``vmap``, on the model's own functions, each dose a restart."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..export.equations import Equations
from ..model import Model
from .base import CORES, Array, Unavailable, events_of
from .processes import stretches

MOST_STEPS = 100_000
CHUNK = 64
"""People of one compiled call; a smaller group is padded."""


class Diffrax:
    """diffrax for a model; the equations give only times and doses."""

    name = "diffrax"
    parallel = f"{CORES} threads, people divided among them"
    tolerances = (1e-3, 1e-4, 1e-5, 1e-6)
    worker_cpu_s = 0.0
    batch = CORES * CHUNK

    def __init__(self, equations: Equations, model: Model, folder: Path) -> None:
        """Prepare the stretches between doses.

        Raises
        ------
        Unavailable
            Without the package ``diffrax``.
        """
        try:
            import diffrax
        except ImportError as missing:
            raise Unavailable(f"package {missing.name} is not installed") from missing
        self.model = model
        events = events_of(equations)
        cuts = stretches(events)
        most_rows = max(b - a for a, b in cuts)
        most_kinds = max(len(given) for given in events.kinds)
        nothing = model.jumps.shape[0]
        seen = np.zeros((len(cuts), most_rows))
        kinds = np.full((len(cuts), most_kinds), nothing)
        is_row = np.zeros((len(cuts), most_rows), dtype=bool)
        for i, (a, b) in enumerate(cuts):
            seen[i] = np.append(events.time_h[a:b], np.full(most_rows - (b - a), events.time_h[b - 1]))
            is_row[i, : b - a] = events.row[a:b] >= 0
            kinds[i, : len(events.kinds[a])] = events.kinds[a]
        times = np.array([[events.time_h[a], events.time_h[b]] for a, b in cuts])
        self._is_row = is_row.ravel()

        def one(tolerance: Any, own: Any, jumps: Any) -> Any:
            own = jax.tree.map(lambda leaf: leaf[..., None], own)
            jumps = jnp.concatenate([jumps, jnp.zeros((1, jumps.shape[1]))])
            term = diffrax.ODETerm(lambda t, y, args: model.change(y, args))
            controller = diffrax.PIDController(rtol=tolerance, atol=tolerance)

            def stretch(state: Any, plan: Any) -> Any:
                (begin, end), given, at = plan
                state = state + jumps[given].sum(axis=0)
                solution = diffrax.diffeqsolve(
                    term,
                    diffrax.Tsit5(),
                    begin,
                    end,
                    None,
                    state,
                    own,
                    saveat=diffrax.SaveAt(ts=at, t1=True),
                    stepsize_controller=controller,
                    max_steps=MOST_STEPS,
                    adjoint=diffrax.ForwardMode(),
                )
                rows = jax.vmap(lambda y: model.observe(y, own))(solution.ys[:-1])
                return solution.ys[-1], rows

            plans = (jnp.asarray(times), jnp.asarray(kinds), jnp.asarray(seen))
            last, rows = jax.lax.scan(stretch, jnp.zeros(jumps.shape[1]), plans)
            return rows.reshape(-1, rows.shape[-1]), model.observe(last, own)

        self._solve = jax.jit(jax.vmap(one, in_axes=(None, -1, -1), out_axes=-1))

    def run(self, people: int, tolerance: float) -> Array:
        """See :class:`.base.Peer`."""
        starts = range(0, people, CHUNK)
        chunks = [np.minimum(np.arange(start, start + CHUNK), people - 1) for start in starts]

        def some(chunk: Any) -> Array:
            own = jax.tree.map(lambda leaf: np.asarray(leaf)[..., chunk], self.model.arguments)
            rows, last = self._solve(tolerance, own, self.model.jumps[..., chunk])
            return np.concatenate([np.asarray(rows)[self._is_row], np.asarray(last)[None]])

        with ThreadPoolExecutor(CORES) as pool:
            return np.concatenate(list(pool.map(some, chunks)), axis=-1)[..., :people]

    def close(self) -> None:
        """See :class:`.base.Peer`."""
