r"""Coefficients of the fourth-order exponential Runge-Kutta scheme of Cox and Matthews (2002).

For :math:`\dot y = -k y + N(y, t)` the linear part is exact and unconditionally stable; with
:math:`k = 0` the scheme is classical RK4. The coefficients are evaluated by a mean over a circle in the
complex plane (Kassam and Trefethen 2005), which has no cancellation at small :math:`k h`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
CIRCLE = np.exp(2j * np.pi * (np.arange(32) + 0.5) / 32)


class Coefficients(NamedTuple):
    """One row a step, one column a state."""

    whole: Any
    half: Any
    stage: Any
    first: Any
    middle: Any
    last: Any


class Stages(NamedTuple):
    """The scheme stage by stage: the first axis counts the four stages.

    A stage is taken at ``keep * y + first * f_0 + last * f_previous``, and adds ``weight * f`` to what
    becomes ``keep`` of the last stage times ``y``. As a loop the right-hand side is compiled once, not
    four times.
    """

    keep: Any
    first: Any
    last: Any
    weight: Any


def stages(c: Coefficients) -> Stages:
    """The stages of one step from its coefficients."""
    none = jnp.zeros_like(c.whole)
    return Stages(
        keep=jnp.stack([none + 1.0, c.half, c.half, c.whole]),
        first=jnp.stack([none, none, none, c.stage * (c.half - 1.0)]),
        last=jnp.stack([none, c.stage, c.stage, 2.0 * c.stage]),
        weight=jnp.stack([c.first, c.middle, c.middle, c.last]),
    )


def coefficients(step_h: Array, rate: Array) -> Coefficients:
    """Coefficients of shape ``(steps, states)`` for steps ``(steps,)`` and decay rates ``(states,)``."""
    distinct, where = np.unique(step_h.round(12), return_inverse=True)
    h = distinct[:, None]
    z = -h * rate
    points = z[..., None] + CIRCLE
    exponential = np.exp(points)

    def mean(values: NDArray[np.complex128]) -> Array:
        return np.asarray(h * values.mean(axis=-1).real)

    table = Coefficients(
        whole=np.exp(z),
        half=np.exp(z / 2),
        stage=mean((np.exp(points / 2) - 1) / points),
        first=mean((-4 - points + exponential * (4 - 3 * points + points**2)) / points**3),
        middle=mean(2 * (2 + points + exponential * (points - 2)) / points**3),
        last=mean((-4 - 3 * points - points**2 + exponential * (4 - points)) / points**3),
    )
    return Coefficients(*(part[where] for part in table))
