"""Does the fitted mechanism give ratings like those that were seen? Predictive checks, scores and ranks."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import NDArray
from scipy.special import ndtr

from ..tables import Tables
from .fit import Fit, curvature, maximised
from .priors import Priors
from .reporting import Nodes, Ratings, simulated
from .shifts import NAMES

Array = NDArray[np.float64]
SINCE_FIRST_DOSE = (-np.inf, -0.5, 0.5, 7.5, 14.5, 28.5, 60.5, 120.5, np.inf)
PERIODS = ("before", "day 0", "days 1-7", "8-14", "15-28", "29-60", "61-120", "after 120")
NO_DOSE = "never dosed"
BAND = (5, 50, 95)
CUT_POINTS = 3


def periods(tables: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    """Arm of the first randomisation, and when a row is since the first dose of study medicine."""
    first = tables["treatment"].groupby("who")["when"].min()
    since = rows["when"] - rows["who"].map(first)
    arms = tables["randomization"].sort_values("which").drop_duplicates("who").set_index("who")["treatment"]
    period = pd.cut(since, SINCE_FIRST_DOSE, labels=list(PERIODS)).astype(object)
    return pd.DataFrame(
        {
            "trial": rows["trial"].to_numpy(),
            "arm": rows["who"].map(arms).fillna("not randomised").to_numpy(),
            "period": period.where(since.notna(), NO_DOSE).to_numpy(),
        }
    )


def predictive(result: Fit, tables: Tables, draws: int, seed: int = 1) -> pd.DataFrame:
    """Mean rating and shares of ratings by trial, arm and period: seen, and 5, 50, 95 % of predicted ones.

    Each draw has numbers from the posterior (courses to first order around its maximum) and new people, on
    the days on which somebody was rated.
    """
    draw = np.random.default_rng(seed)
    groups = periods(tables, result.rows)
    codes, names = pd.factorize(pd.MultiIndex.from_frame(groups))
    ratings, known = result.ratings, result.priors
    here = np.asarray(known.shifts(jnp.asarray(result.standard)))
    seen = _summary(ratings.rating, codes, len(names))
    replicates = []
    for index in range(draws):
        standard = draw.multivariate_normal(result.standard, result.covariance)
        moved = np.asarray(known.shifts(jnp.asarray(standard))) - here
        how = known.reporting(jnp.asarray(standard))
        again = simulated(ratings, ratings.log_odds + ratings.slope @ moved, how, seed + index)
        replicates.append(_summary(again.rating, codes, len(names)))
    bands = np.percentile(np.stack(replicates), BAND, axis=0)
    frame = pd.DataFrame(list(names), columns=["trial", "arm", "period"])
    frame["ratings"] = np.bincount(codes)
    for column, name in enumerate(("mean", *(f"share_{level}" for level in range(CUT_POINTS + 1)))):
        frame[name] = seen[:, column]
        for place, percent in enumerate(BAND):
            frame[f"{name}_{percent}"] = bands[place, :, column]
    return frame


def _summary(
    rating: NDArray[np.int64], codes: NDArray[np.intp], count: int
) -> Float[Array, "groups numbers"]:
    total = np.bincount(codes, minlength=count)
    columns = [rating, *(rating == level for level in range(CUT_POINTS + 1))]
    return np.stack([np.bincount(codes, weights=c, minlength=count) / total for c in columns], axis=1)


def scores(predicted: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Ranked probability score and log loss of predicted ratings by trial."""
    seen = tables["withdrawal"].dropna(subset=["who", "when", "withdrawal"])
    both = predicted.merge(seen, on=["who", "when"])
    p = both[[f"p{level}" for level in range(CUT_POINTS + 1)]].to_numpy(float)
    rating = both["withdrawal"].to_numpy(int)
    told = np.cumsum(p, axis=1)[:, :CUT_POINTS]
    came = rating[:, None] <= np.arange(CUT_POINTS)
    both["rps"] = ((told - came) ** 2).sum(axis=1)
    both["log_loss"] = -np.log(p[np.arange(len(p)), rating])
    by_trial = both.groupby(both["who"].map(tables.project))[["rps", "log_loss"]].agg(["mean"])
    result = by_trial.droplevel(1, axis=1)
    result.loc["all"] = both[["rps", "log_loss"]].mean()
    return result.rename_axis("trial").reset_index()


def ranks(ratings: Ratings, known: Priors, at: Nodes, seeds: range, spread: float = 1.0) -> pd.DataFrame:
    """Simulation-based calibration: truths from the prior, and where each lies in the posterior.

    Courses are to first order around those of ``ratings``: this checks the inference, not the engine.
    Leaving is not simulated and not fitted.

    Returns
    -------
    DataFrame
        ``seed``, ``name``, ``truth``, ``value``, ``sd`` (standard units of the prior) and ``place``, 0 to 1.
    """
    quiet = ratings._replace(trial=np.full(len(ratings.trial), -1))
    here = np.zeros(len(NAMES))
    parts = []
    for seed in seeds:
        truth = spread * np.random.default_rng(seed).normal(size=len(known.all))
        how = known.reporting(jnp.asarray(truth))
        shifts = np.asarray(known.shifts(jnp.asarray(truth)))
        again = simulated(quiet, quiet.log_odds + quiet.slope @ shifts, how, seed)
        value = maximised(again, known, at, here, np.zeros(len(truth)), box=np.inf)
        sd = np.sqrt(np.diag(curvature(value, here, again, known, at)))
        parts.append(
            pd.DataFrame(
                {
                    "seed": seed,
                    "name": known.names,
                    "truth": truth,
                    "value": value,
                    "sd": sd,
                    "place": ndtr((truth - value) / sd),
                }
            )
        )
    found = pd.concat(parts, ignore_index=True)
    return found[~found["name"].str.startswith("leaving.")]
