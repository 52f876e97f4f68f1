import numpy as np
import pytest

from ebbtide.learning.walk import Normal, near_posterior, started, walk


def test_the_posterior_of_linear_readings_is_found_and_kept() -> None:
    generator = np.random.default_rng(1)
    slope, noise, observed = generator.standard_normal((3, 4)), 0.5, np.array([1.0, -2.0, 0.5, 0.0])
    precision = np.full(4, noise**-2)
    covariance = np.linalg.inv(np.eye(3) + (slope * precision) @ slope.T)
    mean = covariance @ (slope * precision) @ observed
    near = near_posterior(mean, slope, precision)
    assert near.root @ near.root.T == pytest.approx(covariance)

    def log_likelihood(place: np.ndarray) -> np.ndarray:
        return np.asarray(-0.5 * np.sum((slope.T @ place - observed[:, None]) ** 2, axis=0) / noise**2)

    # around another normal distribution, so that steps are refused: the posterior must be kept all the same
    wrong = Normal(mean + 0.3, near.root * 1.3)
    begin = started(generator.standard_normal((3, 4000)), wrong, log_likelihood)
    end, taken = walk(begin, wrong, log_likelihood, 0.6, 60, generator)
    assert 0.2 < taken < 0.95
    assert end.place.mean(axis=1) == pytest.approx(mean, abs=0.03)
    assert np.cov(end.place) == pytest.approx(covariance, abs=0.02)
    exact = started(near.placed(generator.standard_normal((3, 50))), near, log_likelihood)
    _, taken = walk(exact, near, log_likelihood, 0.9, 5, generator)
    assert taken == pytest.approx(1.0)
