"""``ebbtide follow``: read, condition on the record, write."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ebbtide.case import read_case
from ebbtide.library import InputError, load_library

from .simulate import Show, check_options, check_writable, read_step, told

if TYPE_CHECKING:
    from ebbtide.engine.forecast import Forecast

FEWEST, MOST = 32, 10_000


def run_follow(
    case_path: Path,
    out: Path,
    people: int,
    seed: int,
    step: str,
    tolerance: float,
    folders: Sequence[Path],
    quiet: bool,
) -> dict[str, Path]:
    """Follow the person of a case file and write the results; input errors come before any heavy import."""
    step_h = read_step(step)
    check_options(people, seed, tolerance)
    if not FEWEST <= people <= MOST:
        raise InputError(
            "observations choose among simulated people, so one or few cannot be followed",
            where="--people",
            value=people,
            allowed=f"{FEWEST} to {MOST}",
        )
    library = load_library(folders)
    case = read_case(case_path, library)
    if not case.observations:
        raise InputError(
            "nothing to follow: the case has no observations",
            where=str(case_path),
            allowed="[[observations]] in the case; `ebbtide simulate` forecasts without any",
        )
    check_writable(out)

    # NumPy is not loaded yet. Threads of its linear algebra would hold cores that the engine uses.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from ebbtide.report import warm_up, write_results

    warm_up()  # the chart converter starts on the other core while the engine is imported
    from ebbtide.report.forecast import make_followed

    gc.enable()

    def run(show: Show) -> Forecast:
        return make_followed(case, library, people, seed, step_h, tolerance, show)

    return write_results(told(run, case, quiet=quiet), out, library)
