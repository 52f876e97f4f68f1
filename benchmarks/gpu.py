"""The engine on a GPU, where JAX sees one, beside the same on the CPU: ``python -m benchmarks.gpu``."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

import jax
import numpy as np

from ebbtide.library import load_library

from .adapter import Group, make_group, run_engine, share_of_range
from .workload import STANDARD

ALIKE = 1e-3
"""Largest difference allowed between both in float32, as a share of each quantity's range."""


def gpu() -> Any | None:
    """The first GPU that JAX sees."""
    try:
        return jax.devices("gpu")[0]
    except RuntimeError:
        return None


def timed(device: Any, group: Group, precision: Any) -> tuple[float, np.ndarray]:
    """People a second of the second run, and its rows."""
    with jax.default_device(device):
        run_engine(group, 1e-4, precision)
        begun = time.perf_counter()
        rows = run_engine(group, 1e-4, precision)
        return group.count / (time.perf_counter() - begun), rows


def main(arguments: list[str] | None = None) -> int:
    """Print both; 1 where they differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--people", type=int, default=4096)
    options = parser.parse_args(arguments)
    device = gpu()
    if device is None:
        print("No GPU: JAX sees none here, so nothing was measured.")
        return 0
    group = make_group(STANDARD, load_library(), options.people)
    worst = 0.0
    for precision in (np.float64, np.float32):
        on_gpu, rows = timed(device, group, precision)
        on_cpu, same = timed(jax.devices("cpu")[0], group, precision)
        names = STANDARD.quantities
        differ = max(
            share_of_range(rows[..., i], same[..., i], names).max() for i in range(min(group.count, 64))
        )
        worst = max(worst, float(differ))
        print(
            f"{np.dtype(precision).name}: {on_gpu:.0f} people/s on {device.device_kind}, "
            f"{on_cpu:.0f} on the CPU; largest difference {differ:.1e} of range"
        )
    if worst > ALIKE:
        print(f"The two differ by more than {ALIKE:g} of range.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
