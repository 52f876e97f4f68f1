"""How far off the mesh is: the typical person run again with every step halved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SMALLEST_RANGE = 1e-6
"""A quantity that moves by less than this is compared in absolute terms."""
FINEST = 8.0


@dataclass(frozen=True)
class MeshError:
    """The mesh that was chosen and the largest error it leaves, as a share of each quantity's range."""

    refinement: float
    error_of_range: float
    quantity: str
    tolerance: float


def relative_error(rows: Array, better: Array) -> Array:
    """Largest difference of each quantity over its range, shape ``(quantities,)``; rows are the first axis."""
    span = np.maximum(np.ptp(better, axis=0), SMALLEST_RANGE)
    return np.asarray(np.abs(rows - better).max(axis=0) / span)


def choose_mesh(
    run: Callable[[float], Sequence[Array]], names: Sequence[str], tolerance: float
) -> MeshError:
    """The coarsest mesh of which halving changes no quantity by more than ``tolerance`` of its range.

    ``run`` takes a refinement and gives, for each arm, rows of shape ``(rows, quantities)``.

    Raises
    ------
    FloatingPointError
        When the finest mesh does not reach the tolerance either.
    """
    refinement = 1.0
    coarse = run(refinement)
    while True:
        fine = run(2 * refinement)
        errors = np.max([relative_error(a, b) for a, b in zip(coarse, fine, strict=True)], axis=0)
        worst = int(np.argmax(errors))
        if errors[worst] <= tolerance:
            return MeshError(refinement, float(errors[worst]), names[worst], tolerance)
        if 2 * refinement > FINEST:
            raise FloatingPointError(
                f"the mesh cannot reach {tolerance:g} of range: {names[worst]} is off by {errors[worst]:.2g}"
            )
        refinement, coarse = 2 * refinement, fine
