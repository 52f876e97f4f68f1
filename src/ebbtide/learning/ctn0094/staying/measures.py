"""How good probabilities of an event are: discrimination, error, calibration, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from scipy.special import logit
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression

BOOTSTRAPS = 400
LEVEL = 0.95
SMALLEST = 1e-6

Probabilities = Float[np.ndarray, " n"]
Events = Bool[np.ndarray, " n"]


def auroc(happened: Events, p: Probabilities) -> float:
    """The chance that someone with the event has a greater p than someone without; NaN with one kind only."""
    with_event, without = int(happened.sum()), int((~happened).sum())
    if not with_event * without:
        return float("nan")
    ranks = rankdata(p)[happened].sum() - with_event * (with_event + 1) / 2
    return float(ranks / (with_event * without))


def brier(happened: Events, p: Probabilities) -> float:
    """The mean squared difference of p and what happened."""
    return float(np.mean((p - happened) ** 2)) if len(p) else float("nan")


def logarithmic(happened: Events, p: Probabilities) -> float:
    """The mean negative logarithm of the probability that was given to what happened."""
    if not len(p):
        return float("nan")
    given = np.clip(np.where(happened, p, 1 - p), SMALLEST, 1)
    return float(-np.log(given).mean())


MEASURES: dict[str, Callable[[Events, Probabilities], float]] = {
    "auroc": auroc,
    "brier": brier,
    "log_loss": logarithmic,
}


def calibration_line(happened: Events, p: Probabilities) -> tuple[float, float]:
    """Intercept and slope of a logistic regression of what happened on logit p: 0 and 1 are right.

    A slope below 1 means that the probabilities are too far apart.
    """
    if not 0 < happened.sum() < len(happened):
        return float("nan"), float("nan")
    x = logit(np.clip(p, SMALLEST, 1 - SMALLEST))[:, None]
    line = LogisticRegression(C=np.inf).fit(x, happened)
    return float(line.intercept_[0]), float(line.coef_[0, 0])


def reliability(happened: Events, p: Probabilities, bins: int = 10) -> pd.DataFrame:
    """Mean p and frequency of the event in equal groups by p: ``people``, ``predicted``, ``observed``."""
    group = pd.Series(pd.qcut(pd.Series(p).rank(method="first"), min(bins, len(p)), labels=False))
    rows = pd.DataFrame({"predicted": p, "observed": happened.astype(float)}).groupby(group.to_numpy())
    table = rows.mean()
    table.insert(0, "people", rows.size())
    return table.reset_index(drop=True)


def with_intervals(
    happened: Events, p: Probabilities, seed: int = 0
) -> dict[str, tuple[float, float, float]]:
    """Each of :data:`MEASURES` with its 95 % interval from resampled people."""
    rng = np.random.default_rng(seed)
    drawn: dict[str, list[float]] = {name: [] for name in MEASURES}
    for _ in range(BOOTSTRAPS):
        people = rng.integers(0, len(p), len(p))
        for name, measure in MEASURES.items():
            drawn[name].append(measure(happened[people], p[people]))
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    found = {}
    for name, measure in MEASURES.items():
        low, high = np.nanquantile(drawn[name], tails)
        found[name] = (measure(happened, p), float(low), float(high))
    return found
