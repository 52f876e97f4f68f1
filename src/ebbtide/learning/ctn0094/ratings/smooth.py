"""The two members of the layer that are not boosted: a forest, and a logistic model of each threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import make_column_transformer
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, QuantileTransformer

from .features import CATEGORIES
from .odds import CUTS, Array, Ratings, at_most, from_cumulative
from .sites import SiteTendency

UNKNOWN = -999.0
COURSES = {
    "treatment.since_first": (0, 1, 3, 7, 14, 21, 28, 42, 60, 90, 120, 180, 260),
    "day": (0, 3, 7, 14, 21, 28, 35, 60, 90, 120, 160, 200, 260),
    "dose.since_last": (0, 1, 3, 7, 14, 28, 60),
    "dose.mean_3": (0, 2, 4, 8, 12, 16, 24),
    "injection.since_last": (0, 14, 28, 35, 60),
}
"""Columns whose effect may bend, each trial in its own way, and where it may (days, or mg)."""
SPREAD = 3.0
"""Standard deviations between the lowest and the highest rank of a column."""


class Forest:
    """Extremely randomised trees of the cumulative ratings, with the tendency of the site."""

    def __init__(self, trees: int = 200, rows_in_leaf: int = 5, columns: float = 0.4) -> None:
        self.model = ExtraTreesRegressor(
            trees, min_samples_leaf=rows_in_leaf, max_features=columns, n_jobs=1, random_state=0
        )
        self.sites = SiteTendency()

    def fit(self, table: pd.DataFrame, ratings: Ratings, people: NDArray[np.int64]) -> None:
        """Learn from rows with ratings."""
        tendency = self.sites.fit_rows(table, ratings, people)
        self.model.fit(self._filled(table, tendency), at_most(ratings))

    def predict(self, table: pd.DataFrame) -> Array:
        """Probabilities of the levels, shape ``(rows, 4)``."""
        return from_cumulative(self.model.predict(self._filled(table, self.sites.of(table))))

    @staticmethod
    def _filled(table: pd.DataFrame, tendency: Array) -> Array:
        values = np.concatenate([table.to_numpy(dtype=np.float64), tendency], axis=1)
        return np.asarray(np.nan_to_num(values, nan=UNKNOWN))


class Thresholds:
    """A logistic regression of each threshold on ranks, names, unknowns and bent courses of each trial."""

    def __init__(self, strength: float = 0.05) -> None:
        self.strength = strength
        self.parts: list[Any] = []

    def fit(self, table: pd.DataFrame, ratings: Ratings, people: NDArray[np.int64]) -> None:
        """Learn from rows with ratings."""
        self.parts = []
        for cut in range(CUTS):
            low = (ratings <= cut).astype(int)
            model = LogisticRegression(C=self.strength, max_iter=300, tol=1e-3)
            self.parts.append(make_pipeline(_design(table), model).fit(table, low))

    def predict(self, table: pd.DataFrame) -> Array:
        """Probabilities of the levels, shape ``(rows, 4)``."""
        return from_cumulative(np.stack([part.predict_proba(table)[:, 1] for part in self.parts], axis=1))


def _design(table: pd.DataFrame) -> Any:
    numbers = [c for c in table.columns if c not in CATEGORIES and table[c].nunique() > 1]
    ranks = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True),
        QuantileTransformer(n_quantiles=200, subsample=None, random_state=0),
        FunctionTransformer(_scaled),
    )
    names = make_pipeline(
        OneHotEncoder(handle_unknown="ignore", sparse_output=False), FunctionTransformer(_half)
    )
    return make_column_transformer(
        (ranks, numbers), (names, list(CATEGORIES)), (FunctionTransformer(_courses), ["trial", *COURSES])
    )


def _scaled(values: Array) -> Array:
    return SPREAD * (values - 0.5)


def _half(values: Array) -> Array:
    return 0.5 * SPREAD * values


def _courses(table: pd.DataFrame) -> Array:
    columns = []
    for trial in (30, 51):
        own = (table["trial"] == trial).to_numpy()
        for name, knots in COURSES.items():
            values = table[name].to_numpy(dtype=np.float64)
            logs = np.log1p(np.maximum(np.nan_to_num(values), 0.0))
            known = own & ~np.isnan(values)
            columns += [np.where(known, np.clip(2.0 * (logs - np.log1p(k)), -1.0, 1.0), 0.0) for k in knots]
    return np.stack(columns, axis=1)
