"""Everything that is timed, under one face: the engine and the peers, each with its settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .adapter import Group, run_engine
from .export.equations import Equations
from .model import build_model
from .peers.base import CORES, Peer, Unavailable
from .peers.diffrax_tsit5 import Diffrax
from .peers.lsoda import CompiledLsoda
from .peers.mrgsolve import Mrgsolve
from .peers.roadrunner import RoadRunner
from .peers.scipy_lsoda import ScipyLsoda

Array = NDArray[np.float64]
ENGINE = "Ebbtide, float64"
ENGINE_FAST = "Ebbtide, float32 body"
PEERS: Mapping[str, Callable[[Group, Equations, Path], Peer]] = {
    CompiledLsoda.name: lambda group, equations, folder: CompiledLsoda(equations, folder),
    RoadRunner.name: lambda group, equations, folder: RoadRunner(equations, folder),
    Diffrax.name: lambda group, equations, folder: Diffrax(equations, build_model(group), folder),
    ScipyLsoda.name: lambda group, equations, folder: ScipyLsoda(equations, folder),
    Mrgsolve.name: lambda group, equations, folder: Mrgsolve(equations, folder),
}
ENGINE_TOLERANCES = (1e-3, 3e-4, 1e-4, 3e-5, 1e-5)
NAMES = (ENGINE, ENGINE_FAST, *PEERS)


@dataclass(frozen=True)
class Spent:
    """What one run took."""

    people: int
    wall_s: float
    cpu_s: float
    """Processor time of this process, its threads and its workers."""


@dataclass
class Contender:
    """One tool on one group of people."""

    name: str
    parallel: str
    settings: tuple[float, ...]
    """Tolerances, coarse to fine."""
    most: int
    """How many people there are."""
    batch: int
    """How many it takes at once."""
    whole: bool
    """Whether it always takes all of them."""
    _run: Callable[[int, float], Array]
    _worker_cpu_s: Callable[[], float]
    _own_wall_s: Callable[[], float | None]
    close: Callable[[], None]

    def run(self, people: int, setting: float) -> Array:
        """Rows ``(rows, quantities, people)``."""
        return self._run(people, setting)

    def timed(self, people: int, setting: float) -> Spent:
        """Run and say what it took."""
        people = self.most if self.whole else min(people, self.most)
        wall, cpu = time.perf_counter(), time.process_time() + self._worker_cpu_s()
        self._run(people, setting)
        own = self._own_wall_s()
        return Spent(
            people,
            time.perf_counter() - wall if own is None else own,
            time.process_time() + self._worker_cpu_s() - cpu,
        )


def engine(group: Group, name: str) -> Contender:
    """The engine; it takes all people of the group."""
    precision = np.float64 if name == ENGINE else np.float32
    return Contender(
        name,
        f"{CORES} threads, people divided among them",
        ENGINE_TOLERANCES,
        group.count,
        1,
        True,
        lambda people, setting: run_engine(group, setting, precision),
        lambda: 0.0,
        lambda: None,
        lambda: None,
    )


def contender(name: str, group: Group, equations: Equations, folder: Path) -> Contender:
    """A tool by name.

    Raises
    ------
    Unavailable
        When it cannot run here.
    """
    if name not in PEERS:
        return engine(group, name)
    peer = PEERS[name](group, equations, folder)
    return Contender(
        name,
        peer.parallel,
        peer.tolerances,
        equations.people,
        peer.batch,
        False,
        peer.run,
        lambda: peer.worker_cpu_s,
        lambda: getattr(peer, "own_wall_s", None),
        peer.close,
    )


__all__ = ["ENGINE", "ENGINE_FAST", "NAMES", "Contender", "Spent", "Unavailable", "contender", "engine"]
