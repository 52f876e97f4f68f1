import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ebbtide.engine.integrate  # noqa: F401  (double precision)
from ebbtide.physiology.logarithm import logistic, natural_log, power, softplus

NEAR_ONE = 1.0 + np.linspace(-0.4, 0.6, 2001)
ALL_SIZES = np.geomspace(np.finfo(float).tiny, 1e300, 5003)


@pytest.mark.parametrize("x", [NEAR_ONE, ALL_SIZES], ids=["near one", "all sizes"])
def test_it_has_all_digits_of_the_logarithm(x: np.ndarray) -> None:
    np.testing.assert_allclose(
        np.asarray(jax.jit(natural_log)(jnp.asarray(x))), np.log(x), rtol=5e-16, atol=0
    )


@pytest.mark.parametrize("x", [NEAR_ONE, np.geomspace(2e-38, 3e38, 5003)], ids=["near one", "all sizes"])
def test_single_precision_has_its_digits_and_stays_single(x: np.ndarray) -> None:
    single = x.astype(np.float32)
    got = np.asarray(jax.jit(natural_log)(jnp.asarray(single)))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, np.log(single.astype(float)), rtol=4e-7, atol=0)


def test_its_slope_is_one_over_x() -> None:
    x = jnp.asarray([1e-12, 0.7, 1.0, 40.0])
    np.testing.assert_allclose(
        np.asarray(jax.vmap(jax.grad(natural_log))(x)), 1.0 / np.asarray(x), rtol=1e-15
    )


@pytest.mark.parametrize(("kind", "digits"), [(np.float64, 1e-15), (np.float32, 6e-7)])
def test_softplus_has_all_digits_on_both_sides(kind: type, digits: float) -> None:
    x = np.linspace(-60.0, 60.0, 2401).astype(kind)
    got = np.asarray(jax.jit(softplus)(jnp.asarray(x)))
    assert got.dtype == kind
    np.testing.assert_allclose(got, np.logaddexp(0.0, x.astype(float)), rtol=digits)


@pytest.mark.parametrize(("kind", "digits"), [(np.float64, 2e-14), (np.float32, 1e-5)])
def test_powers(kind: type, digits: float) -> None:
    base = np.concatenate([[0.0], np.geomspace(1e-6, 1e3, 400)]).astype(kind)
    for exponent in (0.4, 1.0, 2.7):
        got = np.asarray(jax.jit(power)(jnp.asarray(base), jnp.asarray(exponent, dtype=kind)))
        assert got.dtype == kind
        np.testing.assert_allclose(got, base.astype(float) ** kind(exponent), rtol=digits, atol=1e-18)
    slope = jax.vmap(jax.grad(lambda x: power(x, jnp.asarray(1.7))))(jnp.asarray([0.0, 0.3, 2.0]))
    np.testing.assert_allclose(np.asarray(slope), 1.7 * np.array([0.0, 0.3, 2.0]) ** 0.7, rtol=1e-13)


@pytest.mark.parametrize(("kind", "digits"), [(np.float64, 1e-15), (np.float32, 2e-6)])
def test_the_logistic_function_to_where_it_is_nothing(kind: type, digits: float) -> None:
    x = np.linspace(-120.0, 120.0, 4801).astype(kind)
    got = np.asarray(jax.jit(logistic)(jnp.asarray(x)))
    assert got.dtype == kind
    np.testing.assert_allclose(got, 0.5 * (1.0 + np.tanh(0.5 * x.astype(float))), rtol=digits, atol=2e-16)
    near = np.abs(x) < 40.0
    np.testing.assert_allclose(got[near], 1.0 / (1.0 + np.exp(-x[near].astype(float))), rtol=digits)
    assert np.isnan(logistic(jnp.asarray(np.nan, dtype=kind)))
    slope = jax.vmap(jax.grad(logistic))(jnp.asarray([-3.0, 0.0, 0.7]))
    np.testing.assert_allclose(np.asarray(slope), 0.25 / np.cosh([1.5, 0.0, 0.35]) ** 2, rtol=1e-14)
