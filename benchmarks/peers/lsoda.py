"""Compiled LSODA: the exported equations in C++, one person after another, each dose a restart.

It stands in for mrgsolve, which needs R: the same C++ translation of LSODA (libsoda-cxx by D. Singh,
after H. Li), here from the source package of numbalsoda, and the equations compiled with ``-O2``. What
mrgsolve does besides (records of a data set, R objects) it lacks, so it is rather faster than mrgsolve.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from ..export.c import write_c
from ..export.equations import Equations
from .base import CORES, Array, Unavailable, events_of

DRIVER = Path(__file__).with_name("lsoda_driver.cpp")
SOURCES = ("LSODA.cpp", "LSODA.h", "helper.h")
FLAGS = ("-O2", "-fPIC", "-shared", "-std=c++17", "-w")


class CompiledLsoda:
    """LSODA for some equations."""

    name = "compiled LSODA"
    parallel = f"{CORES} threads, people divided among them"
    tolerances = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
    batch = 1
    worker_cpu_s = 0.0

    def __init__(self, equations: Equations, folder: Path) -> None:
        """Write and compile.

        Raises
        ------
        Unavailable
            Without a C++ compiler or the sources of LSODA.
        """
        self.equations = equations
        compiler = os.environ.get("CXX") or shutil.which("c++") or shutil.which("g++")
        if compiler is None:
            raise Unavailable("no C++ compiler")
        sources = lsoda_sources(folder)
        (folder / "model.h").write_text(write_c(equations), encoding="utf-8")
        library = folder / "compiled_lsoda.so"
        command = [compiler, *FLAGS, "-I", str(folder), "-I", str(sources)]
        command += ["-o", str(library), str(DRIVER), str(sources / "LSODA.cpp")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(f"the C++ compiler failed: {done.stderr.strip()[:200]}")
        self._library = ctypes.CDLL(str(library))
        self._parameters = np.ascontiguousarray(equations.values.T)
        self._jumps = np.ascontiguousarray(np.moveaxis(equations.jumps, -1, 0))
        self._events = events_of(equations)

    def run(self, people: int, tolerance: float) -> Array:
        """See :class:`.base.Peer`."""
        edges = np.linspace(0, people, CORES + 1).astype(int)
        out = np.empty((people, len(self.equations.times_h), len(self.equations.outputs)))
        with ThreadPoolExecutor(CORES) as pool:
            list(pool.map(lambda i: self._some(edges[i], edges[i + 1], tolerance, out), range(CORES)))
        return np.moveaxis(out, 0, -1)

    def _some(self, first: int, last: int, tolerance: float, out: Array) -> None:
        events = self._events
        kinds = [kind for given in events.kinds for kind in given]
        starts = [0, *np.cumsum([len(given) for given in events.kinds])]
        # the number of kinds, which the driver needs to find a person's jumps, follows the starts
        start = np.array([*starts, self._jumps.shape[1]], dtype=np.int32)
        failed = self._library.run_people(
            ctypes.c_int(int(first)),
            ctypes.c_int(int(last)),
            _pointer(self._parameters),
            ctypes.c_int(len(events.time_h)),
            _pointer(events.time_h),
            _pointer(start),
            _pointer(np.array(kinds, dtype=np.int32)),
            _pointer(events.row),
            _pointer(self._jumps),
            ctypes.c_int(len(self.equations.times_h)),
            ctypes.c_double(tolerance),
            _pointer(out),
        )
        if failed >= 0:
            raise RuntimeError(f"compiled LSODA failed for person {failed} at tolerance {tolerance:g}")

    def close(self) -> None:
        """See :class:`.base.Peer`."""


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def lsoda_sources(folder: Path) -> Path:
    """The folder with the sources of LSODA, unpacked from the archive that ``make bench`` has fetched.

    Raises
    ------
    Unavailable
        When there is no archive.
    """
    archives = sorted(Path(os.environ.get("BENCH_SOURCES", folder.parent)).glob("numbalsoda-*.tar.gz"))
    if not archives:
        raise Unavailable("no source package of numbalsoda (fetched by `make bench`)")
    target = folder / "libsoda-cxx"
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archives[-1]) as archive:
        for member in archive.getmembers():
            name = Path(member.name).name
            if name in SOURCES and "/src/" in member.name:
                handle = archive.extractfile(member)
                assert handle is not None
                (target / name).write_bytes(handle.read())
    return target
