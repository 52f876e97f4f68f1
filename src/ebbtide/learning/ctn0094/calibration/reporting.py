r"""From courses to ratings 0-3: an ordinal likelihood with what differs between people integrated out.

With the log odds :math:`f` of a scale's points at a visit, those of people without withdrawal
:math:`\beta`, and a person's tendency :math:`t`, sensitivity and rate of adaptation :math:`s` (standard
normal),

.. math::
    \eta = \log(e^{f + J\,\mathrm{diag}(\sigma)\, s} + e^\beta) + \sigma_t t, \qquad
    P(y \ge k) = \frac{1}{1 + e^{-(\eta - c_k)/\nu}}

:math:`J` is the derivative of :math:`f` (:mod:`.slopes`), so that a person's sensitivity is followed to
first order. The integral is a Gauss-Hermite sum. Who is rated no more is not left out: that a rating is
the last has log odds linear in :math:`t` and in :math:`\eta - \sigma_t t`, so that leaving may depend on
what is rated and on what never is.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from ebbtide.physiology.arrays import Values

from .priors import Reporting

NODES = (15, 3, 3)
"""Of tendency, sensitivity and rate of adaptation."""


class Ratings(NamedTuple):
    """Rows of ratings; of one person next to each other or not."""

    person: Int[NDArray[np.int64], " rows"]
    scale: Int[NDArray[np.int64], " rows"]
    rating: Int[NDArray[np.int64], " rows"]
    log_odds: Float[NDArray[np.float64], " rows"]
    slope: Float[NDArray[np.float64], "rows shifts"]
    """Derivative of the log odds along each shift."""
    personal: Float[NDArray[np.float64], "rows person"]
    """The same along sensitivity and rate of adaptation."""
    trial: Int[NDArray[np.int64], " rows"]
    """Place in :data:`.priors.FOLLOWED`, -1 where leaving is not looked at."""
    is_last: Float[NDArray[np.float64], " rows"]
    """1 where the person is not rated again."""

    @property
    def people(self) -> int:
        """How many there are."""
        return int(self.person.max()) + 1 if len(self.person) else 0


class Nodes(NamedTuple):
    """Places (standard normal) and logarithms of their weights."""

    tendency: Float[NDArray[np.float64], " nodes"]
    personal: Float[NDArray[np.float64], "nodes person"]
    log_weight: Float[NDArray[np.float64], " nodes"]


def nodes(counts: tuple[int, int, int] = NODES) -> Nodes:
    """A product of Gauss-Hermite rules."""
    rules = [np.polynomial.hermite_e.hermegauss(count) for count in counts]
    places = np.array(list(product(*(x for x, _ in rules))))
    weights = np.array(list(product(*(np.log(w / w.sum()) for _, w in rules))))
    return Nodes(places[:, 0], places[:, 1:], weights.sum(axis=1))


def severity(
    ratings: Ratings, log_odds: Float[Values, " rows"], how: Reporting, at: Nodes
) -> Float[Values, "rows nodes"]:
    """Log odds of the scale at each node, without the tendency."""
    moved = log_odds[:, None] + ratings.personal @ (how.person[:, None] * at.personal.T)
    return jnp.logaddexp(moved, how.background[ratings.scale][:, None])


def log_probability(
    rating: Int[Values, " rows"],
    told: Float[Values, "rows nodes"],
    scale: Int[NDArray[np.int64], " rows"],
    how: Reporting,
) -> Float[Values, "rows nodes"]:
    """Of a rating, where a person would tell these log odds."""
    edge = jnp.pad(how.cuts, ((0, 0), (1, 1)), constant_values=((0.0, 0.0), (-jnp.inf, jnp.inf)))[scale]
    noise = how.noise[scale][:, None]
    rows = jnp.arange(len(rating))
    low, high = edge[rows, rating][:, None], edge[rows, rating + 1][:, None]
    first, last = jnp.isneginf(low), jnp.isposinf(high)
    # an infinite edge is put out of the way, for the derivative of what is not used must be finite
    above = (told - jnp.where(first, 0.0, low)) / noise
    below = (told - jnp.where(last, 0.0, high)) / noise
    width = jnp.where(first | last, 1.0, above - below)
    between = jnp.where(first | last, 0.0, jnp.log(-jnp.expm1(-width)))
    return (
        jnp.where(first, 0.0, jax.nn.log_sigmoid(above))
        + jnp.where(last, 0.0, jax.nn.log_sigmoid(-below))
        + between
    )


def by_person(
    ratings: Ratings, log_odds: Float[Values, " rows"], how: Reporting, at: Nodes, *, leaving: bool = True
) -> Float[Values, "people nodes"]:
    """Log likelihood of everything that is known of each person, at each node."""
    felt = severity(ratings, log_odds, how, at)
    told = felt + how.tendency[ratings.scale][:, None] * at.tendency
    rows = log_probability(jnp.asarray(ratings.rating), told, ratings.scale, how)
    if leaving:
        level, by_tendency, by_severity = (how.leaving[ratings.trial, i][:, None] for i in range(3))
        odds = level + by_tendency * at.tendency + by_severity * felt
        goes = jnp.where(ratings.is_last[:, None] > 0, jax.nn.log_sigmoid(odds), jax.nn.log_sigmoid(-odds))
        rows = rows + jnp.where(ratings.trial[:, None] >= 0, goes, 0.0)
    return jax.ops.segment_sum(rows, ratings.person, num_segments=ratings.people)


def log_likelihood(
    ratings: Ratings, log_odds: Float[Values, " rows"], how: Reporting, at: Nodes
) -> Float[Values, " people"]:
    """Of each person, over all that differs between people."""
    total: Float[Values, " people"] = jax.nn.logsumexp(
        by_person(ratings, log_odds, how, at) + at.log_weight, axis=1
    )
    return total


def simulated(
    ratings: Ratings, log_odds: Float[NDArray[np.float64], " rows"], how: Reporting, seed: int
) -> Ratings:
    """The same people on the same days, rated anew; who leaves when is as it was."""
    draw = np.random.default_rng(seed)
    tendency = draw.standard_normal(ratings.people)[ratings.person]
    personal = draw.standard_normal((ratings.people, len(how.person)))[ratings.person]
    felt = log_odds + (ratings.personal * personal) @ np.asarray(how.person)
    felt = np.logaddexp(felt, np.asarray(how.background)[ratings.scale])
    told = felt + np.asarray(how.tendency)[ratings.scale] * tendency
    told = told + np.asarray(how.noise)[ratings.scale] * draw.logistic(size=len(told))
    rating = (told[:, None] > np.asarray(how.cuts)[ratings.scale]).sum(axis=1)
    return ratings._replace(rating=rating)
