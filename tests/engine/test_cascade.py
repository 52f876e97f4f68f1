"""The time of slow binders in a step of the cascade."""

import jax.numpy as jnp
import numpy as np

import ebbtide.engine.integrate  # noqa: F401  (double precision)
from ebbtide.engine.cascade import _through


def test_the_cubic_in_a_binders_own_time_goes_through_its_points() -> None:
    cubic = np.polynomial.Polynomial([0.2, 0.7, -1.1, 0.4])
    first, second = 0.4, 0.55
    later = jnp.asarray(cubic(np.array([first, second, 1.0])))
    got = _through(jnp.asarray(first), jnp.asarray(second), jnp.asarray(0.2), later)
    np.testing.assert_allclose(np.asarray(got), cubic.coef[1:], rtol=1e-12)
