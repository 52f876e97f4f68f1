"""Linear kinetics in the coordinates of its eigenmodes, where propagation over any time is exact.

The rate matrices of :mod:`ebbtide.physiology.disposition` are diagonalised once for each person.
A mode then decays by ``exp(-rate * h)`` whatever the step ``h``: concentrations carry no
integration error and fast compounds (naloxone, fentanyl) never force a small step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ebbtide.library import Library
from ebbtide.physiology.disposition import SUPPORT, Family, rate_matrix

Array = NDArray[np.float64]
TOO_CLOSE = "kinetic rates of a person nearly coincide: the modes cannot be told apart"


class Modes(NamedTuple):
    """Eigenmodes of all families together; people on the last axis."""

    rate: Array
    """Decay rate of each mode, per hour, shape ``(modes, people)``."""
    plasma: Array
    """Plasma concentrations (nM) from modes, shape ``(compounds, modes, people)``."""
    effect: Array
    """Effect-site concentrations (nM) of the ligands from modes, shape ``(ligands, modes, people)``."""


class Decomposition(NamedTuple):
    """Modes, and what is needed to go between them and compartments."""

    modes: Modes
    states: tuple[tuple[str, str], ...]
    """``(compound, role)`` of each compartment, family after family."""
    to_states: Array
    """Compartments from modes, shape ``(states, modes, people)``."""
    to_modes: Array
    """Modes from compartments, shape ``(modes, states, people)``."""
    matrices: tuple[Array, ...]
    """Rate matrix of each family, shape ``(people, states, states)``."""


def decompose(
    library: Library,
    families: Sequence[Family],
    numbers: Mapping[str, Array],
    compounds: Sequence[str],
    ligands: Sequence[str],
) -> Decomposition:
    """Diagonalise the kinetics of every person.

    Raises
    ------
    FloatingPointError
        When two rates of a person coincide so closely that the modes cannot be told apart.
    """
    people = len(next(iter(numbers.values())))
    states = tuple(state for family in families for state in family.states)
    size = len(states)
    rate = np.zeros((size, people))
    to_states = np.zeros((size, size, people))
    to_modes = np.zeros((size, size, people))
    matrices = []
    start = 0
    for family in families:
        matrix = rate_matrix(library, family, numbers)
        matrices.append(matrix)
        values, vectors, inverse = _real_modes(matrix)
        block = slice(start, start + len(family.states))
        rate[block] = -values.T
        to_states[block, block] = np.moveaxis(vectors, 0, -1)
        to_modes[block, block] = np.moveaxis(inverse, 0, -1)
        start = block.stop
    rate[np.abs(rate) < 1e-12] = 0.0
    return Decomposition(
        modes=Modes(
            rate=rate,
            plasma=_rows(states, to_states, numbers, compounds, at_effect_site=False),
            effect=_rows(states, to_states, numbers, ligands, at_effect_site=True),
        ),
        states=states,
        to_states=to_states,
        to_modes=to_modes,
        matrices=tuple(matrices),
    )


def _real_modes(matrix: Array) -> tuple[Array, Array, Array]:
    values, vectors = np.linalg.eig(matrix)
    if np.iscomplexobj(values):
        if np.abs(values.imag).max() > 1e-9 * np.abs(values.real).max():
            raise FloatingPointError(TOO_CLOSE)
        values, vectors = values.real, vectors.real
    try:
        inverse = np.linalg.inv(vectors)
    except np.linalg.LinAlgError:
        raise FloatingPointError(TOO_CLOSE) from None
    # by the norm of Frobenius: cheaper than singular values, and never smaller
    if (np.linalg.norm(vectors, axis=(1, 2)) * np.linalg.norm(inverse, axis=(1, 2))).max() > 1e10:
        raise FloatingPointError(TOO_CLOSE)
    return values, vectors, inverse


def _rows(
    states: Sequence[tuple[str, str]],
    to_states: Array,
    numbers: Mapping[str, Array],
    compounds: Sequence[str],
    *,
    at_effect_site: bool,
) -> Array:
    rows = [np.zeros((0, *to_states.shape[1:]))]
    for name in compounds:
        if at_effect_site and (name, SUPPORT) in states:
            rows.append(to_states[states.index((name, SUPPORT))][None])
        elif at_effect_site and (name, "effect") in states:
            rows.append(to_states[states.index((name, "effect"))][None])
        else:
            volume = numbers[f"{name}.disposition.volume"]
            rows.append(to_states[states.index((name, "central"))][None] / volume)
    return np.concatenate(rows)
