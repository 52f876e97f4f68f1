"""``ebbtide simulate``: read, run, write."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from ebbtide.case import read_case
from ebbtide.library import InputError, conversion, load_library, parse_quantity

MOST_PEOPLE = 100_000
SHORTEST_STEP_H = 1.0 / 60.0


def run_simulate(
    case_path: Path,
    out: Path,
    people: int,
    seed: int,
    step: str,
    tolerance: float,
    folders: Sequence[Path],
    quiet: bool,
    check_reference: bool | None = None,
) -> dict[str, Path]:
    """Simulate a case file and write the results; input errors come before any heavy import."""
    step_h = read_step(step)
    if not 1 <= people <= MOST_PEOPLE:
        raise InputError(
            "impossible number of people", where="--people", value=people, allowed=f"1 to {MOST_PEOPLE}"
        )
    if not 0 <= seed < 2**63:
        raise InputError("impossible seed", where="--seed", value=seed, allowed="a whole number from 0")
    if not 1e-9 <= tolerance <= 0.1:
        raise InputError("impossible tolerance", where="--tolerance", value=tolerance, allowed="1e-9 to 0.1")
    library = load_library(folders)
    case = read_case(case_path, library)
    _writable(out)

    from ebbtide.report import warm_up, write_results

    warm_up()  # the chart converter starts on the other core while the engine is imported
    from ebbtide.report.forecast import make_forecast

    gc.enable()
    if quiet:
        forecast = make_forecast(
            case, library, people, seed, step_h, tolerance, check_reference=check_reference
        )
    else:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
        console = Console(file=sys.stderr)
        with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
            task = bar.add_task("starting", total=None)

            def show(what: str, done: int, total: int) -> None:
                bar.update(task, description=what, completed=done, total=total)

            forecast = make_forecast(case, library, people, seed, step_h, tolerance, show, check_reference)
            bar.update(task, description="writing the report", total=None)
        for note in case.notes:
            print(f"note: {note}", file=sys.stderr)
    return write_results(forecast, out, library)


def read_step(text: str) -> float:
    """Hours of ``"1h"``, ``"30 min"``."""
    value, unit = parse_quantity(text, "--step", '"1h"')
    hours = value * conversion(unit, "h", "--step")
    if not SHORTEST_STEP_H <= hours <= 24.0:
        raise InputError("impossible step", where="--step", value=text, allowed="1 min to 24 h")
    return hours


def _writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write there: {error.strerror}", where="--out", value=str(out)) from error
