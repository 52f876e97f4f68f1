r"""From courses to ratings 0-3: an ordinal likelihood with what differs between people integrated out.

With the log odds :math:`f` of a scale's points at a visit, those of people without withdrawal
:math:`\beta`, and a person's tendency :math:`t`, sensitivity and rate of adaptation :math:`s` (standard
normal),

.. math::
    \eta = \log(e^{f + J\,\mathrm{diag}(\sigma)\, s} + e^\beta) + \sigma_t t, \qquad
    P(y \ge k) = \frac{1}{1 + e^{-(\eta - c_k)/\nu}}

:math:`J` is the derivative of :math:`f` (:mod:`.slopes`), so that a person's sensitivity is followed to
first order. The integral is a Gauss-Hermite sum.

Two rules of the trials come on top (:mod:`.protocol`). On the day of the first dose of an agonist a share
:math:`w` of people had been made to wait until what they tell passed the first cut, so :math:`P(y)` of that
day is :math:`(1-w)P(y) + w P(y \mid y \ge 1)`. From the first depot of naltrexone on, those who got
through detoxification tell :math:`\eta + d`.

Who is rated no more is not left out: that a rating is
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
from scipy.special import expit, logit

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
    waited: Float[NDArray[np.float64], " rows"]
    """1 on the day of the first dose of an agonist."""
    induced: Float[NDArray[np.float64], " rows"]
    """1 from the first depot of an antagonist on."""
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


def telling(
    ratings: Ratings, felt: Float[Values, "rows nodes"], how: Reporting, at: Nodes
) -> Float[Values, "rows nodes"]:
    """What a person at each node tells of a severity."""
    more = how.tendency[ratings.scale][:, None] * at.tendency
    return felt + more + (how.induced * ratings.induced)[:, None]


def log_probability(
    rating: Int[Values, " rows"],
    told: Float[Values, "rows nodes"],
    scale: Int[NDArray[np.int64], " rows"],
    how: Reporting,
    waited: Float[NDArray[np.float64], " rows"],
) -> Float[Values, "rows nodes"]:
    """Of a rating, where a person would tell these log odds; ``waited`` as in :class:`Ratings`."""
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
    free = (
        jnp.where(first, 0.0, jax.nn.log_sigmoid(above))
        + jnp.where(last, 0.0, jax.nn.log_sigmoid(-below))
        + between
    )
    share = how.waited[scale][:, None]
    passed = jax.nn.log_sigmoid((told - how.cuts[scale, 0][:, None]) / noise)
    after_all = jnp.logaddexp(jax.nn.log_sigmoid(-share), jax.nn.log_sigmoid(share) - passed)
    held = jnp.where(first, jax.nn.log_sigmoid(-share), after_all)
    return free + waited[:, None] * held


def by_person(
    ratings: Ratings, log_odds: Float[Values, " rows"], how: Reporting, at: Nodes, *, leaving: bool = True
) -> Float[Values, "people nodes"]:
    """Log likelihood of everything that is known of each person, at each node."""
    felt = severity(ratings, log_odds, how, at)
    told = telling(ratings, felt, how, at)
    rows = log_probability(jnp.asarray(ratings.rating), told, ratings.scale, how, ratings.waited)
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
    told = told + float(how.induced) * ratings.induced
    cuts, noise = np.asarray(how.cuts)[ratings.scale], np.asarray(how.noise)[ratings.scale]
    # of a person who waited, the part of the spread that lies above the first cut
    held = draw.random(len(told)) * (1.0 + np.exp(-np.asarray(how.waited)[ratings.scale])) < ratings.waited
    lowest = np.where(held, expit((cuts[:, 0] - told) / noise), 0.0)
    told = told + noise * logit(lowest + (1.0 - lowest) * draw.random(len(told)))
    rating = (told[:, None] > cuts).sum(axis=1)
    return ratings._replace(rating=rating)
