"""One tool in a process of its own: how long from start to the first result, and how much memory."""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
MB = 1024.0
"""Kilobytes, which Linux counts memory in, in a megabyte."""


@dataclass(frozen=True)
class Alone:
    """What a process of its own took."""

    tool: str
    people: int
    cold_s: float
    """From the start of Python to the first results, with an empty cache of compiled programs."""
    warm_s: float
    """The same with the cache that the cold run left."""
    again_s: float
    """A second run in the warm process."""
    peak_mb: float
    """Peak memory of the warm process; worker processes are counted as many times as there are."""


def peak_mb() -> float:
    """Peak memory of this process. ``ru_maxrss`` is asked only where there is no other: on Linux a process
    inherits it from the one that started it.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / MB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB


def measure_alone(tool: str, workload: str, people: int, setting: float) -> Alone:
    """Start the tool twice, cold and warm.

    Raises
    ------
    RuntimeError
        When the process fails.
    """
    with tempfile.TemporaryDirectory() as cache:
        cold, warm = (_start(tool, workload, people, setting, cache) for _ in range(2))
    return Alone(tool, people, cold["first_s"], warm["first_s"], warm["again_s"], warm["peak_mb"])


def _start(tool: str, workload: str, people: int, setting: float, cache: str) -> dict[str, float]:
    given = [tool, workload, str(people), repr(setting), repr(time.time())]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.alone", *given],
        cwd=HERE.parent,
        env={**os.environ, "EBBTIDE_CACHE": cache, "TMPDIR": cache},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{tool} alone failed: {done.stderr.strip()[-500:]}")
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """What the process does."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("workload")
    parser.add_argument("people", type=int)
    parser.add_argument("setting", type=float)
    parser.add_argument("started", type=float)
    given = parser.parse_args()

    from ebbtide.library import load_library

    from .adapter import make_group
    from .contenders import PEERS, contender, engine
    from .export.equations import build_equations
    from .peers.base import CORES
    from .workload import WORKLOADS

    group = make_group(WORKLOADS[given.workload], load_library(), given.people)
    if given.tool in PEERS:
        folder = HERE / "out" / "alone" / given.workload
        folder.mkdir(parents=True, exist_ok=True)
        tool = contender(given.tool, group, build_equations(group), folder)
    else:
        tool = engine(group, given.tool)
    tool.run(given.people, given.setting)
    first = time.time() - given.started
    begun = time.perf_counter()
    tool.run(given.people, given.setting)
    again = time.perf_counter() - begun
    tool.close()
    workers = (
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * CORES if _has_workers(given.tool) else 0
    )
    print(json.dumps({"first_s": first, "again_s": again, "peak_mb": peak_mb() + workers / MB}))


def _has_workers(tool: str) -> bool:
    from .contenders import ENGINE, ENGINE_FAST
    from .peers.diffrax_tsit5 import Diffrax
    from .peers.lsoda import CompiledLsoda

    return tool not in {ENGINE, ENGINE_FAST, CompiledLsoda.name, Diffrax.name}


if __name__ == "__main__":
    main()
