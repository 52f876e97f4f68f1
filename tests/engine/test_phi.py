import math

import jax.numpy as jnp
import numpy as np
import pytest

import ebbtide.engine.integrate  # noqa: F401  (double precision)
from ebbtide.engine.collocation import FEW, VERY_SMALL
from ebbtide.engine.phi import mode_coefficients, phi_functions, phi_of_small


def test_without_decay_the_scheme_is_classical_runge_kutta() -> None:
    c = mode_coefficients(jnp.asarray(0.3), jnp.zeros((1, 1)))
    expected = {"whole": 1.0, "half": 1.0, "stage": 0.15, "first": 0.05, "middle": 0.1, "last": 0.05}
    for name, value in expected.items():
        assert float(getattr(c, name)[0, 0]) == pytest.approx(value, abs=1e-13), name


@pytest.mark.parametrize("rate", [1e-8, 1e-3, 0.5, 10.0, 500.0])
def test_a_constant_input_is_followed_exactly_however_stiff(rate: float) -> None:
    h, level, start = 0.5, 0.7, 0.1
    c = mode_coefficients(jnp.asarray(h), jnp.full((1, 1), rate))
    whole, first, middle, last = (float(getattr(c, n)[0, 0]) for n in ("whole", "first", "middle", "last"))
    reached = whole * start + (first + 2 * middle + last) * rate * level
    exact = level + (start - level) * np.exp(-rate * h)
    assert reached == pytest.approx(exact, rel=1e-11)


@pytest.mark.parametrize(("kind", "digits"), [(np.float64, 1e-12), (np.float32, 3e-6)])
def test_the_functions_are_the_integrals_that_define_them(kind: type, digits: float) -> None:
    # phi_k(-x) is the integral of exp(-(1 - s) x) s^(k - 1) / (k - 1)! over s from 0 to 1
    s, weight = np.polynomial.legendre.leggauss(60)
    s, weight = 0.5 * (s + 1.0), 0.5 * weight
    x = np.geomspace(1e-6, 40.0, 60)
    at_x = jnp.asarray(x[:, None].astype(kind))
    for order, values in enumerate(phi_functions(at_x, 4)):
        power = s**order / math.factorial(order)
        exact = (np.exp(-np.outer(x, 1.0 - s)) * power * weight).sum(axis=1)
        np.testing.assert_allclose(np.asarray(values)[:, 0], exact, rtol=digits)


def test_few_terms_do_for_small_numbers() -> None:
    x = np.geomspace(1e-6, VERY_SMALL, 30)
    few = phi_of_small(jnp.asarray(x, dtype=jnp.float32), 4, FEW)
    for got, exact in zip(few, phi_functions(jnp.asarray(x), 4), strict=True):
        np.testing.assert_allclose(np.asarray(got), np.asarray(exact), rtol=3e-7)
