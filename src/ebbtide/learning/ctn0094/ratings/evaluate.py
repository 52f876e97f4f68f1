"""Forecasts of ratings beside what came, with baselines, for people who were not learned from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from ..tables import Tables, shipped_tables
from .baselines import baselines
from .layer import Layer, mix, shipped_layer, with_earlier
from .odds import LEVELS, Array
from .rows import RatingRows, rating_rows
from .scores import MEASURES, over_people

LAYER = "statistical layer"
ALL = "all"


@dataclass(frozen=True)
class Scores:
    """Measures of several forecasts of the same rows."""

    table: pd.DataFrame
    """``forecast, trial, measure, value, low, high, rows, people``."""
    learned_from: int
    """How many of the people the forecasts had learned from: with any, the scores are no test."""


def score(tables: Tables, task: str, others: Mapping[str, Array] | None = None) -> Scores:
    """The shipped layer and baselines, all learned from the shipped people, on the ratings of ``tables``.

    Parameters
    ----------
    others
        More forecasts by name, a line for each row of the table ``withdrawal``.
    """
    rows = rating_rows(tables)
    cold = shipped_layer().cold(rows)
    forecasts = {LAYER: with_earlier(cold, rows) if task == "next" else cold, **(others or {})}
    taught = rating_rows(shipped_tables())
    taught = taught.some(taught.rated)
    for name, model in baselines(task).items():
        model.fit(taught, taught.answers())
        forecasts[name] = model.predict(rows)
    known = int(np.isin(np.unique(rows.who), taught.who).sum())
    return Scores(measured(rows, {name: p[rows.rated] for name, p in forecasts.items()}), known)


def measured(rows: RatingRows, forecasts: Mapping[str, Array]) -> pd.DataFrame:
    """Every measure by trial and over all, with intervals over people.

    Parameters
    ----------
    forecasts
        Probabilities of the rows that are rated, shape ``(rated rows, 4)``.
    """
    rated = rows.some(rows.rated)
    answers = rated.answers()
    lines = []
    for name, probability in forecasts.items():
        for measure, function in MEASURES.items():
            values = function(probability, answers)
            for trial in (ALL, *np.unique(rated.trial).astype(int)):
                own = np.ones(len(values), dtype=bool) if trial == ALL else rated.trial == trial
                interval = over_people(values[own], rated.who[own])
                lines.append(
                    {"forecast": name, "trial": str(trial), "measure": measure, **interval._asdict()}
                )
    return pd.DataFrame(lines)


@dataclass(frozen=True)
class LeftOut:
    """Forecasts of rated rows by models that learned from other people only."""

    rows: RatingRows
    members: dict[str, Float[Array, "rows levels"]]
    """Of the layer, without any rating of the person."""
    cold: dict[str, Float[Array, "rows levels"]]
    next: dict[str, Float[Array, "rows levels"]]

    def of(self, task: str) -> dict[str, Float[Array, "rows levels"]]:
        """All forecasts for a task, the layer first."""
        mixed = mix(self.members)
        own = with_earlier(mixed, self.rows) if task == "next" else mixed
        return {LAYER: own, **(self.next if task == "next" else self.cold)}


def cross_validate(
    tables: Tables,
    folds: int = 5,
    seed: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> LeftOut:
    """Forecast every rated row by models that know nothing of its person.

    People are dealt to ``folds`` at random; :func:`.layer.layer_numbers` are taken as they are.
    """
    rows = rating_rows(tables)
    rows = rows.some(rows.rated)
    answers = rows.answers()
    results: dict[str, dict[str, Array]] = {"members": {}, "cold": {}, "next": {}}

    def put(kind: str, name: str, left_out: NDArray[np.intp], values: Array) -> None:
        results[kind].setdefault(name, np.zeros((len(answers), LEVELS)))[left_out] = values

    split = GroupKFold(folds, shuffle=True, random_state=seed).split(answers, groups=rows.who)
    for done, (learn, left_out) in enumerate(split):
        progress(done, folds)
        learned, asked = rows.some(_chosen(learn, rows)), rows.some(_chosen(left_out, rows))
        for name, values in Layer().fit(learned).each(asked).items():
            put("members", name, left_out, values)
        for task in ("cold", "next"):
            for name, model in baselines(task).items():
                model.fit(learned, answers[learn])
                put(task, name, left_out, model.predict(asked))
    return LeftOut(rows, results["members"], results["cold"], results["next"])


def _chosen(places: NDArray[np.intp], rows: RatingRows) -> NDArray[np.bool_]:
    mask = np.zeros(len(rows.who), dtype=bool)
    mask[places] = True
    return mask
