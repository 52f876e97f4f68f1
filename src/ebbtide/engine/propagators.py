r"""Propagators of many linear systems :math:`\dot a = K a + r` over many times, in one go.

:math:`e^{K t}` and :math:`\int_0^t e^{K s} ds` by a Taylor series over a short time, which is then doubled.
Doubling works with what is not negative, so small entries keep their digits, and rates that coincide do no
harm. SciPy's exponential takes one matrix at a time, and a millisecond for each on a busy machine.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SHORT = 0.25
"""Norm of the matrix times the short time."""
TERMS = 12
"""The first term left out is below 1e-17 of the first."""


def propagators(matrices: Array, times: Array) -> tuple[Array, Array]:
    """What states become after ``times``, and what units of constant input become.

    Parameters
    ----------
    matrices
        Rate matrices with no negative entry off the diagonal, shape ``(systems, size, size)``.
    times
        Not negative, shape ``(systems,)``.

    Returns
    -------
    tuple
        Two arrays of shape ``(systems, size, size)``.
    """
    norms = np.abs(matrices).sum(axis=-1).max(axis=-1) * times
    doublings = np.ceil(np.log2(np.maximum(norms / SHORT, 1.0))).astype(int)
    short = (times / 2.0**doublings)[:, None, None]
    power = matrices * short
    one = np.eye(matrices.shape[-1])
    series = np.broadcast_to(one / math.factorial(TERMS + 1), power.shape)
    for k in range(TERMS, 0, -1):
        series = power @ series + one / math.factorial(k)
    kept, gained = one + power @ series, series * short
    for done in range(doublings.max(initial=0)):
        more = doublings > done
        gained[more] += kept[more] @ gained[more]
        kept[more] = kept[more] @ kept[more]
    return kept, gained
