"""Boosted trees for ratings: of each level, and of one tendency with thresholds of each trial."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from ebbtide.library import InputError

from .odds import CUTS, LEVELS, Array, Ratings, fit_thresholds, from_thresholds

SHARED: dict[str, Any] = {
    "min_data_in_leaf": 30, "feature_fraction": 0.3, "bagging_fraction": 0.7, "bagging_freq": 1,
    "lambda_l2": 5.0, "max_bin": 63, "cat_smooth": 20.0, "cat_l2": 20.0, "min_data_per_group": 60,
    "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1,
}  # fmt: skip
BY_SITE = ["site"]


def library() -> Any:
    """LightGBM.

    Raises
    ------
    InputError
        Where it cannot be loaded, as on systems without the OpenMP library.
    """
    try:
        import lightgbm
    except OSError as error:
        raise InputError(
            f"LightGBM cannot be loaded: {error}", where="lightgbm",
            allowed="a system with libgomp (Debian: apt install libgomp1)",
        ) from error  # fmt: skip
    return lightgbm


def coded(table: pd.DataFrame) -> pd.DataFrame:
    """Sites as whole numbers, as LightGBM wants names."""
    return table.assign(site=table["site"].fillna(0).astype(int))


class LevelTrees:
    """A boosted classifier of the four levels, averaged over seeds."""

    def __init__(
        self, rounds: int = 200, learning_rate: float = 0.03, leaves: int = 15, seeds: int = 3
    ) -> None:
        self.rounds, self.seeds = rounds, seeds
        self.settings = {"objective": "multiclass", "num_class": LEVELS, "learning_rate": learning_rate,
                         "num_leaves": leaves, **SHARED}  # fmt: skip
        self.boosters: list[Any] = []

    def fit(self, table: pd.DataFrame, ratings: Ratings, people: NDArray[np.int64]) -> None:
        """Learn from rows with ratings."""
        lgb = library()
        data = lgb.Dataset(coded(table), ratings, categorical_feature=BY_SITE, free_raw_data=False)
        self.boosters = [
            lgb.train({**self.settings, "seed": seed}, data, num_boost_round=self.rounds)
            for seed in range(self.seeds)
        ]

    def predict(self, table: pd.DataFrame) -> Array:
        """Probabilities of the levels, shape ``(rows, 4)``."""
        rows = coded(table)
        return np.asarray(np.mean([booster.predict(rows) for booster in self.boosters], axis=0))


class TendencyTrees:
    """One boosted tendency; each trial has its own thresholds, which are fitted again between rounds."""

    def __init__(
        self, rounds: int = 200, learning_rate: float = 0.05, leaves: int = 8, seeds: int = 3, blocks: int = 5
    ) -> None:
        self.rounds, self.seeds, self.blocks = rounds, seeds, blocks
        self.settings = {"learning_rate": learning_rate, "num_leaves": leaves, **SHARED}
        self.members: list[tuple[list[Any], dict[float, Array]]] = []

    def fit(self, table: pd.DataFrame, ratings: Ratings, people: NDArray[np.int64]) -> None:
        """Learn from rows with ratings."""
        lgb = library()
        trial, rows = table["trial"].to_numpy(), coded(table)
        every = np.arange(len(ratings))
        self.members = []
        for seed in range(self.seeds):
            tendency = np.zeros(len(ratings))
            data = lgb.Dataset(rows, ratings.astype(float), categorical_feature=BY_SITE, free_raw_data=False)
            boosters = []
            for block in range(self.blocks):
                cuts = self._of_rows(self._cuts(tendency, ratings, trial), trial)
                low = np.where(ratings == 0, -np.inf, cuts[every, np.maximum(ratings - 1, 0)])
                high = np.where(ratings == CUTS, np.inf, cuts[every, np.minimum(ratings, CUTS - 1)])

                def slope(
                    raw: Array, _: Any, low: Array = low, high: Array = high, tendency: Array = tendency
                ) -> tuple[Array, Array]:
                    below, above = expit(low - raw - tendency), expit(high - raw - tendency)
                    return 1.0 - below - above, below * (1.0 - below) + above * (1.0 - above)

                settings = {**self.settings, "objective": slope, "seed": seed * self.blocks + block}
                booster = lgb.train(settings, data, num_boost_round=self.rounds // self.blocks)
                tendency = tendency + booster.predict(rows)
                boosters.append(booster)
            self.members.append((boosters, self._cuts(tendency, ratings, trial)))

    @staticmethod
    def _cuts(tendency: Array, ratings: Ratings, trial: Array) -> dict[float, Array]:
        return {t: fit_thresholds(tendency[trial == t], ratings[trial == t]) for t in np.unique(trial)}

    @staticmethod
    def _of_rows(cuts: dict[float, Array], trial: Array) -> Array:
        return np.stack([cuts[t] for t in trial])

    def predict(self, table: pd.DataFrame) -> Array:
        """Probabilities of the levels, shape ``(rows, 4)``."""
        trial, rows = table["trial"].to_numpy(), coded(table)
        results = []
        for boosters, cuts in self.members:
            tendency = np.sum([booster.predict(rows) for booster in boosters], axis=0)
            results.append(from_thresholds(self._of_rows(cuts, trial), tendency))
        return np.asarray(np.mean(results, axis=0))
