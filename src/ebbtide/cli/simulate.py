"""``ebbtide simulate``: read, run, write."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ebbtide.case import read_case
from ebbtide.library import InputError, conversion, load_library, parse_quantity

if TYPE_CHECKING:
    from ebbtide.case import Case
    from ebbtide.engine.forecast import Forecast

Show = Callable[[str, int, int], None]
"""Told what is being done, how much is done, and how much there is."""

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
    check_options(people, seed, tolerance)
    library = load_library(folders)
    case = read_case(case_path, library)
    check_writable(out)

    from ebbtide.report import warm_up, write_results

    warm_up()  # the chart converter starts on the other core while the engine is imported
    from ebbtide.report.forecast import make_forecast

    gc.enable()

    def run(show: Show) -> Forecast:
        return make_forecast(case, library, people, seed, step_h, tolerance, show, check_reference)

    return write_results(told(run, case, quiet=quiet), out, library)


def check_options(people: int, seed: int, tolerance: float) -> None:
    """Refuse numbers that cannot be.

    Raises
    ------
    InputError
        Naming the option and what it may be.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise InputError(
            "impossible number of people", where="--people", value=people, allowed=f"1 to {MOST_PEOPLE}"
        )
    if not 0 <= seed < 2**63:
        raise InputError("impossible seed", where="--seed", value=seed, allowed="a whole number from 0")
    if not 1e-9 <= tolerance <= 0.1:
        raise InputError("impossible tolerance", where="--tolerance", value=tolerance, allowed="1e-9 to 0.1")


def told(run: Callable[[Show], Forecast], case: Case, *, quiet: bool) -> Forecast:
    """What ``run`` gives, with its progress and the notes of the case on stderr unless ``quiet``."""
    if quiet:
        return run(lambda what, done, total: None)
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    console = Console(file=sys.stderr)
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def show(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        forecast = run(show)
        bar.update(task, description="writing the report", total=None)
    for note in case.notes:
        print(f"note: {note}", file=sys.stderr)
    return forecast


def read_step(text: str) -> float:
    """Hours of ``"1h"``, ``"30 min"``."""
    value, unit = parse_quantity(text, "--step", '"1h"')
    hours = value * conversion(unit, "h", "--step")
    if not SHORTEST_STEP_H <= hours <= 24.0:
        raise InputError("impossible step", where="--step", value=text, allowed="1 min to 24 h")
    return hours


def check_writable(out: Path) -> None:
    """Make the folder of results."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot write there: {error.strerror}", where="--out", value=str(out)) from error
