import numpy as np
import pytest

from ebbtide.learning.informed import informed


def test_the_posterior_of_linear_readings_is_found_and_kept() -> None:
    generator = np.random.default_rng(1)
    slope, noise, observed = generator.standard_normal((4, 3)), 0.5, np.array([1.0, -2.0, 0.5])
    precision = np.full(3, noise**-2)
    covariance = np.linalg.inv(np.eye(4) + (slope * precision) @ slope.T)
    mean = covariance @ (slope * precision) @ observed
    space = informed(mean, np.arange(4), slope, precision)
    assert space.axes.shape == (4, 3)
    left = np.eye(4) - space.axes @ space.axes.T
    assert (space.axes * space.spread**2) @ space.axes.T + left == pytest.approx(covariance)

    def log_likelihood(place: np.ndarray) -> np.ndarray:
        return np.asarray(-0.5 * np.sum((slope.T @ place - observed[:, None]) ** 2, axis=0) / noise**2)

    # around another normal distribution, so that steps are refused: the posterior must be kept all the same
    wrong = informed(mean + 0.3, np.arange(4), slope * 0.8, precision)
    place, shares = generator.standard_normal((4, 4000)), []
    for number in range(80):
        ahead = wrong.step(place, 0.6, generator, inside=number % 2 == 0)
        gain = log_likelihood(ahead) + wrong.excess(ahead) - log_likelihood(place) - wrong.excess(place)
        accepted = np.log(generator.random(4000)) < gain
        place = np.where(accepted, ahead, place)
        shares.append(accepted.mean())
    assert 0.2 < np.mean(shares[::2]) < 0.95
    assert shares[1::2] == pytest.approx(np.ones(40))  # readings say nothing of what they leave open
    assert place.mean(axis=1) == pytest.approx(mean, abs=0.05)
    assert np.cov(place) == pytest.approx(covariance, abs=0.05)
