import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from ebbtide.learning.likelihood import Expected, instruments, shown, t_below, working
from ebbtide.learning.readings import Noise, Reading

DEGREES = 4.0


def reading(low: float, high: float, **more: object) -> Reading:
    raw = {
        "place": 0, "seen_h": 1.0, "time_h": 1.0, "title": "x", "quantity": "x", "parts": (("x", 1.0),),
        "noise": (Noise("n"),), "low": low, "high": high, "unit": "points", "domain": "x",
    }  # fmt: skip
    return Reading(**(raw | more))  # type: ignore[arg-type]


@given(st.floats(-1e6, 1e6))
def test_the_closed_form_is_the_distribution_function(x: float) -> None:
    assert t_below(DEGREES, np.array([x]))[0] == pytest.approx(student.cdf(x, DEGREES), rel=1e-9)


@given(st.floats(-10, 60), st.floats(0.1, 10))
def test_the_scores_of_a_scale_share_all_probability(centre: float, size: float) -> None:
    scores = [reading(s - 0.5, s + 0.5, floor=0.0, ceiling=48.0) for s in range(49)]
    expected = Expected(np.full((49, 1), centre), np.full((49, 1), size))
    likelihood = instruments(scores, DEGREES).log_likelihood(expected)
    assert np.exp(likelihood).sum() == pytest.approx(1.0, rel=1e-6)


def test_a_level_has_the_density_of_noise_that_is_a_share_of_it() -> None:
    level = reading(120.0, 120.0, relative=True, limit=0.3)
    expected = Expected(np.array([[working(level, 100.0)]]), np.array([[0.15]]))
    scale = 0.15 / np.sqrt(2.0)
    expected_density = student.logpdf((np.log(120.3) - np.log(100.3)) / scale, DEGREES) - np.log(scale)
    assert instruments([level], DEGREES).log_likelihood(expected)[0, 0] == pytest.approx(expected_density)
    assert shown(level, working(level, 7.0)) == pytest.approx(7.0)


def test_one_odd_value_moves_little() -> None:
    """With normal noise twenty standard deviations would outweigh ten good readings."""
    seen = instruments([reading(10.0, 10.0)] * 10 + [reading(30.0, 30.0)], DEGREES)
    centres = np.linspace(5.0, 35.0, 301)
    expected = Expected(np.tile(centres, (11, 1)), np.ones((11, 301)))
    assert centres[np.argmax(seen.log_likelihood(expected).sum(axis=0))] == pytest.approx(10.0, abs=0.15)


def test_quantiles_are_those_of_the_mixture_of_twins() -> None:
    seen = instruments([reading(0.0, 0.0)], DEGREES)
    expected = Expected(np.array([[0.0, 10.0]]), np.array([[1.0, 2.0]]))
    weight = np.array([0.7, 0.3])
    quantiles = seen.quantiles(expected, weight, (0.05, 0.5, 0.95))[0]
    scale = np.array([1.0, 2.0]) / np.sqrt(2.0)
    for level, q in zip((0.05, 0.5, 0.95), quantiles, strict=True):
        assert weight @ student.cdf((q - expected.centre[0]) / scale, DEGREES) == pytest.approx(level)
