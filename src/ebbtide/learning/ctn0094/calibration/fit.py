"""The fit: maximum of the posterior and its curvature, by turns of courses and likelihood.

Each turn computes all courses and their derivatives at the present numbers (:mod:`.slopes`), puts the
first-order course into the likelihood (:mod:`.reporting`) and maximises that by L-BFGS within a box
around the present numbers of the body; a Gauss-Newton method on the courses, where it ends the gradient
is that of the true posterior but for how person-level slopes change. A turn that made the true posterior
worse is taken back by half.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import NDArray
from scipy.optimize import minimize

from ebbtide.library import Library
from ebbtide.physiology.arrays import Values

from ..tables import Tables
from .courses import Courses, courses
from .priors import FOLLOWED, SCALES, Priors, priors, settings
from .reporting import Nodes, Ratings, log_likelihood, nodes
from .shifts import NAMES, person_directions

Array = NDArray[np.float64]
BOX = 1.0
"""How far a turn may move a number of the body, in standard deviations of its prior."""
MOST_TURNS = 8
SETTLED = 0.1
"""A turn that moves no number of the body further (in the same unit) is the last."""
STEPS = 150
Told = Callable[[str], None]


@dataclass(frozen=True)
class Fit:
    """Where it ended; all in standard units of the priors."""

    priors: Priors
    standard: Float[Array, " numbers"]
    covariance: Float[Array, "numbers numbers"]
    ratings: Ratings
    """With courses at the end."""
    rows: pd.DataFrame
    objective: tuple[float, ...]
    """Negative log posterior at the beginning of each turn and at the end."""

    @property
    def sd(self) -> Float[Array, " numbers"]:
        """Standard deviations of the posterior; that of the prior is 1."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def fitted_people(tables: Tables) -> NDArray[np.int64]:
    """Those that are fitted: drawn by chance among people with ratings; the others are left for checks."""
    rated_people = np.unique(tables["withdrawal"]["who"].to_numpy(np.int64))
    count = int(settings()["use"]["people"].value)
    return np.sort(np.random.default_rng(1).permutation(rated_people)[:count])


def rated(tables: Tables) -> pd.DataFrame:
    """Ratings that are fitted: columns who, when, rating, trial, scale, is_last."""
    given = settings()
    last_day = given["use"]["last_day"].to("d")
    rows = tables["withdrawal"].dropna(subset=["who", "when", "withdrawal"])
    rows = rows[rows["when"].between(0, last_day)].sort_values(["who", "when"], ignore_index=True)
    trial = rows["who"].map(tables.project)
    scale = trial.map({int(k): v for k, v in given["trials"].items()})
    later = rows.groupby("who")["when"].transform("max")
    return pd.DataFrame(
        {
            "who": rows["who"],
            "when": rows["when"],
            "rating": rows["withdrawal"].astype(int),
            "trial": trial,
            "scale": scale,
            "is_last": (rows["when"] == later).astype(float),
        }
    )


def with_courses(rows: pd.DataFrame, computed: Courses) -> Ratings:
    """Rows of :func:`rated` with their courses."""
    scale = rows["scale"].map({name: i for i, name in enumerate(SCALES)}).to_numpy(np.int64)
    pick = np.arange(len(rows))
    slope = computed.slope[pick, scale]
    return Ratings(
        person=pd.factorize(rows["who"])[0].astype(np.int64),
        scale=scale,
        rating=rows["rating"].to_numpy(np.int64),
        log_odds=computed.log_odds[pick, scale],
        slope=slope,
        personal=slope @ person_directions().T,
        trial=rows["trial"].map({t: i for i, t in enumerate(FOLLOWED)}).fillna(-1).to_numpy(np.int64),
        is_last=rows["is_last"].to_numpy(float),
    )


def negative_log_posterior(
    standard: Float[Values, " numbers"],
    here: Float[Values, " shifts"],
    ratings: Ratings,
    known: Priors,
    at: Nodes,
    weight: float = 1.0,
) -> Float[Values, ""]:
    """With courses to first order around the shifts ``here``; a person counts as ``weight`` of one."""
    log_odds = ratings.log_odds + ratings.slope @ (known.shifts(standard) - here)
    told = log_likelihood(ratings, log_odds, known.reporting(standard), at)
    return 0.5 * jnp.sum(standard**2) - weight * told.sum()


def fit(
    tables: Tables,
    library: Library,
    told: Told = lambda line: None,
    rows: pd.DataFrame | None = None,
    turns: int = MOST_TURNS,
    begin: Array | None = None,
) -> Fit:
    """Fit everything to the ratings of ``tables`` (or to ``rows``, in the form of :func:`rated`).

    It begins at ``begin`` (standard units), by default at the centre of the priors.
    """
    rows = rated(tables) if rows is None else rows
    known, at = priors(library), nodes()
    weight = settings()["use"]["weight"].value
    hour = settings()["use"]["hour"].to("h")
    standard = np.zeros(len(known.all)) if begin is None else begin
    best: tuple[float, Array, Ratings] | None = None
    history: list[float] = []
    for turn in range(turns):
        here = np.asarray(known.shifts(jnp.asarray(standard)))
        ratings = with_courses(rows, courses(tables, rows, library, hour, here))
        value = float(
            negative_log_posterior(jnp.asarray(standard), jnp.asarray(here), ratings, known, at, weight)
        )
        history.append(value)
        told(f"turn {turn}: negative log posterior {value:.1f}")
        if best is not None and value > best[0]:
            standard = 0.5 * (standard + best[1])
            continue
        moved = best is None or np.abs(standard - best[1])[: len(NAMES)].max() >= SETTLED
        best = (value, standard, ratings)
        if not moved or turn == turns - 1:
            break
        standard = maximised(ratings, known, at, here, standard, weight=weight)
    assert best is not None
    value, standard, ratings = best
    here = np.asarray(known.shifts(jnp.asarray(standard)))
    covariance = curvature(standard, here, ratings, known, at, weight)
    return Fit(known, standard, covariance, ratings, rows, tuple(history))


def _objective(
    ratings: Ratings, known: Priors, at: Nodes, here: Array, weight: float
) -> Callable[[Values], Values]:
    return partial(
        negative_log_posterior, here=jnp.asarray(here), ratings=ratings, known=known, at=at, weight=weight
    )


def maximised(
    ratings: Ratings,
    known: Priors,
    at: Nodes,
    here: Array,
    begin: Array,
    box: float = BOX,
    weight: float = 1.0,
) -> Float[Array, " numbers"]:
    """The maximum of the posterior with courses to first order around ``here``, from ``begin``."""
    objective = jax.jit(jax.value_and_grad(_objective(ratings, known, at, here, weight)))

    def value(x: Array) -> tuple[float, Array]:
        cost, slope = objective(jnp.asarray(x))
        return float(cost), np.asarray(slope)

    bounds = [(x - box, x + box) if i < len(NAMES) else (None, None) for i, x in enumerate(begin)]
    found = minimize(value, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": STEPS})
    return np.asarray(found.x)


def curvature(
    standard: Array, here: Array, ratings: Ratings, known: Priors, at: Nodes, weight: float = 1.0
) -> Array:
    """Laplace: the inverse of the second derivative, one column at a time."""
    gradient = jax.grad(_objective(ratings, known, at, here, weight))

    @jax.jit
    def column(direction: Values) -> Values:
        return jax.jvp(gradient, (jnp.asarray(standard),), (direction,))[1]

    hessian = np.stack([np.asarray(column(e)) for e in jnp.eye(len(standard))])
    return np.asarray(np.linalg.inv(0.5 * (hessian + hessian.T)))
