"""What the machine could do at most, and what share of it the engine reaches.

Work of one evaluation of the body's right-hand side is counted by XLA for a batch of people; how many
there are follows from the mesh, four to a step. Peaks are measured: sums and products by a product of
matrices, exponentials by an array that stays in the cache, memory by a triad over arrays that do not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .adapter import Group, evaluations, one_evaluation

ROUNDS = 7
MATRIX = 1024
CACHED = 1 << 14
STREAMED = 1 << 23


@dataclass(frozen=True)
class Peaks:
    """The most that was seen, by all cores."""

    flops_per_s: float
    transcendentals_per_s: float
    bytes_per_s: float


@dataclass(frozen=True)
class Roofline:
    """Work of a person's course, and the shortest time for it."""

    precision: str
    peaks: Peaks
    evaluations: int
    """Of the right-hand side, for one person's course."""
    flops: float
    """Sums, products and quotients of one person's evaluation."""
    transcendentals: float
    bytes: float
    """Read and written by one person's evaluation, as if nothing stayed in the cache."""
    people_per_s: float
    """As measured."""

    @property
    def bounds(self) -> dict[str, float]:
        """Most people a second by each limit alone."""
        work = {
            "arithmetic": self.flops / self.peaks.flops_per_s,
            "exponentials and logarithms": self.transcendentals / self.peaks.transcendentals_per_s,
            "memory": self.bytes / self.peaks.bytes_per_s,
        }
        return {name: 1.0 / (self.evaluations * spent) for name, spent in work.items() if spent > 0}

    @property
    def share(self) -> float:
        """Of the bound by arithmetic and exponentials one after the other that is reached."""
        limits = self.bounds
        both = sum(1.0 / limits[k] for k in ("arithmetic", "exponentials and logarithms") if k in limits)
        return self.people_per_s * both


def _shortest(run: Callable[[], Any]) -> float:
    jax.block_until_ready(run())
    spent = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        jax.block_until_ready(run())
        spent.append(time.perf_counter() - begun)
    return min(spent)


def peaks(precision: Any, cores: int) -> Peaks:
    """Measure them."""
    rng = np.random.default_rng(0)
    a, b = (jnp.asarray(rng.uniform(0.5, 1.0, (MATRIX, MATRIX)), dtype=precision) for _ in range(2))
    product = jax.jit(jnp.matmul)
    x = jnp.asarray(rng.uniform(0.5, 1.0, CACHED), dtype=precision)
    repeats = 256

    def again(values: Any) -> Any:
        return jax.lax.fori_loop(0, repeats, lambda i, v: jnp.exp(-v), values)

    exponentials = jax.jit(again)
    p, q = (jnp.asarray(rng.uniform(0.5, 1.0, STREAMED), dtype=precision) for _ in range(2))
    triad = jax.jit(lambda first, second: first + 3.0 * second)
    size = np.dtype(precision).itemsize
    return Peaks(
        2.0 * MATRIX**3 / _shortest(lambda: product(a, b)),
        cores * repeats * CACHED / _shortest(lambda: exponentials(x)),
        3.0 * STREAMED * size / _shortest(lambda: triad(p, q)),
    )


def roofline(group: Group, refinement: float, precision: Any, people_per_s: float, cores: int) -> Roofline:
    """Of the engine on ``group``."""
    cost = one_evaluation(group, precision)
    return Roofline(
        np.dtype(precision).name,
        peaks(precision, cores),
        evaluations(group, refinement),
        cost["flops"] / group.count,
        cost.get("transcendentals", 0.0) / group.count,
        cost["bytes accessed"] / group.count,
        people_per_s,
    )
