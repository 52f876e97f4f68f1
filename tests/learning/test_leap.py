"""Leaps keep the posterior of the engine, whatever the surrogate says."""

from dataclasses import replace

import numpy as np
import pytest

from ebbtide.learning.known import Known
from ebbtide.learning.leap import KINDS, Reach, guide_of, leap
from ebbtide.learning.surrogate import PENALTY, Surrogate, fit_surrogate

from .linear import Array, Linear, levels, posterior

COORDINATES, READINGS, PEOPLE = 6, 4, 4000
ALL = np.ones(READINGS)


def example() -> tuple[Linear, Array]:
    generator = np.random.default_rng(11)
    slope = generator.standard_normal((READINGS, COORDINATES)) / 2
    slope[:, -1] = 0.0  # nothing that a surrogate could see
    model = Linear(slope, 0.5)
    return model, model.slope @ generator.standard_normal(COORDINATES)


def bent(surrogate: Surrogate, by: float) -> Surrogate:
    """Slopes too flat, a level that is off and curves where there are none."""
    wrong = surrogate.coefficients * (1.0 - by)
    wrong[:, len(surrogate.chosen) :] += 0.3 * by
    return replace(surrogate, coefficients=wrong, level=surrogate.level + 0.5 * by)


@pytest.mark.parametrize("by", [0.0, 0.5, 2.0])
def test_a_wrong_surrogate_leaves_the_posterior_right(by: float) -> None:
    """Twins drawn from the posterior stay so, also with slopes of the wrong sign."""
    model, observed = example()
    mean, covariance = posterior(model, observed)
    generator, seen = np.random.default_rng(12), levels(observed)
    known = Known(model)
    learned_from = known.run(generator.standard_normal((COORDINATES, PEOPLE)))
    guide = guide_of(known, learned_from, seen, ALL)
    guide = replace(guide, surrogate=bent(guide.surrogate, by))
    assert guide.surrogate.chosen.tolist() == list(range(COORDINATES - 1))
    state = known.run(generator.multivariate_normal(mean, covariance, PEOPLE).T)
    reach, shares = Reach(), []
    for number in range(5 * len(KINDS)):
        kind = KINDS[number % len(KINDS)]
        leapt = leap(state, known, seen, ALL, guide, reach, generator, kind)
        state, reach = leapt.state, leapt.reach
        shares += [] if kind.plain else [leapt.accepted]
    assert np.mean(shares) > 0.95 if by == 0.0 else np.mean(shares) < 0.4
    assert state.latent.mean(axis=1) == pytest.approx(mean, abs=0.05)
    assert np.cov(state.latent) == pytest.approx(covariance, abs=0.05)


def test_no_twin_is_judged_by_a_fit_to_its_own_run() -> None:
    """The fit without a run, in closed form, is ridge regression by least squares that never saw it."""
    generator = np.random.default_rng(13)
    latent = generator.standard_normal((COORDINATES, 60))
    surrogate = fit_surrogate(
        latent, np.sin(example()[0].slope @ latent), np.ones(READINGS), np.zeros(0, dtype=np.intp)
    )
    centre = np.sin(example()[0].slope @ latent)
    features, runs = surrogate.learned.features, np.arange(60) != 7
    count = len(features)
    rows = np.block(
        [[np.ones((59, 1)), features[:, runs].T], [np.zeros((count, 1)), np.sqrt(PENALTY) * np.eye(count)]]
    )
    targets = np.concatenate([centre[:, runs].T, np.zeros((count, READINGS))])
    never = np.linalg.lstsq(rows, targets, rcond=None)[0]
    assert surrogate.centre(latent[surrogate.chosen], surrogate.apart(np.full(60, 7))) == pytest.approx(
        never.T @ np.concatenate([np.ones((1, 60)), features])
    )
    assert np.array_equal(
        surrogate.centre(latent[surrogate.chosen], surrogate.apart(np.full(60, -1))),
        surrogate.centre(latent[surrogate.chosen]),
    )
