"""The natural logarithm of many numbers at a time, also in double precision."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from .arrays import Values

MANTISSA_BITS = 52
ROOT_OF_HALF = 0x3FE6A09E667F3BCD
"""The bits of the square root of 1/2."""
TERMS = 11
"""Of the series; the first one left out is below 1e-18."""
LN_2_HEAD = float(np.float32(np.log(2)))
"""The first digits of ln 2, so few that a product with any exponent is exact."""
LN_2_REST = float(np.log(2)) - LN_2_HEAD


@jax.custom_jvp
def natural_log(x: Float[Values, "*shape"]) -> Float[Values, "*shape"]:
    """Logarithm of positive normal numbers to all digits."""
    return log_of_doubles(x) if x.dtype == np.float64 else jnp.log(x)


natural_log.defjvps(lambda change, _, x: change / x)


@jax.jit
def log_of_doubles(x: Float[Values, "*shape"]) -> Float[Values, "*shape"]:
    r"""The same in double precision, where compilers for CPUs call a library for one number after the other.

    Exponent and mantissa :math:`m` taken apart, and :math:`\ln m = 2\, artanh\frac{m - 1}{m + 1}` by its
    series, are sums and products for many numbers at a time (as in fdlibm's ``e_log``).
    """
    bits = jax.lax.bitcast_convert_type(x, np.int64)
    # so that the mantissa lies between the roots of 1/2 and 2
    exponent = (bits - ROOT_OF_HALF) >> MANTISSA_BITS
    mantissa = jax.lax.bitcast_convert_type(bits - (exponent << MANTISSA_BITS), np.float64)
    t = (mantissa - 1.0) / (mantissa + 1.0)
    square = t * t
    series = jnp.full_like(t, 1.0 / (2 * TERMS + 1))
    for k in range(TERMS - 1, 0, -1):
        series = series * square + 1.0 / (2 * k + 1)
    small = 2.0 * t * square * series + exponent * LN_2_REST
    return exponent * LN_2_HEAD + (2.0 * t + small)
