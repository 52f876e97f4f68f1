"""``ebbtide validate ctn0094``: probabilities for people in tables, and how good they are."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ebbtide.library import InputError
from ebbtide.library.errors import unknown_name

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from ebbtide.learning.ctn0094 import Tables

    Told = tuple[pd.DataFrame, pd.DataFrame | None, int]
    """Predictions, measures where it is known what came, and how many of the people were learned from."""

RATINGS = ("cold", "next")
MECHANISM = "mechanism alone"
RETURNS = ("return-entry", "return-week3")


def run_ctn0094(
    data: Path, task: str, predictions: Path | None, mechanism: bool, as_json: bool, quiet: bool
) -> None:
    """Predict, write ``predictions`` if given, and print measures where the tables hold what came.

    Raises
    ------
    InputError
        When the task is none, the tables cannot be read, or the predictions cannot be written.
    """
    if task not in (*RATINGS, *RETURNS):
        raise unknown_name("task", task, (*RATINGS, *RETURNS), where="--task")
    if predictions is not None and not predictions.parent.is_dir():
        raise InputError("no such folder", where="--predictions", value=str(predictions.parent))
    from ebbtide.learning.ctn0094 import read_tables

    gc.enable()
    tables = read_tables(data)
    if not quiet and tables.missing:
        _say(f"not in {data}, so unknown: {', '.join(tables.missing)}")
    told, measures, learned = (
        _ratings(tables, task, mechanism, quiet) if task in RATINGS else _returns(tables, task)
    )
    if predictions is not None:
        told.to_csv(predictions, index=False)
        if not quiet:
            _say(f"{len(told)} rows written to {predictions}")
    if not quiet and learned:
        _say(f"{learned} of these people were learned from: what is measured on them is no test")
    if as_json:
        rows = [] if measures is None else measures.to_dict("records")
        typer.echo(json.dumps({"task": task, "rows": len(told), "learned_from": learned, "measures": rows}))
    elif measures is not None:
        typer.echo(_table(measures))


def _ratings(tables: Tables, task: str, mechanism: bool, quiet: bool) -> Told:
    from ebbtide.learning.ctn0094.ratings import predict, score

    if not quiet:
        _say("learning from the people that come with Ebbtide (a minute or two)")
    told = predict(tables, task)
    if tables["withdrawal"].dropna().empty:
        return told, None, 0
    others = {}
    if mechanism:
        from ebbtide.learning.ctn0094.calibration import mechanism_probabilities

        others[MECHANISM] = _in_rows(
            tables, mechanism_probabilities(tables, "next" if task == "next" else "cold")
        )
    scores = score(tables, task, others)
    return told, scores.table, scores.learned_from


def _in_rows(tables: Tables, by_day: pd.DataFrame) -> NDArray[np.float64]:
    """Probabilities of each row of the table of ratings."""
    asked = tables["withdrawal"][["who", "when"]]
    joined = asked.merge(by_day, on=["who", "when"], how="left")[["p0", "p1", "p2", "p3"]]
    return joined.to_numpy(dtype="float64")  # type: ignore[no-any-return]


def _returns(tables: Tables, task: str) -> Told:
    import pandas as pd

    from ebbtide.learning.ctn0094.staying import predict, report

    told = predict(tables, task)
    try:
        scores = report(tables, task).scores
    except InputError:  # the tables end before it is known who returned
        return told, None, 0
    measures = [
        {"forecast": line["method"], "trial": line["trial"], "measure": name, "value": line[name],
         "low": line[f"{name}_low"], "high": line[f"{name}_high"], "people": line["people"]}
        for line in scores.to_dict("records") for name in ("auroc", "brier", "log_loss")
    ]  # fmt: skip
    return told, pd.DataFrame(measures), 0


def _table(measures: pd.DataFrame) -> str:
    lines = []
    for measure, own in measures.groupby("measure", sort=False):
        wide = own.pivot(index="forecast", columns="trial", values="value").reindex(own["forecast"].unique())
        every = own[own["trial"] == "all"].set_index("forecast")
        wide["95 % interval"] = [f"{every.low[name]:.3f}-{every.high[name]:.3f}" for name in wide.index]
        lines.append(f"{measure}\n{wide.round(4).to_string()}\n")
    return "\n".join(lines)


def _say(text: str) -> None:
    print(text, file=sys.stderr)
