"""mrgsolve, where R has it; its model, tables and script are written in any case."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import numpy as np

from ..export.equations import Equations
from ..export.mrgsolve import output_name, write_mrgsolve
from .base import CORES, Array, Unavailable

CHECK = "if (!requireNamespace('mrgsolve', quietly = TRUE)) quit(status = 1)"


class Mrgsolve:
    """mrgsolve for some equations."""

    name = "mrgsolve"
    parallel = f"{CORES} processes, people divided among them"
    tolerances = (1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
    batch = 1
    worker_cpu_s = 0.0

    def __init__(self, equations: Equations, folder: Path) -> None:
        """Write the files.

        Raises
        ------
        Unavailable
            Without ``Rscript``, or where R lacks mrgsolve.
        """
        self.equations = equations
        self.folder = folder / "mrgsolve"
        self.own_wall_s: float | None = None
        """Seconds of the last simulation by R's clock, without its start."""
        write_mrgsolve(equations, self.folder)
        program = shutil.which("Rscript")
        if program is None:
            raise Unavailable("no Rscript; model, tables and script are in benchmarks/out")
        if subprocess.run([program, "-e", CHECK], capture_output=True, check=False).returncode:
            raise Unavailable("R has no package mrgsolve; model, tables and script are in benchmarks/out")
        self._program = program

    def run(self, people: int, tolerance: float) -> Array:
        """See :class:`.base.Peer`."""
        command = [self._program, "run.R", repr(tolerance), str(CORES), str(people)]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr.strip()[-500:])
        self.own_wall_s = float(done.stdout.split()[-1])
        e = self.equations
        rows = np.full((len(e.times_h), len(e.outputs), people), np.nan)
        place = {round(float(t), 6): i for i, t in enumerate(e.times_h)}
        with (self.folder / "result.csv").open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                row = place[round(float(line["time"]), 6)]
                seen = [float(line[output_name(q)]) for q in e.quantities]
                rows[row, :, int(float(line["ID"])) - 1] = seen
        return rows

    def close(self) -> None:
        """See :class:`.base.Peer`."""
