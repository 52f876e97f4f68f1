"""The fit: maximum of the posterior and its curvature, by steps that only ever improve it.

A step maximises the likelihood (:mod:`.reporting`) of courses to first order, by L-BFGS within a box around
the best numbers so far, and computes the true courses there. It is taken only if the true posterior is
better; else the box is made smaller (a trust region). Derivatives of all courses along all numbers
(:mod:`.slopes`) cost the most, so between two times that they are computed Broyden's update follows them;
those along what differs between people are computed at every step. It has come to rest when a step from
derivatives that were just computed wins less than :data:`SETTLED`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from zlib import crc32

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
from .protocol import protocol
from .reporting import Nodes, Ratings, log_likelihood, nodes
from .shifts import NAMES, person_directions

Array = NDArray[np.float64]
BOX = 1.0
"""How far the first step may move a number of the body, in standard deviations of its prior; what steps win
says how far later ones may."""
SMALLEST_BOX = 0.05
"""Below a twentieth of a prior's standard deviation a place is not told from the next."""
MOST_STEPS = 60
"""Far more than are needed: a fit that has not come to rest by then says so."""
SETTLED = 0.1
"""A gain in the log posterior that is of no matter: the posterior of a number changes by that at 0.45 of its
standard deviation."""
APART = 5
"""One person in so many is kept apart."""
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
    """Negative log posterior at the beginning and after each step that was taken."""
    at_rest: bool
    """Whether a step from fresh derivatives won or promised less than :data:`SETTLED`."""

    @property
    def sd(self) -> Float[Array, " numbers"]:
        """Standard deviations of the posterior; that of the prior is 1."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def kept_apart(tables: Tables) -> NDArray[np.int64]:
    """A fifth of people with ratings, by a hash of ``who``: no fit and no choice looks at them."""
    found, hashed = _hashed(tables)
    return np.asarray(found[hashed % APART == 0])


def fitted_people(tables: Tables) -> NDArray[np.int64]:
    """Those that are fitted: of the others the first by the hash."""
    found, hashed = _hashed(tables)
    free = hashed % APART != 0
    order = np.argsort(hashed[free], kind="stable")[: int(settings()["use"]["people"].value)]
    return np.sort(found[free][order])


def _hashed(tables: Tables) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    found = np.unique(tables["withdrawal"].dropna(subset=["who", "when", "withdrawal"])["who"]).astype(int)
    return found, np.array([crc32(str(who).encode()) for who in found], dtype=np.int64)


def rated(tables: Tables) -> pd.DataFrame:
    """Ratings that are fitted: columns who, when, rating, trial, scale, waited, induced, is_last."""
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
            **protocol(tables, rows)._asdict(),
            "is_last": (rows["when"] == later).astype(float),
        }
    )


def with_courses(rows: pd.DataFrame, computed: Courses) -> Ratings:
    """Rows of :func:`rated` with their courses, whose slopes are along each shift."""
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
        waited=rows["waited"].to_numpy(float),
        induced=rows["induced"].to_numpy(float),
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
    most: int = MOST_STEPS,
) -> Fit:
    """Fit everything to the ratings of ``tables`` (or to ``rows``, in the form of :func:`rated`).

    It begins at the centre of the priors and tries at most ``most`` steps.
    """
    rows = rated(tables) if rows is None else rows
    known, at = priors(library), nodes()
    weight = settings()["use"]["weight"].value
    hour = settings()["use"]["hour"].to("h")

    def shifts(standard: Array) -> Array:
        return np.asarray(known.shifts(jnp.asarray(standard)))

    def fresh(standard: Array) -> Ratings:
        return with_courses(rows, courses(tables, rows, library, hour, shifts(standard)))

    def value(place: Array, ratings: Ratings, centre: Array) -> float:
        there = jnp.asarray(place), jnp.asarray(shifts(centre))
        return float(negative_log_posterior(*there, ratings, known, at, weight))

    best = np.zeros(len(known.all))
    ratings, is_fresh, box, at_rest = fresh(best), True, BOX, False
    history = [value(best, ratings, best)]
    told(f"negative log posterior {history[-1]:.2f}")
    for _ in range(most):
        place = maximised(ratings, known, at, shifts(best), best, box, weight)
        hoped, gain, moved = history[-1] - value(place, ratings, best), 0.0, ratings
        if hoped >= SETTLED:
            seen = courses(tables, rows, library, hour, shifts(place), person_directions())
            moved = followed(ratings, rows, seen, shifts(place) - shifts(best))
            gain = history[-1] - value(place, moved, place)
            told(f"a step within {box:.2f}: {hoped:.2f} hoped for, {gain:.2f} won")
        if gain >= SETTLED:
            best, ratings, is_fresh = place, moved, False
            history.append(history[-1] - gain)
            box = 2.0 * box if gain > 0.5 * hoped else box
        elif not is_fresh:
            ratings, is_fresh = fresh(best), True
            told(f"derivatives anew at {history[-1]:.2f}")
        elif hoped < SETTLED or box < SMALLEST_BOX:
            at_rest = True
            break
        else:
            box *= 0.25
    if not is_fresh:
        ratings = fresh(best)
    covariance = curvature(best, shifts(best), ratings, known, at, weight)
    return Fit(known, best, covariance, ratings, rows, tuple(history), at_rest)


def followed(ratings: Ratings, rows: pd.DataFrame, seen: Courses, step: Array) -> Ratings:
    """Courses after a step of the shifts, their slopes by Broyden's update; those of people are computed."""
    scale = rows["scale"].map({name: i for i, name in enumerate(SCALES)}).to_numpy(np.int64)
    pick = np.arange(len(rows))
    log_odds = seen.log_odds[pick, scale]
    wrong = log_odds - ratings.log_odds - ratings.slope @ step
    slope = ratings.slope + wrong[:, None] * step / (step @ step)
    return ratings._replace(log_odds=log_odds, slope=slope, personal=seen.slope[pick, scale])


def reweighted(result: Fit, weight: float) -> Float[Array, " numbers"]:
    """Where the maximum would be if a person counted as ``weight``, with courses to first order."""
    here = np.asarray(result.priors.shifts(jnp.asarray(result.standard)))
    return maximised(result.ratings, result.priors, nodes(), here, result.standard, weight=weight)


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
