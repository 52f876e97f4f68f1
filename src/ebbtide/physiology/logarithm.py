r"""Logarithms and what is made of them, of many numbers at a time, in single and double precision.

Compilers for CPUs call a library for one double after the other, and for powers and :math:`\ln(1 + x)` in
single precision too. Here all is sums and products. In double precision logarithms are those of the series of
the inverse hyperbolic tangent (as in fdlibm's ``e_log``); in single precision a polynomial through
Chebyshev's points does for the mantissa, without the division that takes as long as ten products.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from numpy.polynomial import Chebyshev, Polynomial

from .arrays import Values


class Format(NamedTuple):
    """How numbers of a precision are kept, and what their logarithm takes."""

    bits: type[np.signedinteger[Any]]
    mantissa: int
    root_of_half: int
    """The bits of the square root of 1/2."""
    terms_of_one_plus: int
    """Of its series; the first one left out is below a rounding."""


FORMATS = {4: Format(np.int32, 23, 0x3F3504F3, 7), 8: Format(np.int64, 52, 0x3FE6A09E667F3BCD, 16)}
"""By the bytes of a number."""
TERMS_OF_DOUBLES = 11
"""The same for the mantissa in double precision."""
LN_2 = float(np.log(2))
LN_2_HEAD = float(np.float32(LN_2))
"""The first digits of ln 2: in double precision so few that a product with any exponent is exact."""
LN_2_REST = LN_2 - LN_2_HEAD
TO_INTEGER = float(3 << FORMATS[4].mantissa - 1)
"""An integer of single precision to which this is added has its bits, those of an integer, at the end."""


def _fitted(function: Callable[[Any], Any], start: float, end: float, degree: int) -> tuple[float, ...]:
    """Coefficients, lowest first, of the polynomial that is ``function`` at Chebyshev's points."""
    fitted = Chebyshev.interpolate(function, degree, domain=(start, end))
    return tuple(fitted.convert(kind=Polynomial).coef.tolist())


OF_MANTISSA = _fitted(lambda t: np.log1p(t) / t, np.sqrt(0.5) - 1.0, np.sqrt(2.0) - 1.0, 9)
"""The logarithm of 1 + t over t."""
OF_POWER = _fitted(np.exp2, -0.5, 0.5, 6)


@jax.custom_jvp
def natural_log(x: Float[Values, "*shape"]) -> Float[Values, "*shape"]:
    r"""Logarithm of positive normal numbers to all digits.

    Exponent and mantissa :math:`m` are taken apart; in double precision
    :math:`\ln m = 2\, artanh\frac{m - 1}{m + 1}`, in single a polynomial.
    """
    return log_by_series(x)


natural_log.defjvps(lambda change, _, x: change / x)


@jax.jit
def log_by_series(x: Float[Values, "*shape"]) -> Float[Values, "*shape"]:
    """The same, which a compiler sees as one operation with this name."""
    own = FORMATS[x.dtype.itemsize]
    bits = jax.lax.bitcast_convert_type(x, own.bits)
    # so that the mantissa lies between the roots of 1/2 and 2
    power = (bits - own.bits(own.root_of_half)) >> own.mantissa
    mantissa = jax.lax.bitcast_convert_type(bits - (power << own.mantissa), x.dtype)
    exponent = power.astype(x.dtype)
    if own.bits is np.int32:
        t = mantissa - 1.0
        return exponent * LN_2_HEAD + (t * _polynomial(t, OF_MANTISSA) + exponent * LN_2_REST)
    t = (mantissa - 1.0) / (mantissa + 1.0)
    small = 2.0 * t * _series(t * t, TERMS_OF_DOUBLES) + exponent * LN_2_REST
    return exponent * LN_2_HEAD + (2.0 * t + small)


def _polynomial(x: Float[Values, "*shape"], coefficients: tuple[float, ...]) -> Float[Values, "*shape"]:
    """By Horner's rule."""
    total = jnp.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = total * x + coefficient
    return total


def _series(square: Float[Values, "*shape"], terms: int) -> Float[Values, "*shape"]:
    """What the inverse hyperbolic tangent adds to its argument, as a share of that; by Horner's rule."""
    total = jnp.full_like(square, 1.0 / (2 * terms + 1))
    for k in range(terms - 1, 0, -1):
        total = total * square + 1.0 / (2 * k + 1)
    return square * total


@jax.jit
def power(base: Float[Values, "*shape"], exponent: Float[Values, "*shape"]) -> Float[Values, "*shape"]:
    """Positive powers of numbers that are not negative, to some digits less than all."""
    smallest = jnp.finfo(base.dtype).tiny  # type: ignore[no-untyped-call]
    # below the root of the smallest number it is nothing, and subnormal numbers are slow
    log = exponent * natural_log(jnp.maximum(base, smallest))
    return jnp.where(base > 0.0, jnp.exp(jnp.maximum(log, np.log(smallest) / 2)), 0.0)


@jax.jit
def softplus(x: Float[Values, "*shape"]) -> Float[Values, "*shape"]:
    r"""The smooth positive part :math:`\ln(1 + e^x)` to all digits."""
    t = jnp.exp(-jnp.abs(x))
    s = t / (2.0 + t)
    terms = FORMATS[s.dtype.itemsize].terms_of_one_plus
    return jnp.maximum(x, 0.0) + 2.0 * s * (1.0 + _series(s * s, terms))


@jax.custom_jvp
def logistic(x: Float[Values, "*shape"]) -> Float[Values, "*shape"]:
    r""":math:`1 / (1 + e^{-x})`; where it is below the root of the smallest number, that.

    To all digits in double precision; in single to six, and to five where it is hardly more than nothing.
    """
    return logistic_by_power(x)


@logistic.defjvp
def _logistic_change(primals: tuple[Values], tangents: tuple[Values]) -> tuple[Values, Values]:
    share = logistic(*primals)
    return share, tangents[0] * (share * (1.0 - share))


@jax.jit
def logistic_by_power(x: Float[Values, "*shape"]) -> Float[Values, "*shape"]:
    """The same, which a compiler sees as one operation with this name."""
    # subnormal numbers are slow
    least = np.log(jnp.finfo(x.dtype).tiny) / 2  # type: ignore[no-untyped-call]
    if x.dtype.itemsize == 8:
        return jax.nn.sigmoid(jnp.maximum(x, least))
    exponent = jnp.clip(x * (-1.0 / LN_2), 2.0 * least, -least / LN_2)
    own, whole = FORMATS[4], jax.lax.round(exponent, jax.lax.RoundingMethod.TO_NEAREST_EVEN)
    bits = jax.lax.bitcast_convert_type(_polynomial(exponent - whole, OF_POWER), own.bits)
    # a conversion to integers would look for those that are too large
    more = jax.lax.bitcast_convert_type(whole + TO_INTEGER, own.bits) << own.mantissa
    return 1.0 / (1.0 + jax.lax.bitcast_convert_type(bits + more, x.dtype))
