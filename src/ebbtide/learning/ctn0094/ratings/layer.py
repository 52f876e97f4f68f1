"""The statistical layer for ratings: a mixture of four models, and the person's own tendency on top.

Without any rating of the person (task ``cold``) it is the mixture; with those of earlier days (task ``next``)
the mixture is what :mod:`.tendency` starts from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Protocol

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import NDArray

from ..tables import Tables, shipped_tables
from .boosting import LevelTrees, TendencyTrees
from .numbers import layer_numbers
from .odds import LEVELS, Array, Ratings
from .rows import RatingRows, rating_rows
from .smooth import Forest, Thresholds
from .tendency import given_earlier

TASKS = ("cold", "next")
PROBABILITIES = tuple(f"p{level}" for level in range(LEVELS))
SAME_INSTRUMENT = {27: 30}
"""Trials with too few people of several ratings borrow the tendencies of another with the same instrument."""


class Member(Protocol):
    """One model of the mixture."""

    def fit(self, table: pd.DataFrame, ratings: Ratings, people: NDArray[np.int64]) -> None:
        """Learn from rows with ratings."""

    def predict(self, table: pd.DataFrame) -> Array:
        """Probabilities of the levels, shape ``(rows, 4)``."""


MEMBERS: Mapping[str, Callable[[], Member]] = {
    "levels": LevelTrees,
    "tendency": TendencyTrees,
    "thresholds": Thresholds,
    "forest": Forest,
}


class Layer:
    """The mixture, learned from the ratings of some people."""

    def __init__(self) -> None:
        self.members = {name: make() for name, make in MEMBERS.items()}
        self.by_trial: dict[float, Array] = {}

    def fit(self, rows: RatingRows) -> Layer:
        """Learn from all rows that have a rating and a day."""
        learned = rows.some(rows.rated)
        answers = learned.answers()
        for member in self.members.values():
            member.fit(learned.known, answers, learned.who)
        for trial in np.unique(learned.trial):
            counts = np.bincount(answers[learned.trial == trial], minlength=LEVELS)
            self.by_trial[float(trial)] = (counts + 1.0) / (counts.sum() + LEVELS)
        return self

    def each(self, rows: RatingRows) -> dict[str, Float[Array, "rows levels"]]:
        """What each member says of rows, without any rating of their people."""
        return {name: member.predict(rows.known) for name, member in self.members.items()}

    def cold(self, rows: RatingRows) -> Float[Array, "rows levels"]:
        """Probabilities without any rating of the person; on an unknown day, the shares in that trial."""
        mixed = mix(self.each(rows))
        unknown = np.isnan(rows.rows.day)
        if unknown.any():
            mixed[unknown] = np.stack([self.by_trial[t] for t in rows.trial[unknown]])
        return mixed


def mix(members: Mapping[str, Array]) -> Array:
    """The mixture of what the members say."""
    share = {name: number.value for name, number in layer_numbers().share.items()}
    total = sum(share[name] for name in members)
    return np.asarray(sum(share[name] / total * p for name, p in members.items()))


def with_earlier(cold: Array, rows: RatingRows) -> Float[Array, "rows levels"]:
    """Probabilities that also know each person's ratings of earlier days."""
    result = cold.copy()
    for trial in np.unique(rows.trial):
        own = (rows.trial == trial) & ~np.isnan(rows.rows.day)
        numbers = layer_numbers().tendency[str(SAME_INSTRUMENT.get(int(trial), int(trial)))].numbers
        part = rows.some(own)
        result[own] = given_earlier(
            cold[own], part.rating, part.who, part.rows.day, part.before_treatment, numbers
        )
    return result


@lru_cache(maxsize=1)
def shipped_layer() -> Layer:
    """The layer as the shipped people teach it; learning takes about a minute on one core."""
    return Layer().fit(rating_rows(shipped_tables()))


def predict(tables: Tables, task: str, layer: Layer | None = None) -> pd.DataFrame:
    """Probabilities of each rating for each row of the table ``withdrawal``, in its order.

    Returns
    -------
    pandas.DataFrame
        ``who, when, p0, p1, p2, p3``.
    """
    rows = rating_rows(tables)
    cold = (layer or shipped_layer()).cold(rows) if len(rows.who) else np.zeros((0, LEVELS))
    return told(rows, with_earlier(cold, rows) if task == "next" else cold)


def told(rows: RatingRows, probability: Array) -> pd.DataFrame:
    """Probabilities as a table."""
    frame = pd.DataFrame({"who": rows.who, "when": rows.rows.day})
    return frame.assign(**dict(zip(PROBABILITIES, probability.T, strict=True)))
