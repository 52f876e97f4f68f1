"""What the machine could do at most, and what share of it the engine reaches.

Work of one evaluation of the body's right-hand side is counted by XLA for a batch of people; how many
there are follows from the mesh, three to a step. Peaks are measured: sums and products by a product of
matrices, exponentials by an array that stays in the cache, memory by a triad over arrays that do not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from .adapter import Group, evaluations, one_evaluation

ROUNDS = 7
MATRIX = 1024
CACHED = 1 << 14
REPEATS = 256
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
    """Of all cores, by the processor time that a person takes."""

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


def _shortest(make: Callable[[], Callable[[], Any]], cores: int) -> float:
    """Seconds of one round in which every core runs what ``make`` gives it."""
    runs = [make() for _ in range(cores)]
    with ThreadPoolExecutor(cores) as pool:

        def together() -> None:
            list(pool.map(lambda run: jax.block_until_ready(run()), runs))

        together()
        spent = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            together()
            spent.append(time.perf_counter() - begun)
    return min(spent)


def peaks(precision: Any, cores: int) -> Peaks:
    """Measure them on all cores at once."""
    rng = np.random.default_rng(0)
    product = jax.jit(jnp.matmul)
    triad = jax.jit(lambda first, second: first + 3.0 * second)
    exponentials = jax.jit(lambda v: jax.lax.fori_loop(0, REPEATS, lambda i, x: jnp.exp(-x), v))

    def of(program: Any, *shapes: tuple[int, ...]) -> Callable[[], Callable[[], Any]]:
        def make() -> Callable[[], Any]:
            arrays = [jnp.asarray(rng.uniform(0.5, 1.0, shape), dtype=precision) for shape in shapes]
            return lambda: program(*arrays)

        return make

    square, streamed = (MATRIX, MATRIX), (STREAMED,)
    size = np.dtype(precision).itemsize
    return Peaks(
        cores * 2.0 * MATRIX**3 / _shortest(of(product, square, square), cores),
        cores * REPEATS * CACHED / _shortest(of(exponentials, (CACHED,)), cores),
        cores * 3.0 * STREAMED * size / _shortest(of(triad, streamed, streamed), cores),
    )


def roofline(group: Group, tolerance: float, precision: Any, people_per_s: float, cores: int) -> Roofline:
    """Of the engine on ``group``."""
    cost = one_evaluation(group, precision)
    return Roofline(
        np.dtype(precision).name,
        peaks(precision, cores),
        evaluations(group, tolerance),
        cost["flops"] / group.count,
        cost.get("transcendentals", 0.0) / group.count,
        cost["bytes accessed"] / group.count,
        people_per_s,
    )
