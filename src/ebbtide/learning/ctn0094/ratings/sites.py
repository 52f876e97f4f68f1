"""How a site rates beside the rest of its trial, before and after the first dose, drawn towards zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold

from .odds import CUTS, Array, Ratings, at_most

PEOPLE_BEHIND_ZERO = 4.0
"""A site with so many people is believed by half."""
FOLDS = 5
KEYS = ["trial", "phase", "site"]


class SiteTendency:
    """Mean differences of cumulative ratings by site, each person of a site with the same weight."""

    def __init__(self) -> None:
        self.table = pd.DataFrame()

    def fit_rows(self, table: pd.DataFrame, ratings: Ratings, people: NDArray[np.int64]) -> Array:
        """Learn from rows; what is returned for them was learned from other people (cross-fitting)."""
        own = np.zeros((len(table), CUTS * 2))
        for learn, tell in GroupKFold(FOLDS).split(table, groups=people):
            part = _differences(table.iloc[learn], ratings[learn], people[learn])
            own[tell] = _look_up(part, table.iloc[tell])
        self.table = _differences(table, ratings, people)
        return own

    def of(self, table: pd.DataFrame) -> Array:
        """The differences for rows, shape ``(rows, 2 * cuts)``: before the first dose, then after it."""
        return _look_up(self.table, table)


def _differences(table: pd.DataFrame, ratings: Ratings, people: NDArray[np.int64]) -> pd.DataFrame:
    keys = pd.DataFrame({
        "trial": table["trial"].to_numpy(), "site": table["site"].to_numpy(), "who": people,
        "phase": (table["treatment.since_first"].fillna(0) > 0).to_numpy(),
    })  # fmt: skip
    values = pd.DataFrame(at_most(ratings))
    residual = values - values.groupby([keys["trial"], keys["phase"]]).transform("mean")
    by_person = residual.groupby([keys[k] for k in (*KEYS, "who")]).mean()
    by_site = by_person.groupby(KEYS).agg(["sum", "count"])
    sums, counts = by_site.xs("sum", axis=1, level=1), by_site.xs("count", axis=1, level=1)
    return sums / (counts + PEOPLE_BEHIND_ZERO)


def _look_up(differences: pd.DataFrame, table: pd.DataFrame) -> Array:
    parts = []
    for phase in (False, True):
        keys = pd.MultiIndex.from_arrays([table["trial"], [phase] * len(table), table["site"]])
        parts.append(differences.reindex(keys).fillna(0.0).to_numpy(dtype=np.float64))
    return np.concatenate(parts, axis=1)
