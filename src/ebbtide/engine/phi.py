r"""Coefficients of the exponential scheme for modes, whose rates differ between people.

The same scheme as :mod:`.exponential`, by the functions

.. math:: \varphi_1(x) = \frac{1 - e^{-x}}{x}, \quad \varphi_2 = \frac{1 - \varphi_1}{x}, \quad
    \varphi_3 = \frac{1/2 - \varphi_2}{x}

in double precision; below a small :math:`x`, where these cancel, by their series.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
from jaxtyping import Float

from ebbtide.physiology.arrays import Values

from .exponential import Coefficients

SMALL = 0.3
TERMS = 10


def mode_coefficients(step_h: Float[Values, ""], rate: Float[Values, "modes people"]) -> Coefficients:
    """Coefficients of shape ``(modes, people)`` for one step; rates are 0 or more."""
    x = step_h * rate
    half = jnp.exp(-0.5 * x)
    whole = half * half
    large = jnp.where(x > SMALL, x, 1.0)
    first_large = (1.0 - whole) / large
    second_large = (1.0 - first_large) / large
    third_large = (0.5 - second_large) / large
    one, two, three = (
        jnp.where(x > SMALL, wide, _series(x, order))
        for order, wide in ((1, first_large), (2, second_large), (3, third_large))
    )
    middle = 0.5 * x
    stage = jnp.where(
        middle > SMALL, (1.0 - half) / jnp.where(middle > SMALL, middle, 1.0), _series(middle, 1)
    )
    # with z = -x: phi1(z) = one, phi2(z) = two, phi3(z) = three
    return Coefficients(
        whole=whole,
        half=half,
        stage=0.5 * step_h * stage,
        first=step_h * (one - 3.0 * two + 4.0 * three),
        middle=step_h * (2.0 * two - 4.0 * three),
        last=step_h * (4.0 * three - two),
    )


def _series(x: Float[Values, "modes people"], order: int) -> Float[Values, "modes people"]:
    """The sum over k of (-x)^k / (k + order)!, by Horner's rule."""
    total = jnp.full_like(x, 1.0 / math.factorial(TERMS + order))
    for k in range(TERMS - 1, -1, -1):
        total = 1.0 / math.factorial(k + order) - x * total
    return total
