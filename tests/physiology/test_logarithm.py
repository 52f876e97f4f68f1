import jax
import jax.numpy as jnp
import numpy as np
import pytest

import ebbtide.engine.integrate  # noqa: F401  (double precision)
from ebbtide.physiology.logarithm import natural_log

NEAR_ONE = 1.0 + np.linspace(-0.4, 0.6, 2001)
ALL_SIZES = np.geomspace(np.finfo(float).tiny, 1e300, 5003)


@pytest.mark.parametrize("x", [NEAR_ONE, ALL_SIZES], ids=["near one", "all sizes"])
def test_it_has_all_digits_of_the_logarithm(x: np.ndarray) -> None:
    np.testing.assert_allclose(
        np.asarray(jax.jit(natural_log)(jnp.asarray(x))), np.log(x), rtol=5e-16, atol=0
    )


def test_single_precision_stays_single() -> None:
    got = natural_log(jnp.asarray([0.5, 3.0], dtype=np.float32))
    assert got.dtype == np.float32
    np.testing.assert_allclose(np.asarray(got), np.log([0.5, 3.0]), rtol=1e-6)


def test_its_slope_is_one_over_x() -> None:
    x = jnp.asarray([1e-12, 0.7, 1.0, 40.0])
    np.testing.assert_allclose(
        np.asarray(jax.vmap(jax.grad(natural_log))(x)), 1.0 / np.asarray(x), rtol=1e-15
    )
