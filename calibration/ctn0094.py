"""Fit adaptation, drive and reporting to the ratings of CTN-0094, and write what was learned.

    python calibration/ctn0094.py [--people N] [--out FILE] [--report DIR]

Without options all people that come with Ebbtide are fitted, the posterior goes to
``src/ebbtide/library/ctn0094/posterior.toml`` and figures and tables to ``docs/images`` and ``docs/calibration.md``.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from ebbtide.learning.ctn0094.fit import Fit, fit
from ebbtide.learning.ctn0094.posterior import PATH, table, write
from ebbtide.learning.ctn0094.tables import shipped_tables
from ebbtide.library import load_library


def main() -> None:
    """Fit, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=0, help="fit so many people only")
    parser.add_argument("--out", type=Path, default=PATH)
    given = parser.parse_args()
    tables, library = shipped_tables(), load_library()
    if given.people:
        rated = np.unique(tables["withdrawal"]["who"].to_numpy(np.int64))
        tables = tables.of(np.random.default_rng(1).permutation(rated)[: given.people])
    begun = time.perf_counter()
    result = fit(tables, library, lambda line: print(f"{time.perf_counter() - begun:6.0f} s  {line}", flush=True))
    show(result)
    write(result, library, given.out)


def show(result: Fit) -> None:
    """Each number: prior, value, 90 % interval."""
    for row in table(result, load_library()):
        mark = "" if row["learned"] else "   keeps its prior"
        print(
            f"{row['name']!s:34} {row['prior']:8.3g} -> {row['value']:8.3g} ({row['low']:.3g} to {row['high']:.3g})"
            f" {row['unit']}{mark}"
        )


if __name__ == "__main__":
    main()
