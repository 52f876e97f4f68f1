"""Simple forecasts of ratings that the layer has to beat."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .boosting import SHARED, library
from .odds import LEVELS, Array, Ratings
from .rows import RatingRows

SIMPLE = ("treatment.since_first", *(f"dose.{d}_days_ago" for d in range(8)), "use.opioids_7", "use.heroin_7",
          "arm", "trial", "age", "is_male")  # fmt: skip
"""Days since the first dose, doses of eight days, recent use, arm, age and sex."""
RECORD = ("last", "gap_days", "mean", "count")
"""What the simple forecasts know of earlier ratings."""
FEW = 25.0
"""Counts of a transition are mixed with so many of the trial as a whole."""


def record(rows: RatingRows) -> pd.DataFrame:
    """The last rating of an earlier day, days since then, mean and count of all earlier ones."""
    frame = pd.DataFrame({"who": rows.who, "day": rows.rows.day, "rating": rows.rating})
    days = frame.groupby(["who", "day"])["rating"].agg(["sum", "count", "last"]).reset_index()
    person = days.groupby("who")
    before = days[["who", "day"]].copy()
    count = person["count"].cumsum() - days["count"]
    total = person["sum"].cumsum() - days["sum"]
    rated = days["day"].where(days["count"] > 0)
    before["last"] = days["last"].groupby(days["who"]).transform(lambda x: x.ffill().shift())
    before["gap_days"] = days["day"] - rated.groupby(days["who"]).transform(lambda x: x.ffill().shift())
    before["mean"] = total / count.where(count > 0)
    before["count"] = count
    return frame[["who", "day"]].merge(before, on=["who", "day"], how="left")[list(RECORD)]


class Climatology:
    """The shares of each rating in the trial."""

    def fit(self, rows: RatingRows, ratings: Ratings) -> None:
        """Learn from rows with ratings."""
        self.shares = {t: _shares(ratings[rows.trial == t]) for t in np.unique(rows.trial)}

    def predict(self, rows: RatingRows) -> Array:
        """Probabilities, shape ``(rows, 4)``."""
        return np.stack([self.shares[t] for t in rows.trial])


class Previous(Climatology):
    """What followed such a previous rating in the trial; the shares of the trial where there is none."""

    def fit(self, rows: RatingRows, ratings: Ratings) -> None:
        """Learn from rows with ratings."""
        super().fit(rows, ratings)
        last = record(rows)["last"].to_numpy()
        self.after = {
            (t, level): (np.bincount(ratings[(rows.trial == t) & (last == level)], minlength=LEVELS)
                         + FEW * self.shares[t])
            for t in self.shares for level in range(LEVELS)
        }  # fmt: skip

    def predict(self, rows: RatingRows) -> Array:
        """Probabilities, shape ``(rows, 4)``."""
        last = record(rows)["last"].to_numpy()
        raw = [
            self.shares[t] if np.isnan(level) else self.after[t, int(level)]
            for t, level in zip(rows.trial, last, strict=True)
        ]
        values = np.stack(raw)
        return np.asarray(values / values.sum(axis=1, keepdims=True))


class Logistic:
    """Multinomial logistic regression on the simple columns."""

    def __init__(self, with_record: bool) -> None:
        self.with_record = with_record

    def fit(self, rows: RatingRows, ratings: Ratings) -> None:
        """Learn from rows with ratings."""
        model = LogisticRegression(C=0.1, max_iter=500)
        pipeline = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), model)
        self.model: Any = pipeline.fit(self._columns(rows), ratings)

    def predict(self, rows: RatingRows) -> Array:
        """Probabilities, shape ``(rows, 4)``."""
        return np.asarray(self.model.predict_proba(self._columns(rows)))

    def _columns(self, rows: RatingRows) -> NDArray[np.float64]:
        simple = rows.known[list(SIMPLE)]
        names = pd.get_dummies(
            rows.known["trial"].astype(int).astype("category").cat.set_categories([27, 30, 51])
        )
        parts = [simple, names, *([record(rows)] if self.with_record else [])]
        return np.asarray(pd.concat([p.reset_index(drop=True) for p in parts], axis=1), dtype=np.float64)


class Boosting:
    """Gradient boosting of the four levels on the simple columns."""

    def __init__(self, with_record: bool) -> None:
        self.with_record = with_record

    def fit(self, rows: RatingRows, ratings: Ratings) -> None:
        """Learn from rows with ratings."""
        lgb = library()
        settings = {**SHARED, "objective": "multiclass", "num_class": LEVELS, "learning_rate": 0.03,
                    "num_leaves": 15, "feature_fraction": 0.6}  # fmt: skip
        self.booster = lgb.train(settings, lgb.Dataset(self._columns(rows), ratings), num_boost_round=200)

    def predict(self, rows: RatingRows) -> Array:
        """Probabilities, shape ``(rows, 4)``."""
        return np.asarray(self.booster.predict(self._columns(rows)))

    def _columns(self, rows: RatingRows) -> NDArray[np.float64]:
        parts = [rows.known[list(SIMPLE)], *([record(rows)] if self.with_record else [])]
        return np.asarray(pd.concat([p.reset_index(drop=True) for p in parts], axis=1), dtype=np.float64)


def baselines(task: str) -> dict[str, Any]:
    """Forecasts by name, not fitted yet."""
    with_record = task == "next"
    return {
        "climatology by trial": Climatology(),
        **({"previous rating": Previous()} if with_record else {}),
        "multinomial logistic": Logistic(with_record),
        "gradient boosting": Boosting(with_record),
    }


def _shares(ratings: Ratings) -> Array:
    counts = np.bincount(ratings, minlength=LEVELS) + 1.0
    return np.asarray(counts / counts.sum())
