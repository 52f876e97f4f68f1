"""How far off the mesh is, told from halving its steps, and a mesh that is fine where it must be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .quantities import natural_scale

Array = NDArray[np.float64]
SMALLEST_SHARE = 0.05
"""A quantity that moves by less than this share of its scale is compared with that share of the scale."""
LEFT_OUT = 4.0 / 3.0
"""Error over what halving the steps changes: the finer run is off too. Halving takes three quarters of an
error of order two, and 63 of 64 parts of one of order six, which the steps only have once they are short
beside everything that happens.
"""
ORDER = 3.0
"""By which steps are shortened after a try: between those two."""
COARSEST = 0.5
"""The fineness that is tried first."""
LEAST, MOST = 1.2, 3.0
"""How much shorter steps get from one try to the next."""
AIM = 0.5
"""Of the tolerance: what the next try is made for, as a try costs more than a few steps too many."""
TRIES = 12
FINEST = 24.0
LEFT_TO = 0.1
"""Share of a crowd whose error may be larger than the tolerance: that of people whose symptoms come and go
within minutes, for whom all would have to take shorter steps. How large it gets is told.
"""
BLAMED_H = 3.0
"""An error that arises so long after a dose may come from the steps after it."""


@dataclass(frozen=True)
class Fineness:
    """By what the steps of a mesh are divided: all of them, and besides those after doses of each kind."""

    refinement: float = 1.0
    finer: tuple[float, ...] = ()
    halved: bool = False
    """Whether each step of that is taken in two."""


@dataclass(frozen=True)
class MeshError:
    """The mesh that was chosen and the largest error it leaves, as a share of each quantity's range."""

    mesh: Fineness
    error_of_range: float
    quantity: str
    tolerance: float
    people: int
    """How many the error was told from."""
    largest: float
    """Of all of them; ``error_of_range`` is of all but the share :data:`LEFT_TO` of the people."""

    @property
    def refinement(self) -> float:
        """Of all steps."""
        return self.mesh.refinement


@dataclass(frozen=True)
class ReferenceCheck:
    """The typical person against the reference solver, over the first hours of the most demanding arm."""

    arm: str
    hours: float
    error_of_range: float
    quantity: str


@dataclass(frozen=True)
class Target:
    """What the mesh is chosen for: quantities, times of rows, and the doses of each arm with their kinds."""

    names: Sequence[str]
    times_h: Array
    arms: Sequence[Sequence[tuple[float, int]]]
    kinds: int
    used: Sequence[int] = ()
    """Kinds of the history: what is off before any dose comes from the steps after these."""


def relative_error(rows: Array, better: Array, names: Sequence[str], course: Array | None = None) -> Array:
    """Largest difference of each quantity over its range; rows are the first axis of all.

    The range is that of ``course``, where ``rows`` are a part of it, else that of ``better``.
    """
    return np.asarray(_errors(rows, better, names, course).max(axis=0))


def _errors(rows: Array, better: Array, names: Sequence[str], course: Array | None = None) -> Array:
    """The same of each row; people may be a last axis."""
    smallest = SMALLEST_SHARE * np.array([natural_scale(name) for name in names])
    smallest = smallest.reshape(-1, *[1] * (rows.ndim - 2))
    span = np.maximum(np.ptp(better if course is None else course, axis=0), smallest)
    return np.asarray(np.abs(rows - better) / span)


def choose_mesh(
    run: Callable[[Fineness, bool], Sequence[Array]],
    target: Target,
    tolerance: float,
    start: Fineness | None = None,
) -> MeshError:
    """A mesh whose error, told from halving its steps, is within ``tolerance`` of each range.

    In a pilot of ten or more people, that of all but a tenth of them.

    Steps get shorter after doses of the kinds after which too large an error arises, others stay: a fast
    compound does not make the steps after a slow one short.

    Parameters
    ----------
    run
        Takes a fineness, and whether it is the finer run to compare with; gives, for each arm, rows of
        shape ``(rows, quantities, people)``.
    start
        The first mesh to try.

    Raises
    ------
    FloatingPointError
        When the finest mesh does not reach the tolerance either.
    """
    now = start or Fineness(COARSEST, (1.0,) * target.kinds)
    told = MeshError(now, np.inf, "", tolerance, 0, np.inf)
    for tried in range(TRIES):
        fine = run(halved(now), True)
        errors = errors_told(run(now, False), fine, target.names)
        told = mesh_error(now, errors, target.names, tolerance)
        if told.error_of_range <= tolerance:
            return told
        held = held_to(errors)
        excess = [e[..., held].max(axis=(1, 2)) / tolerance for e in errors]
        now = _refined(now, target, excess, all_steps=tried >= TRIES // 2)
        if now.refinement * max(now.finer, default=1.0) > FINEST:
            break
    raise FloatingPointError(
        f"the mesh cannot reach {tolerance:g} of range: {told.quantity} is off by {told.error_of_range:.2g}"
    )


def errors_told(coarse: Sequence[Array], fine: Sequence[Array], names: Sequence[str]) -> list[Array]:
    """Of each arm the error, as a share of range, that ``fine`` tells ``coarse`` to have, shaped as rows."""
    return [LEFT_OUT * _errors(a, b, names) for a, b in zip(coarse, fine, strict=True)]


def mesh_error(mesh: Fineness, errors: Sequence[Array], names: Sequence[str], tolerance: float) -> MeshError:
    """The largest of the errors that :func:`errors_told` gives, and which quantity has it."""
    held = held_to(errors)
    by_quantity = np.max([e[..., held].max(axis=(0, 2)) for e in errors], axis=0)
    worst = int(np.argmax(by_quantity))
    largest = float(max(e.max() for e in errors))
    people = errors[0].shape[-1]
    return MeshError(mesh, float(by_quantity[worst]), names[worst], tolerance, people, largest)


def held_to(errors: Sequence[Array]) -> NDArray[np.intp]:
    """The people who are held to the tolerance: all but the share with the largest errors."""
    own = np.max([e.max(axis=(0, 1)) for e in errors], axis=0)
    return np.argsort(own, kind="stable")[: len(own) - int(LEFT_TO * len(own))]


def halved(mesh: Fineness) -> Fineness:
    """With every step half as long."""
    return replace(mesh, halved=True)


def _refined(mesh: Fineness, target: Target, excess: Sequence[Array], *, all_steps: bool) -> Fineness:
    """Finer after the doses that are to blame, the last before an error arises, at the start those of
    the history; ``excess`` is the error of each row over the tolerance. Where there are none, and with
    ``all_steps``, finer everywhere.
    """
    blame = np.zeros(target.kinds)
    for doses, rows in zip(target.arms, excess, strict=True):
        arisen = np.diff(rows, prepend=0.0) > 0.0
        for row in np.flatnonzero((rows > 1.0) & arisen):
            time = target.times_h[row]
            before = [(t, kind) for t, kind in doses if t < time]
            since = min(time - BLAMED_H, max((t for t, _ in before), default=time))
            used = target.used if time <= BLAMED_H else ()
            for kind in {kind for t, kind in before if t >= since} if before else used:
                blame[kind] = max(blame[kind], rows[row])
    everywhere = 0.0 if blame.any() and not all_steps else max(float(rows.max()) for rows in excess)
    finer = tuple(f * _factor(b) for f, b in zip(mesh.finer, blame.tolist(), strict=True))
    return Fineness(mesh.refinement * _factor(everywhere), finer)


def _factor(excess: float) -> float:
    return float(np.clip((excess / AIM) ** (1.0 / ORDER), LEAST, MOST)) if excess > 0.0 else 1.0
