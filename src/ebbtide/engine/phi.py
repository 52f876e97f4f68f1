r"""The functions of exponential integrators, and the fourth-order scheme of Cox and Matthews (2002).

For :math:`\dot y = -k y + N(y, t)` the linear part is exact and unconditionally stable, with a rate of each
person's own; with :math:`k = 0` the scheme is classical RK4. Its coefficients are sums of the functions

.. math:: \varphi_1(x) = \frac{1 - e^{-x}}{x}, \quad \varphi_{k+1} = \frac{1/k! - \varphi_k}{x}

and below a small :math:`x`, where these cancel, by their series.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Float

from ebbtide.physiology.arrays import Values

SMALL = {8: 0.3, 4: 1.0}
"""By the bytes of a number: up to which x there is the series."""
TERMS = {8: 10, 4: 6}

Phi = Callable[[Any, int], list[Any]]
"""The first few of these functions at some numbers."""


class Coefficients(NamedTuple):
    """Of one step, each ``(modes, people)``."""

    whole: Any
    half: Any
    stage: Any
    first: Any
    middle: Any
    last: Any


def phi_functions(x: Float[Values, "*shape"], count: int = 3) -> list[Values]:
    """The first ``count`` functions at ``x``, 0 or more, in its precision."""
    small = x <= SMALL[x.dtype.itemsize]
    large = jnp.where(small, 1.0, x)
    inverse = 1.0 / large
    rising = [(1.0 - jnp.exp(-large)) * inverse]
    for k in range(1, count):
        rising.append((1.0 / math.factorial(k) - rising[-1]) * inverse)
    return [jnp.where(small, a, b) for a, b in zip(phi_of_small(x, count), rising, strict=True)]


def phi_of_small(x: Float[Values, "*shape"], count: int, terms: int | None = None) -> list[Values]:
    """The same by the series alone, with so many ``terms``, where no ``x`` is above what these reach."""
    # down from the last: what is a division by x on the way up is a product, in which nothing cancels
    falling = [_series(x, count, TERMS[x.dtype.itemsize] if terms is None else terms)]
    for k in range(count - 1, 0, -1):
        falling.append(1.0 / math.factorial(k) - x * falling[-1])
    return falling[::-1]


def mode_coefficients(step_h: Float[Values, ""], rate: Float[Values, "modes people"]) -> Coefficients:
    """Coefficients of shape ``(modes, people)`` for one step; rates are 0 or more."""
    x = step_h * rate
    half = jnp.exp(-0.5 * x)
    one, two, three = phi_functions(x)
    stage, _, _ = phi_functions(0.5 * x)
    # with z = -x: phi1(z) = one, phi2(z) = two, phi3(z) = three
    return Coefficients(
        whole=half * half,
        half=half,
        stage=0.5 * step_h * stage,
        first=step_h * (one - 3.0 * two + 4.0 * three),
        middle=step_h * (2.0 * two - 4.0 * three),
        last=step_h * (4.0 * three - two),
    )


def _series(x: Float[Values, "*shape"], order: int, terms: int) -> Float[Values, "*shape"]:
    """The sum over k of (-x)^k / (k + order)!, by Horner's rule."""
    total = jnp.full_like(x, 1.0 / math.factorial(terms + order))
    for k in range(terms - 1, -1, -1):
        total = 1.0 / math.factorial(k + order) - x * total
    return total
