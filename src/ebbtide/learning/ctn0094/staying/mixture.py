"""The statistical layer: a Gaussian process and a forest, averaged on the logit scale.

The forest predicts at once whether a person returns, each week of use and of no urine, and the longest run:
its splits serve all of them, which tells more of 1,738 people than the one outcome. Everything is drawn with
a fixed seed on one core, so that the same people give the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from scipy.special import expit, logit
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from .gaussian import Gaussian
from .returns import longest_use, week_of_return

TREES = 300
LEAF = 10
"""Fewest people in a leaf of the forest."""
TRIED = 0.3
"""Share of the features that a split of the forest may choose from."""
DRAWN_TOGETHER = {0: 1.05, 3: 1.19}
"""Averaging draws them together; the cross-validated slope of calibration, by known weeks, undoes it."""
SURE = 0.01
"""No part of the mixture may be surer than this that somebody returns or does not."""


@dataclass(frozen=True)
class Course:
    """What came of people: in which weeks a urine was taken, and which were weeks of use."""

    taken: Bool[np.ndarray, "people weeks"]
    use: Bool[np.ndarray, "people weeks"]

    @property
    def returned(self) -> Bool[np.ndarray, " people"]:
        """Four weeks of use in a row."""
        return week_of_return(self.use) > 0

    def of(self, rows: np.ndarray) -> Course:
        """The course of some of the people."""
        return Course(self.taken[rows], self.use[rows])

    def targets(self, known_weeks: int) -> Float[np.ndarray, "people targets"]:
        """Return, then all else that the forest predicts beside it: the weeks to come and the longest run."""
        runs = longest_use(self.use)[:, None] >= np.arange(1, self.use.shape[1])
        weeks = (self.use[:, known_weeks:], ~self.taken[:, known_weeks:])
        return np.hstack([self.returned[:, None], *weeks, runs]).astype(float)


class Mixture:
    """Fitted to people whose course is known; gives others a probability of return."""

    def __init__(self, known_weeks: int) -> None:
        self.known_weeks = known_weeks
        self.gaussian = Gaussian()
        self.forest = make_pipeline(
            SimpleImputer(keep_empty_features=True),
            ExtraTreesRegressor(TREES, min_samples_leaf=LEAF, max_features=TRIED, random_state=0, n_jobs=1),
        )

    def fit(self, features: pd.DataFrame, course: Course) -> Mixture:
        """Fit both members."""
        self.gaussian.fit(features, course.returned.astype(float))
        self.forest.fit(features.to_numpy(), course.targets(self.known_weeks))
        return self

    def members(self, features: pd.DataFrame) -> dict[str, Float[np.ndarray, " people"]]:
        """The probability that each member gives."""
        found = {
            "gaussian": self.gaussian.predict(features),
            "forest": self.forest.predict(features.to_numpy())[:, 0],
        }
        return {name: np.clip(p, SURE, 1 - SURE) for name, p in found.items()}

    def predict(self, features: pd.DataFrame) -> Float[np.ndarray, " people"]:
        """The probability of return."""
        mean = np.mean([logit(p) for p in self.members(features).values()], axis=0)
        return np.asarray(expit(DRAWN_TOGETHER[self.known_weeks] * mean))
