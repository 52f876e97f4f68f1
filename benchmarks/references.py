"""Exact courses of the first people of a workload, kept on disk: the reference solver takes its time."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .adapter import Group, reference, share_of_range
from .export.c import write_c
from .export.equations import Equations

Array = NDArray[np.float64]


def references(group: Group, equations: Equations, people: int, folder: Path) -> Array:
    """The workload's quantities of the first ``people``, shape ``(rows, quantities, people)``."""
    digest = hashlib.sha256(write_c(equations).encode())
    for values in (equations.values, equations.jumps, equations.times_h, np.array(equations.doses)):
        digest.update(np.ascontiguousarray(values[..., :people]).tobytes())
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"reference-{digest.hexdigest()[:16]}.npy"
    if not kept.exists():
        np.save(kept, np.stack([reference(group, i) for i in range(people)], axis=-1))
    return np.asarray(np.load(kept))


def largest_error(rows: Array, exact: Array, group: Group) -> tuple[float, str]:
    """The largest error of any quantity and person as a share of that person's range, and the quantity."""
    names = group.workload.quantities
    errors = np.max(
        [share_of_range(rows[..., i], exact[..., i], names) for i in range(exact.shape[-1])], axis=0
    )
    worst = int(np.argmax(errors))
    return float(errors[worst]), names[worst]
