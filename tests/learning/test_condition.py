"""Conditioning against closed forms: a linear model with normal noise."""

import numpy as np
import pytest
from scipy.stats import norm

from ebbtide.learning.ensemble import effective
from ebbtide.learning.recovery import histogram

from .linear import Linear, followed, levels, log_evidence, posterior

COORDINATES, READINGS = 12, 15


def example(seed: int, noise: float) -> tuple[Linear, np.ndarray]:
    generator = np.random.default_rng(seed)
    model = Linear(generator.standard_normal((READINGS, COORDINATES)) / 2, noise)
    truth = generator.standard_normal(COORDINATES)
    return model, model.slope @ truth + noise * generator.standard_normal(READINGS)


@pytest.mark.parametrize("noise", [1.0, 0.15])
def test_mean_covariance_and_evidence_are_those_of_the_closed_form(noise: float) -> None:
    model, observed = example(1, noise)
    found = followed(model, observed, 1024, 2)
    mean, covariance = posterior(model, observed)
    spread = np.sqrt(np.diag(covariance))
    latent = found.state.latent
    assert np.abs((latent @ found.weight - mean) / spread).max() < 0.2
    assert np.cov(latent, aweights=found.weight).diagonal() == pytest.approx(np.diag(covariance), rel=0.25)
    # one estimate has a standard deviation of 0.3 with the less noise, so several are averaged
    others = [followed(model, observed, 1024, seed).log_evidence for seed in range(3, 10)]
    assert np.mean([found.log_evidence, *others]) == pytest.approx(log_evidence(model, observed), abs=0.4)


def test_each_reading_is_foretold_from_earlier_ones_alone() -> None:
    model, observed = example(3, 0.5)
    found = followed(model, observed, 2048, 4)
    for i, told in found.foretold.items():
        known = Linear(model.slope[:i], model.noise)
        mean, covariance = posterior(known, observed[:i])
        spread = np.sqrt(model.slope[i] @ covariance @ model.slope[i] + model.noise**2)
        centre = float(model.slope[i] @ mean)
        assert told.place == pytest.approx(norm.cdf(observed[i], centre, spread), abs=0.04)
        assert told.quantiles == pytest.approx(
            norm.ppf((0.05, 0.25, 0.5, 0.75, 0.95), centre, spread), abs=0.15 * spread
        )


def test_renewal_keeps_an_ensemble_alive_that_weights_alone_would_lose() -> None:
    model, observed = example(5, 0.05)
    found = followed(model, observed, 256, 6)
    weights_alone = levels(observed).log_likelihood(
        model.expect(np.random.default_rng(6).standard_normal((COORDINATES, 256)))
    )
    total = weights_alone.sum(axis=0)
    assert effective(np.exp(total - total.max())) < 2
    assert found.renewals
    assert effective(found.weight) > 128
    mean, covariance = posterior(model, observed)
    error = (found.state.latent @ found.weight - mean) / np.sqrt(np.diag(covariance))
    assert np.abs(error).max() < 0.5


def test_the_seed_decides() -> None:
    model, observed = example(7, 0.3)
    first, again, other = (followed(model, observed, 64, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.state.latent, again.state.latent)
    assert not np.array_equal(first.state.latent, other.state.latent)


def test_known_people_have_every_rank_equally_often() -> None:
    """Simulation-based calibration of the whole of conditioning, renewals and moves included."""
    ranks, people = [], 63
    for number in range(100):
        generator = np.random.default_rng([8, number])
        model = Linear(generator.standard_normal((8, 5)), 0.4)
        truth = generator.standard_normal(5)
        observed = model.slope @ truth + model.noise * generator.standard_normal(8)
        found = followed(model, observed, people, number)
        chosen = generator.choice(people, people, p=found.weight)
        ranks.append(int(np.sum(found.state.latent[0, chosen] < truth[0])))
    counts, chance = histogram(ranks, people, 8)
    assert chance > 0.001, counts
