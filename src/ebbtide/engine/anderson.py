r"""Fixed points of many people at once by Anderson's acceleration (Walker and Ni 2011).

A map :math:`x \leftarrow G(x)` that contracts slowly is followed for each person by itself: the next point
is the mixture of the last images whose residuals :math:`G(x) - x` cancel best. Whoever gets further
away than ever begins again at their best point.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
MEMORY = 8
RIDGE = 1e-14
LOST = 1e4
"""A person whose residual is so many times the best one begins again there."""


def fixed_point(
    image: Callable[[Array], Array], start: Array, scale: Array, tolerance: float, most: int
) -> tuple[Array, Array]:
    """A point of each person that ``image`` leaves as it is.

    Parameters
    ----------
    image
        The map, on arrays ``(values, people)``.
    scale
        Size of each value; residuals are told in it.
    tolerance
        On the largest residual of a person.
    most
        Evaluations of ``image``.

    Returns
    -------
    The points ``(values, people)`` and the largest residual of each person.
    """
    now = start
    best, best_residual = start, np.full(start.shape[-1], np.inf)
    images: list[Array] = []
    residuals: list[Array] = []
    fresh = np.zeros(start.shape[-1], dtype=int)
    for _ in range(most):
        reached = image(now)
        residual = (reached - now) / scale
        size = np.abs(residual).max(axis=0)
        better = size < best_residual
        best = np.where(better, now, best)
        best_residual = np.minimum(size, best_residual)
        arrived = best_residual < tolerance
        if arrived.all():
            break
        images, residuals = [*images[-MEMORY:], reached], [*residuals[-MEMORY:], residual]
        fresh = np.where(size > LOST * best_residual, 0, fresh + 1)
        mixed = _mixed(images, residuals, fresh)
        # who got lost goes on from the best point, where its image is not at hand: from the point itself
        now = np.where(arrived | (fresh == 0), best, mixed)
    return best, best_residual


def _mixed(images: list[Array], residuals: list[Array], fresh: NDArray[np.int_]) -> Array:
    """The mixture of the last images of each person; only as many as are ``fresh``."""
    count = len(images) - 1
    if count == 0:
        return images[-1]
    # differences to the one before, newest first, shape (people, values, count)
    moved = np.stack([images[-k] - images[-k - 1] for k in range(1, count + 1)], axis=-1).swapaxes(0, 1)
    changed = np.stack([residuals[-k] - residuals[-k - 1] for k in range(1, count + 1)], axis=-1).swapaxes(
        0, 1
    )
    usable = np.arange(count) < (fresh - 1)[:, None]
    changed = changed * usable[:, None, :]
    normal = changed.swapaxes(1, 2) @ changed
    ridge = RIDGE * np.trace(normal, axis1=1, axis2=2)[:, None, None] + np.finfo(float).tiny
    unused = (~usable)[:, :, None] * np.eye(count)
    right = changed.swapaxes(1, 2) @ residuals[-1].T[:, :, None]
    weights = np.linalg.solve(normal + ridge * np.eye(count) + unused, right)[..., 0] * usable
    return np.asarray(images[-1] - np.einsum("pvc,pc->vp", moved, weights))
