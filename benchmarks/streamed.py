"""A large crowd in a process of its own: people drawn, computed and summarised block after block."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass

import numpy as np

from .alone import HERE, peak_mb


@dataclass(frozen=True)
class Streamed:
    """What it took."""

    people: int
    seconds: float
    """Drawing people and summaries included."""
    peak_mb: float


def measure_streamed(people: int, setting: float) -> Streamed:
    """Start it.

    Raises
    ------
    RuntimeError
        When the process fails.
    """
    command = [sys.executable, "-m", "benchmarks.streamed", str(people), repr(setting)]
    done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"streaming failed: {done.stderr.strip()[-500:]}")
    return Streamed(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """What the process does."""
    parser = argparse.ArgumentParser()
    parser.add_argument("people", type=int)
    parser.add_argument("setting", type=float)
    given = parser.parse_args()

    from ebbtide.library import load_library
    from ebbtide.population import BLOCK

    from .adapter import stream
    from .workload import STANDARD

    library = load_library()
    stream(STANDARD, library, BLOCK, given.setting, np.float32)
    begun = time.perf_counter()
    stream(STANDARD, library, given.people, given.setting, np.float32)
    spent = time.perf_counter() - begun
    print(json.dumps({"people": given.people, "seconds": spent, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
