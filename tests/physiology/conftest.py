"""The typical person's numbers, and ligands made of round ones."""

from collections.abc import Mapping

import numpy as np
import pytest

from ebbtide.library import Library, load_library
from ebbtide.physiology.receptor import MuReceptor
from ebbtide.population import TYPICAL, draw_numbers


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def typical(library: Library) -> Mapping[str, np.ndarray]:
    return draw_numbers(library, library.compounds, 1, 1, TYPICAL)


def receptor_of(
    fast: list[tuple[float, float]], slow: list[tuple[float, float, float]] = (), reserve: float = 10.0
) -> MuReceptor:
    """Ligands as ``(constant, efficacy)`` and ``(constant, efficacy, rate)`` in one person."""
    columns = np.array(fast, dtype=float).reshape(-1, 2)
    slows = np.array(slow, dtype=float).reshape(-1, 3)
    return MuReceptor(
        fast_constant=columns[:, :1],
        fast_efficacy=columns[:, 1:],
        slow_constant=slows[:, :1],
        slow_efficacy=slows[:, 1:2],
        slow_rate=slows[:, 2:],
        reserve=np.array([reserve]),
    )
