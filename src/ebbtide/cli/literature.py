"""``ebbtide validate literature``: run the studies of a folder, show predicted beside observed."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from ebbtide.library import InputError, load_library

if TYPE_CHECKING:
    from ebbtide.validation import ResultRow, StudyResult

WIDTH = 160
"""Of the table where stdout is no terminal (characters)."""
FOLDERS = (Path("studies"), Path("examples/studies"))
"""Looked for where no folder is given: here, then beside the package."""
ROOT = Path(__file__).parents[3]


def default_folder() -> Path:
    """The folder of studies where none is given.

    Raises
    ------
    InputError
        When there is none here and none was shipped with the package.
    """
    places = [*FOLDERS, *(ROOT / folder for folder in FOLDERS)]
    found = next((place for place in places if place.is_dir() and any(place.rglob("*.toml"))), None)
    if found is None:
        raise InputError(
            "no folder called studies here", where="--studies", allowed="a folder of study files"
        )
    return found


def run_literature(studies: Path | None, out: Path | None, folders: Sequence[Path], as_json: bool) -> None:
    """Run every study file of ``studies``; print a table or JSON, and write files into ``out`` if given.

    Without ``studies`` those of :func:`default_folder` are run.

    Raises
    ------
    InputError
        When there is no study in the folder, or ``out`` cannot be written. A study that cannot be run is no
        error: it is reported as not run, with the reason.
    """
    library = load_library(folders)
    from ebbtide.validation import run_studies, study_files, summarise

    gc.enable()
    files = study_files(default_folder() if studies is None else studies)
    if out is not None:
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"cannot write there: {error.strerror}", where="--out", value=str(out)
            ) from error

    def tell(study: str, done: int, total: int) -> None:
        print(f"{study} ({done + 1} of {total})", file=sys.stderr)

    results = run_studies(files, library, progress=tell)
    summary = summarise(results)
    if out is not None:
        from ebbtide.report.studies import write_studies

        write_studies(results, summary, library.digest, out)
    if as_json:
        rows = [study.as_dict() for study in results]
        typer.echo(json.dumps({"library_digest": library.digest, "summary": summary, "studies": rows}))
    else:
        _show(results, summary)


def _show(results: Sequence[StudyResult], summary: dict[str, Any]) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(width=None if Console().is_terminal else WIDTH)
    for study in results:
        if study.not_run:
            console.print(
                f"[bold]{escape(study.id)}[/bold]: not run: {escape(study.not_run)}", highlight=False
            )
            continue
        words = f"{study.title} ({study.source}; {study.role}; inputs {study.inputs})"
        table = Table(title=escape(words), box=box.SIMPLE_HEAD, caption=escape("; ".join(study.notes)))
        for column in ("arm", "quantity", "statistic", "observed", "predicted", "5-95 % of people", "off by"):
            table.add_column(column, overflow="fold", justify="left")
        table.add_column("agrees")
        for row in study.rows:
            table.add_row(*map(escape, _cells(row)))
        console.print(table)
    for group in summary["agreement"]:
        console.print(_agreement(group), highlight=False, soft_wrap=True)
    left_out = (
        f"; {summary['rows_not_run']} of {summary['rows']} rows not run" if summary["rows_not_run"] else ""
    )
    console.print(f"{summary['run']} of {summary['studies']} studies run{left_out}", highlight=False)


def _cells(row: ResultRow) -> list[str]:
    where = f"{row.statistic}, {row.at}" if row.at else row.statistic
    unit = "" if row.unit in ("dimensionless", "points") else f" {row.unit}"
    spread = (
        f"{_short(row.predicted_low)} to {_short(row.predicted_high)}"
        if row.predicted_low is not None
        else ""
    )
    off = (
        f"{row.fold:.2f}-fold"
        if row.fold is not None and row.domain in ("pk", "interactions")
        else _short(row.difference)
    )
    verdict = "" if row.passed is None else "yes" if row.passed else "NO"
    seen = f"{_short(row.observed)}{unit}" if row.observed is not None else row.note
    predicted = f"{_short(row.predicted)}{unit}"
    if row.not_run:
        predicted, verdict = f"not run: {row.not_run}", ""
    return [row.arm, row.quantity, where, seen, predicted, spread, off, f"{verdict} ({row.accept})"]


def _agreement(group: dict[str, Any]) -> str:
    text = f"{group['domain']}, {group['role']}: {group['passed']} of {group['judged']} judged rows agree"
    if group["aafe"] is not None:
        within = ", ".join(f"{share:.0%} within {limit}-fold" for limit, share in group["within"].items())
        text += f"; average fold error {group['aafe']:.2f}; {within}"
    if group["mean_difference_in_sd"] is not None:
        text += f"; mean difference {group['mean_difference_in_sd']:+.2f} of the published SD"
        text += f", absolute {group['mean_absolute_difference_in_sd']:.2f}"
    if group["mean_difference"] is not None:
        text += f"; mean difference {group['mean_difference']:+.1f} points"
        text += f", absolute {group['mean_absolute_difference']:.1f}"
    return text


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
