import numpy as np
import pytest

from ebbtide.validation.across import across, band_of_groups, percent_of_groups, quantile

VALUES, ONES = np.array([1.0, 2.0, 4.0, 8.0]), np.ones(4)


def test_across() -> None:
    assert across(VALUES, ONES, "mean") == 3.75
    assert across(VALUES, ONES, "median") == 3.0
    assert across(VALUES, ONES, "geometric_mean") == pytest.approx(2 * np.sqrt(2))


def test_weights_count() -> None:
    assert across(VALUES, np.array([1.0, 0, 0, 1]), "mean") == 4.5
    assert across(VALUES, np.array([3.0, 0, 0, 1]), "mean") == 2.75


def test_who_has_no_number_is_left_out() -> None:
    assert across(np.array([np.nan, 2.0, np.inf]), np.ones(3), "mean") == 2.0
    assert np.isnan(across(np.array([np.nan]), np.ones(1), "mean"))
    assert np.isnan(across(np.array([0.0, 1.0]), np.ones(2), "geometric_mean"))


def test_quantile_of_equal_weights() -> None:
    many = np.arange(1001.0)
    assert quantile(many, np.ones(1001), 0.05) == pytest.approx(50, abs=1)


def test_band_narrows_with_the_size_of_the_group() -> None:
    people = np.random.default_rng(1).normal(10, 2, 500)
    one, many = (band_of_groups(people, np.ones(500), "mean", n, 90) for n in (1, 25))
    assert one[1] - one[0] == pytest.approx(2 * 1.645 * 2, rel=0.15)
    assert many[1] - many[0] == pytest.approx(2 * 1.645 * 2 / 5, rel=0.15)


def test_percentages_of_groups_spread_as_a_binomial() -> None:
    # of many people half: a group of 20 shows 6 to 14 of them in nine cases of ten (binomial table)
    assert percent_of_groups(50.0, np.ones(100_000), 20) == (30.0, 70.0)


def test_nobody_among_few_does_not_mean_nobody() -> None:
    # Jeffreys' interval of 0 of 171: up to 1.1 % (one-sided 95 %)
    low, high = percent_of_groups(0.0, np.ones(171), 100_000)
    assert low == pytest.approx(0, abs=0.01)
    assert high == pytest.approx(1.12, abs=0.02)
    weighted = percent_of_groups(0.0, np.repeat([1.0, 0.0], 171), 100_000)
    assert weighted == (low, high)
