"""The course of staying: the chance not yet to have left, or not yet to have returned to use, by week.

One forest predicts all 24 weeks at once, from what is known at the first randomisation or three weeks later.
It needs no model of censoring: everybody in the tables is followed to the end by definition (``leaving.py``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from jaxtyping import Float
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from .leaving import FOLLOWED_WEEKS
from .mixture import LEAF, TREES, TRIED
from .returns import DAYS_A_WEEK

WEEKS = np.arange(1, FOLLOWED_WEEKS + 1)


class Curves:
    """Fitted to people whose days until an event are known (``leaving.until_leaving``, ``until_return``)."""

    def __init__(self) -> None:
        self.forest = make_pipeline(
            SimpleImputer(keep_empty_features=True),
            ExtraTreesRegressor(TREES, min_samples_leaf=LEAF, max_features=TRIED, random_state=0, n_jobs=1),
        )

    def fit(self, features: pd.DataFrame, until: pd.DataFrame) -> Curves:
        """Fit to features and to ``days`` and ``event`` of the same people."""
        self.forest.fit(features.to_numpy(), free(until))
        return self

    def predict(self, features: pd.DataFrame) -> Float[np.ndarray, "people 24"]:
        """The chance of each person to be free of the event at the end of weeks 1-24; it never rises."""
        return np.asarray(np.minimum.accumulate(self.forest.predict(features.to_numpy()), axis=1))


def free(until: pd.DataFrame) -> Float[np.ndarray, "people 24"]:
    """Whether (1 or 0) each person is free of the event at the end of weeks 1-24."""
    happened = until["event"].to_numpy()[:, None] & (until["days"].to_numpy()[:, None] <= WEEKS * DAYS_A_WEEK)
    return np.asarray(1.0 - happened)
