import numpy as np
import pytest

from ebbtide.engine.exponential import coefficients


def test_without_decay_the_scheme_is_classical_runge_kutta() -> None:
    h = np.array([0.3])
    c = coefficients(h, np.array([0.0]))
    expected = {"whole": 1.0, "half": 1.0, "stage": 0.15, "first": 0.05, "middle": 0.1, "last": 0.05}
    for name, value in expected.items():
        assert getattr(c, name)[0, 0] == pytest.approx(value, abs=1e-13), name


@pytest.mark.parametrize("rate", [1e-8, 1e-3, 0.5, 10.0, 500.0])
def test_a_constant_input_is_followed_exactly_however_stiff(rate: float) -> None:
    h, level, start = 0.5, 0.7, 0.1
    c = coefficients(np.array([h]), np.array([rate]))
    whole, first, middle, last = (float(getattr(c, n)[0, 0]) for n in ("whole", "first", "middle", "last"))
    reached = whole * start + (first + 2 * middle + last) * rate * level
    exact = level + (start - level) * np.exp(-rate * h)
    assert reached == pytest.approx(exact, rel=1e-11)
