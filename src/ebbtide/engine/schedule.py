"""A mesh as arrays for the compiled loop: pieces, padded so that few shapes are ever compiled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray

from ebbtide.physiology.arrays import Values

from .mesh import Mesh

NODE_BLOCK = 1024
ROW_BLOCK = 32
LENGTHS = (64, 256)
"""Different lengths of step that tables are padded to: few sizes, as each needs a program of its own."""


class Schedule(NamedTuple):
    """A piece of a mesh, padded."""

    lengths_h: Float[Values, " lengths"]
    """The different lengths of step; padding is 0."""
    length: Int[Values, " nodes"]
    """Which of them follows each node."""
    dose_kind: Int[Values, " nodes"]
    row_node: Int[Values, " rows"]
    """Node of each output row; then padding, at least one, points behind the last node."""
    rows: Int[Values, ""]
    """How many rows there are, without padding."""
    watch: Bool[Values, ""]
    """Whether the lowest ventilation at any node is looked for."""


def schedules(
    mesh: Mesh, boundaries_h: Sequence[float] = (), *, watch: bool = False
) -> list[tuple[Schedule, int]]:
    """The mesh in pieces between ``boundaries_h``, each with its number of output rows.

    All pieces have the same padded shape.
    """
    cuts = mesh.pieces(boundaries_h)
    steps = mesh.step_h.round(9)
    shared = _lengths([steps])
    if len(shared[0]) > LENGTHS[0]:  # each piece has tables of its own
        shared = _lengths([steps[cut] for cut in cuts])
    # the loop looks one node ahead, where nothing is given
    nodes = -(-(max(cut.stop - cut.start for cut in cuts) + 1) // NODE_BLOCK) * NODE_BLOCK
    most_rows = max(int(mesh.is_output[cut].sum()) for cut in cuts)
    rows = -(-(most_rows + 1) // ROW_BLOCK) * ROW_BLOCK
    result = []
    for index, cut in enumerate(cuts):
        count = cut.stop - cut.start
        own_rows = np.flatnonzero(mesh.is_output[cut])
        lengths = shared[min(index, len(shared) - 1)]
        plan = Schedule(
            lengths_h=lengths,
            length=_padded(np.searchsorted(-lengths, -steps[cut]).astype(np.int32), nodes, 0),
            dose_kind=_padded(mesh.dose_kind[cut], nodes, -1),
            row_node=_padded(own_rows.astype(np.int32), rows, count),
            rows=np.int32(len(own_rows)),
            watch=np.bool_(watch),
        )
        result.append((plan, len(own_rows)))
    return result


def _lengths(steps: Sequence[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """The different lengths of each piece, longest first, padded to the same number."""
    distinct = [np.unique(piece)[::-1] for piece in steps]
    most = max(map(len, distinct))
    size = next((size for size in LENGTHS if most <= size), most)
    return [_padded(piece, size, 0.0) for piece in distinct]


def _padded(values: NDArray[Any], length: int, filler: float) -> NDArray[Any]:
    spare = np.full((length - len(values), *values.shape[1:]), filler, dtype=values.dtype)
    return np.concatenate([values, spare])
