"""Return to use by week 12: probabilities for the people of a folder, and how good they were.

The mixture is fitted to the people that come with the library, when it is first needed (seconds). Somebody
who is one of them (same number, trial, arm and day) gets the probability of a mixture that was fitted
without: the shipped people are dealt into folds, and a fold is predicted from the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ..tables import Tables, shipped_tables
from .features import features
from .known import TASKS
from .measures import calibration_line, reliability, with_intervals
from .mixture import Course, Mixture
from .returns import DAYS_A_WEEK, first_randomisations, returned, urine_weeks

FOLDS = 5
SIMPLE = ("plan.", "demographics.age", "demographics.male", "all_drugs.before30_", "uds_temp.urine_",
          "uds_temp.last_urine_", "uds.taken", "uds.positive", "uds.use")  # fmt: skip
"""Features of the baselines: arm, age, sex, use in the 30 days before, urines."""

Fit = Callable[[pd.DataFrame, Course], Callable[[pd.DataFrame], np.ndarray]]


def fit_mixture(task: str) -> Fit:
    """How the mixture of a task is fitted."""

    def fit(x: pd.DataFrame, course: Course) -> Callable[[pd.DataFrame], np.ndarray]:
        return Mixture(TASKS[task] // DAYS_A_WEEK).fit(x, course).predict

    return fit


def fit_rate(x: pd.DataFrame, course: Course) -> Callable[[pd.DataFrame], np.ndarray]:
    """The frequency of return in the arm."""
    arms = [c for c in x if c.startswith("plan.arm_")]
    everybody = course.returned.mean()
    rate = {arm: course.returned[x[arm] == 1].mean() for arm in arms if (x[arm] == 1).any()}
    return lambda new: np.array([rate.get(arm, everybody) for arm in new[arms].idxmax(axis=1)])


def fit_logistic(x: pd.DataFrame, course: Course) -> Callable[[pd.DataFrame], np.ndarray]:
    """Logistic regression on arm, age, sex, use in the 30 days before, and urines."""
    model = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(),
                          LogisticRegression(C=0.1, max_iter=2000))  # fmt: skip
    model.fit(simple(x), course.returned)
    return lambda new: np.asarray(model.predict_proba(simple(new))[:, 1])


def fit_boosting(x: pd.DataFrame, course: Course) -> Callable[[pd.DataFrame], np.ndarray]:
    """Gradient boosting on the same features."""
    model = make_pipeline(
        SimpleImputer(keep_empty_features=True),
        GradientBoostingClassifier(learning_rate=0.05, subsample=0.6, min_samples_leaf=20, random_state=0),
    ).fit(simple(x), course.returned)
    return lambda new: np.asarray(model.predict_proba(simple(new))[:, 1])


BASELINES: dict[str, Fit] = {"rate of the arm": fit_rate, "logistic": fit_logistic, "boosting": fit_boosting}
METHODS = ("mixture", *BASELINES)
"""What a report compares; the first has its reliability shown."""


@dataclass(frozen=True)
class Shipped:
    """The people that come with the library: plan, features and course; the fold of each."""

    people: pd.DataFrame
    features: pd.DataFrame
    course: Course

    def folds(self, seed: int = 0) -> np.ndarray:
        """The fold (0-4) of each person; trials and outcomes are spread evenly over the folds."""
        like = [
            f"{trial} {came}"
            for trial, came in zip(self.people["project"], self.course.returned, strict=True)
        ]
        fold = np.zeros(len(self.people), dtype=np.int64)
        dealt = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(like, like)
        for k, (_, rows) in enumerate(dealt):
            fold[rows] = k
        return fold


@cache
def shipped(task: str) -> Shipped:
    """The shipped people as the task sees them."""
    tables = shipped_tables()
    people = first_randomisations(tables)
    taken, positive = urine_weeks(tables, people)
    return Shipped(people, features(tables, people, task), Course(taken, ~taken | positive))


def cross_validated(task: str, fit: Fit, seed: int = 0) -> pd.Series:
    """The probability of each shipped person, from the people of the other folds (index ``who``)."""
    data, p = shipped(task), np.zeros(len(shipped(task).people))
    fold = data.folds(seed)
    for k in range(FOLDS):
        others, own = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        p[own] = fit(data.features.iloc[others], data.course.of(others))(data.features.iloc[own])
    return pd.Series(p, index=data.people.index)


@cache
def _full(task: str, name: str) -> Callable[[pd.DataFrame], np.ndarray]:
    data = shipped(task)
    return _method(task, name)(data.features, data.course)


@cache
def _without(task: str, name: str, fold: int) -> Callable[[pd.DataFrame], np.ndarray]:
    data = shipped(task)
    others = np.flatnonzero(data.folds() != fold)
    return _method(task, name)(data.features.iloc[others], data.course.of(others))


def _method(task: str, name: str) -> Fit:
    return fit_mixture(task) if name == "mixture" else BASELINES[name]


def predict(tables: Tables, task: str, method: str = "mixture") -> pd.DataFrame:
    """The probability that each randomised person returns to use by week 12.

    Parameters
    ----------
    tables
        Tables of any people in the form of CTN-0094. Rows after the last day that the task knows are not
        looked at; tables and columns that are missing are not known.
    task
        ``return-entry``: what is known up to the first randomisation; ``return-week3``: three weeks later.
    method
        ``mixture``, or a baseline of :data:`BASELINES`.

    Returns
    -------
    DataFrame
        Columns ``who`` and ``p``, by ``who``.

    Raises
    ------
    InputError
        When there is no such task, or first randomisations cannot be read.
    """
    people = first_randomisations(tables)
    x = features(tables, people, task)
    p = np.full(len(people), np.nan)
    data = shipped(task)
    seen = (
        people.apply(tuple, axis=1).eq(data.people.reindex(people.index).apply(tuple, axis=1)).to_numpy(bool)
    )
    if (~seen).any():
        p[~seen] = _full(task, method)(x[~seen])
    fold = pd.Series(data.folds(), index=data.people.index).reindex(people.index)
    for k in np.unique(fold[seen]):
        rows = seen & (fold == k).to_numpy()
        p[rows] = _without(task, method, int(k))(x[rows])
    return pd.DataFrame({"who": people.index.to_numpy(), "p": p})


@dataclass(frozen=True)
class Report:
    """How good predictions were: ``scores`` by method and trial, ``reliability`` of the mixture."""

    task: str
    scores: pd.DataFrame
    """Columns ``method``, ``trial`` (or ``all``), ``people``, ``returned``, then each measure with ``_low``
    and ``_high`` (95 %, people resampled), ``intercept`` and ``slope`` of calibration."""
    reliability: pd.DataFrame


def report(tables: Tables, task: str) -> Report:
    """Predictions of the mixture and of the baselines against what happened.

    Raises
    ------
    InputError
        As :func:`predict`, and when the tables do not tell what happened.
    """
    happened = returned(tables)
    trials = first_randomisations(tables)["project"]
    rows = []
    for method in METHODS:
        p = predict(tables, task, method).set_index("who")["p"]
        for trial in ("all", *sorted(trials.unique())):
            chosen = (trials == trial).to_numpy() | (trial == "all")
            event, given = happened[chosen].to_numpy(), p[chosen].to_numpy()
            row: dict[str, object] = {
                "method": method, "trial": str(trial), "people": len(event), "returned": event.mean(),
            }  # fmt: skip
            for name, (value, low, high) in with_intervals(event, given).items():
                row |= {name: value, f"{name}_low": low, f"{name}_high": high}
            row["intercept"], row["slope"] = calibration_line(event, given)
            rows.append(row)
        if method == METHODS[0]:
            table = reliability(happened.to_numpy(), p.to_numpy())
    return Report(task, pd.DataFrame(rows), table)


def write(predictions: pd.DataFrame, path: Path) -> None:
    """Write ``who,p`` as CSV."""
    predictions.to_csv(path, index=False)


def simple(x: pd.DataFrame) -> pd.DataFrame:
    """The features of the baselines."""
    return x[[c for c in x if c.startswith(SIMPLE)]]
