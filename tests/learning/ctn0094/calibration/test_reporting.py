"""From courses to ratings: probabilities, the integral over people, gradients, and recovery."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit, ndtri
from scipy.stats import norm

from ebbtide.learning.ctn0094.calibration.fit import curvature, maximised, negative_log_posterior
from ebbtide.learning.ctn0094.calibration.priors import priors
from ebbtide.learning.ctn0094.calibration.reporting import (
    Ratings,
    log_likelihood,
    log_probability,
    nodes,
    simulated,
)
from ebbtide.learning.ctn0094.calibration.shifts import NAMES, person_directions
from ebbtide.library import load_library

KNOWN = priors(load_library())
HERE = np.zeros(len(NAMES))


def people(count: int, visits: int, seed: int = 0) -> Ratings:
    """Courses that never were: what the likelihood makes of them does not depend on where they came from."""
    draw = np.random.default_rng(seed)
    rows = count * visits
    person = np.repeat(np.arange(count), visits)
    slope = draw.normal(size=(rows, len(NAMES)))
    return Ratings(
        person=person,
        scale=np.repeat(np.arange(count) % 2, visits),
        rating=draw.integers(0, 4, rows),
        log_odds=draw.normal(-2.5, 1.5, rows),
        slope=slope,
        personal=slope @ person_directions().T,
        waited=np.tile(np.arange(visits) == 1, count).astype(float),
        induced=np.tile(np.arange(visits) > 1, count) * (np.repeat(np.arange(count), visits) % 3 == 0.0),
        trial=np.repeat(np.arange(count) % 2, visits),
        is_last=np.tile(np.arange(visits) == visits - 1, count).astype(float),
    )


def test_probabilities_of_all_ratings_are_one() -> None:
    ratings = people(5, 4)
    how = KNOWN.reporting(jnp.zeros(len(KNOWN.all)))
    told = jnp.linspace(-30.0, 30.0, 7) + jnp.zeros((20, 1))
    levels = [log_probability(jnp.full(20, k), told, ratings.scale, how, ratings.waited) for k in range(4)]
    assert np.exp(levels).sum(axis=0) == pytest.approx(1.0)


def test_the_integral_over_people_is_that_of_quadrature() -> None:
    ratings = people(3, 6)
    how = KNOWN.reporting(jnp.zeros(len(KNOWN.all)))._replace(
        person=jnp.full(2, 1e-9), induced=jnp.asarray(-0.7)
    )
    found = log_likelihood(ratings, jnp.asarray(ratings.log_odds), how, nodes((40, 1, 1)))
    cuts, noise = np.asarray(how.cuts), np.asarray(how.noise)
    for person in range(3):
        rows = np.flatnonzero(ratings.person == person)
        scale, trial = ratings.scale[rows[0]], ratings.trial[rows[0]]
        felt = np.logaddexp(ratings.log_odds[rows], how.background[scale])
        waits = expit(np.asarray(how.waited)[scale]) * ratings.waited[rows]
        more = float(how.induced) * ratings.induced[rows]
        level, by_tendency, by_severity = np.asarray(how.leaving)[trial]
        edges = np.concatenate([[-np.inf], cuts[scale], [np.inf]])

        def density(
            t,
            rows=rows,
            scale=scale,
            felt=felt,
            edges=edges,
            a=level,
            b=by_tendency,
            c=by_severity,
            waits=waits,
            more=more,
        ):  # type: ignore[no-untyped-def]
            told = felt + more + float(how.tendency[scale]) * t
            y = ratings.rating[rows]
            rated = expit((told - edges[y]) / noise[scale]) - expit((told - edges[y + 1]) / noise[scale])
            passed = expit((told - edges[1]) / noise[scale])
            rated = (1 - waits) * rated + waits * np.where(y > 0, rated / passed, 0.0)
            leaves = expit(a + b * t + c * felt)
            went = np.where(ratings.is_last[rows] > 0, leaves, 1 - leaves)
            return norm.pdf(t) * np.prod(rated * went)

        exact, _ = quad(density, -8, 8, epsabs=0, epsrel=1e-9, limit=200)
        assert float(found[person]) == pytest.approx(np.log(exact), abs=1e-4)


def test_who_had_to_wait_is_rated_like_the_drawn_who_passed_the_first_cut() -> None:
    """Against visits of the same person that nobody held back, of which those rated 0 are struck out."""
    one, count = people(2, 2), 200_000
    rows = np.repeat(np.array([0, 1]), count)
    many = Ratings(*(np.asarray(part)[rows] for part in one))._replace(
        person=np.arange(len(rows)), waited=np.repeat([0.0, 1.0], count), induced=np.zeros(len(rows))
    )
    how = KNOWN.reporting(jnp.zeros(len(KNOWN.all)))
    how = how._replace(waited=jnp.full(2, 30.0), tendency=jnp.full(2, 1e-9))
    log_odds = np.full(len(rows), -2.5)
    seen = simulated(many._replace(personal=0.0 * many.personal), log_odds, how, 1).rating
    free, held = np.bincount(seen[:count], minlength=4), np.bincount(seen[count:], minlength=4)
    assert held[0] == 0
    assert held[1:] / held.sum() == pytest.approx(free[1:] / free[1:].sum(), abs=0.01)


def test_gradients_are_those_of_finite_differences() -> None:
    ratings, at = people(6, 3), nodes((5, 3, 3))
    place = np.random.default_rng(1).normal(size=len(KNOWN.all)) * 0.5

    def cost(x: jax.Array) -> jax.Array:
        return negative_log_posterior(x, jnp.asarray(HERE), ratings, KNOWN, at)

    found = jax.grad(cost)(jnp.asarray(place))
    for index in range(len(place)):
        step = np.zeros(len(place))
        step[index] = 1e-5
        slope = (cost(jnp.asarray(place + step)) - cost(jnp.asarray(place - step))) / 2e-5
        assert float(found[index]) == pytest.approx(float(slope), rel=1e-5, abs=1e-6)


def test_known_numbers_are_recovered_and_ranks_are_even() -> None:
    """Simulation-based calibration in small: truth from the prior, its place in the posterior is uniform."""
    at, places = nodes((7, 3, 1)), []
    reporting = slice(len(NAMES), len(NAMES) + 17)
    for seed in range(3):
        ratings = people(60, 5, seed)
        truth = np.random.default_rng(100 + seed).normal(size=len(KNOWN.all))
        truth[reporting] *= 0.5
        truth[len(NAMES) + 17 :] = 0.0
        shifts = np.asarray(KNOWN.shifts(jnp.asarray(truth)))
        how = KNOWN.reporting(jnp.asarray(truth))
        again = simulated(ratings, ratings.log_odds + ratings.slope @ shifts, how, seed)
        quiet = again._replace(trial=np.full(len(again.trial), -1))
        found = maximised(quiet, KNOWN, at, HERE, np.zeros(len(truth)), box=5.0)
        sd = np.sqrt(np.diag(curvature(found, HERE, quiet, KNOWN, at)))
        places.append(((truth - found) / sd)[: len(NAMES)])
    inside = np.abs(np.concatenate(places)) < ndtri(0.95)
    # 39 numbers of which 90 % should lie inside: four standard deviations of that count
    assert 0.9 - 4 * np.sqrt(0.09 / inside.size) <= inside.mean()
    assert np.abs(np.concatenate(places).mean()) < 4 / np.sqrt(inside.size)
