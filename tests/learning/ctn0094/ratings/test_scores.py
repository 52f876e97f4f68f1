import numpy as np
import pytest

from ebbtide.learning.ctn0094.ratings.odds import fit_thresholds, from_cumulative, from_thresholds
from ebbtide.learning.ctn0094.ratings.scores import coverage, log_loss, over_people, ranked_probability


def test_ranked_probability_score_by_hand() -> None:
    probability = np.array([[0.5, 0.3, 0.2, 0.0], [0.0, 0.0, 0.0, 1.0]])
    # cumulative 0.5, 0.8, 1.0 against 0, 1, 1; and 0, 0, 0 against 0, 0, 0
    np.testing.assert_allclose(ranked_probability(probability, np.array([1, 3])), [0.29, 0.0], atol=1e-12)
    np.testing.assert_allclose(log_loss(probability, np.array([1, 3])), [-np.log(0.3), 0.0])


def test_right_forecasts_are_covered_as_often_as_their_band_says_and_wrong_ones_are_not() -> None:
    random = np.random.default_rng(3)
    probability = random.dirichlet([2.0, 1.0, 0.5, 0.2], 40_000)
    came = (random.random((40_000, 1)) > np.cumsum(probability, axis=1)[:, :3]).sum(axis=1)
    assert coverage(probability, came).mean() == pytest.approx(0.9, abs=0.005)
    sharpened = probability**3 / (probability**3).sum(axis=1, keepdims=True)
    assert coverage(sharpened, came).mean() < 0.8


def test_interval_over_people_is_that_of_their_means_when_each_has_one_row() -> None:
    values = np.random.default_rng(5).normal(2.0, 1.0, 400)
    found = over_people(values, np.arange(400), samples=4000)
    half = 1.96 * values.std() / 20.0
    assert found.high - found.value == pytest.approx(half, rel=0.1)
    assert found.value - found.low == pytest.approx(half, rel=0.1)
    clones = over_people(np.repeat(values, 5), np.repeat(np.arange(400), 5), samples=4000)
    assert clones.high - clones.low == pytest.approx(found.high - found.low, rel=0.1)


def test_thresholds_are_found_again() -> None:
    random = np.random.default_rng(2)
    tendency, cuts = random.normal(0, 1, 60_000), np.array([-0.5, 1.0, 2.5])
    probability = from_thresholds(cuts[None], tendency)
    ratings = (random.random((60_000, 1)) > np.cumsum(probability, axis=1)[:, :3]).sum(axis=1)
    np.testing.assert_allclose(fit_thresholds(tendency, ratings), cuts, atol=0.05)


def test_cumulative_values_that_fall_or_leave_the_unit_interval_are_mended() -> None:
    found = from_cumulative(np.array([[0.5, 0.4, 1.2], [-0.1, 0.2, 0.3]]))
    np.testing.assert_allclose(found, [[0.5, 0.0, 0.5, 0.0], [0.0, 0.2, 0.1, 0.7]], atol=1e-12)
