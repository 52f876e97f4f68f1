import numpy as np
import pytest

from ebbtide.validation.across import across, band_of_groups, quantile

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
