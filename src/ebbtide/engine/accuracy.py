"""How far off the mesh is: the typical person run again with every step halved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .quantities import natural_scale

Array = NDArray[np.float64]
SMALLEST_SHARE = 0.05
"""A quantity that moves by less than this share of its scale is compared with that share of the scale."""
LEFT_OUT = 4.0 / 3.0
"""Error over what halving the steps changes: the finer run is off too. Halving takes three quarters of an
error of order two, and 15 of 16 parts of one of order four, which the steps only have once they are short
beside everything that happens.
"""
REFINEMENTS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)


@dataclass(frozen=True)
class MeshError:
    """The mesh that was chosen and the largest error it leaves, as a share of each quantity's range."""

    refinement: float
    error_of_range: float
    quantity: str
    tolerance: float


@dataclass(frozen=True)
class ReferenceCheck:
    """The typical person against the reference solver, over the first hours of the most demanding arm."""

    arm: str
    hours: float
    error_of_range: float
    quantity: str


def relative_error(rows: Array, better: Array, names: Sequence[str], course: Array | None = None) -> Array:
    """Largest difference of each quantity over its range; rows are the first axis of all.

    The range is that of ``course``, where ``rows`` are a part of it, else that of ``better``.
    """
    smallest = SMALLEST_SHARE * np.array([natural_scale(name) for name in names])
    span = np.maximum(np.ptp(better if course is None else course, axis=0), smallest)
    return np.asarray(np.abs(rows - better).max(axis=0) / span)


def choose_mesh(
    run: Callable[[float, bool], Sequence[Array]], names: Sequence[str], tolerance: float
) -> MeshError:
    """The coarsest mesh whose error, told from halving its steps, is within ``tolerance`` of each range.

    ``run`` takes a refinement, and whether it is the finer run to compare with (in full precision,
    so that rounding counts as error); it gives, for each arm, rows of shape ``(rows, quantities)``.

    Raises
    ------
    FloatingPointError
        When the finest mesh does not reach the tolerance either.
    """
    worst = 0
    errors = np.full(len(names), np.inf)
    for refinement in REFINEMENTS:
        coarse, fine = run(refinement, False), run(2 * refinement, True)
        pairs = zip(coarse, fine, strict=True)
        errors = LEFT_OUT * np.max([relative_error(a, b, names) for a, b in pairs], axis=0)
        worst = int(np.argmax(errors))
        if errors[worst] <= tolerance:
            return MeshError(refinement, float(errors[worst]), names[worst], tolerance)
    raise FloatingPointError(
        f"the mesh cannot reach {tolerance:g} of range: {names[worst]} is off by {errors[worst]:.2g}"
    )
