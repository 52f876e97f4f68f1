import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.validation import nca

GRID = np.unique(np.concatenate([np.linspace(0, 4, 161), np.linspace(4, 120, 233)]))


def oral(time_h: np.ndarray, ka: float, k: float, dose: float = 1000.0, volume: float = 50.0) -> np.ndarray:
    return (dose / volume * ka / (ka - k) * (np.exp(-k * time_h) - np.exp(-ka * time_h)))[:, None]


@given(rate=st.floats(0.02, 1.5), start=st.floats(0.1, 1e4))
def test_one_exponential_has_its_closed_form(rate: float, start: float) -> None:
    time_h = np.linspace(0, 5 / rate, 60)
    curve = start * np.exp(-rate * time_h)[:, None]
    assert nca.half_life(time_h, curve) == pytest.approx(np.log(2) / rate, rel=1e-9)
    assert nca.area_to_infinity(time_h, curve) == pytest.approx(start / rate, rel=1e-9)
    assert nca.area(time_h, curve) == pytest.approx(start / rate * -np.expm1(-5.0), rel=1e-9)
    assert nca.apparent_clearance(np.array([100.0]), time_h, curve) == pytest.approx(
        100 * rate / start, rel=1e-9
    )
    assert nca.apparent_volume(np.array([100.0]), time_h, curve) == pytest.approx(100 / start, rel=1e-9)


@pytest.mark.parametrize(("ka", "k"), [(1.5, 0.1), (0.8, 0.05), (3.0, 0.3)])
def test_oral_curve(ka: float, k: float) -> None:
    curve = oral(GRID, ka, k)
    top = np.log(ka / k) / (ka - k)
    assert nca.peak_time(GRID, curve) == pytest.approx(top, abs=0.03)
    assert nca.peak(curve) == pytest.approx(oral(np.array([top]), ka, k)[0], rel=1e-3)
    assert nca.half_life(GRID, curve) == pytest.approx(np.log(2) / k, rel=0.01)
    assert nca.area_to_infinity(GRID, curve) == pytest.approx(1000 / (50 * k), rel=2e-3)


def test_two_exponentials_end_in_the_slow_one() -> None:
    curve = (10 * np.exp(-1.2 * GRID) + 2 * np.exp(-0.03 * GRID))[:, None]
    assert nca.half_life(GRID, curve) == pytest.approx(np.log(2) / 0.03, rel=0.01)
    assert nca.area_to_infinity(GRID, curve) == pytest.approx(10 / 1.2 + 2 / 0.03, rel=5e-3)


def test_points_under_one_percent_of_the_peak_are_not_seen() -> None:
    curve = (100 * np.exp(-1.0 * GRID) + 0.01 * np.exp(-0.01 * GRID))[:, None]
    assert nca.half_life(GRID, curve) == pytest.approx(np.log(2), rel=0.05)


def test_people_are_columns() -> None:
    both = np.hstack([oral(GRID, 1.5, 0.1), oral(GRID, 0.8, 0.05)])
    assert nca.half_life(GRID, both) == pytest.approx(np.log(2) / np.array([0.1, 0.05]), rel=0.01)
    assert nca.area(GRID, both).shape == (2,)


@pytest.mark.parametrize(
    "curve", [np.linspace(1, 2, 50), np.full(50, 1.0), np.zeros(50), np.r_[1.0, np.zeros(49)]]
)
def test_a_curve_without_a_terminal_fall_has_no_half_life(curve: np.ndarray) -> None:
    assert np.isnan(nca.half_life(np.arange(50.0), curve[:, None])).all()


def test_half_life_between_ends() -> None:
    curve = np.array([[8.0, 4.0], [9.0, 9.0], [2.0, 5.0]])
    result = nca.half_life_between(np.array([0.0, 1.0, 6.0]), curve)
    assert result[0] == pytest.approx(3.0)
    assert np.isnan(result[1])


def test_area_of_a_rise_is_linear_and_of_zero_is_zero() -> None:
    assert nca.area(np.array([0.0, 1.0, 3.0]), np.array([[0.0], [2.0], [4.0]])) == pytest.approx(7.0)
    assert nca.area(np.array([0.0, 5.0]), np.zeros((2, 1))) == 0.0
    assert nca.area(np.array([0.0, 2.0]), np.array([[3.0], [0.0]])) == pytest.approx(3.0)


def test_average_and_trough() -> None:
    time_h, curve = np.array([0.0, 2.0, 4.0]), np.array([[0.0], [2.0], [-2.0]])
    assert nca.average(time_h, curve) == pytest.approx(0.5)
    assert nca.trough(curve) == -2.0
