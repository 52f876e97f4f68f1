"""The typical person's numbers, and ligands made of round ones."""

from collections.abc import Iterable, Mapping

import numpy as np
import pytest

from ebbtide.library import Library, load_library
from ebbtide.physiology import clearance, enzymes
from ebbtide.physiology.entry import Input
from ebbtide.physiology.receptor import MuReceptor
from ebbtide.population import TYPICAL, Spread, draw_numbers


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library()


@pytest.fixture(scope="session")
def typical(library: Library) -> Mapping[str, np.ndarray]:
    return draw_numbers(library, library.compounds, 1, 1, TYPICAL)


def receptor_of(
    fast: list[tuple[float, float]],
    slow: list[tuple[float, float, float]] = (),
    reserve: float = 10.0,
    affinity: float = 1.0,
) -> MuReceptor:
    """Ligands as ``(constant, efficacy)`` and ``(constant, efficacy, rate)`` in one person.

    ``affinity`` is that of slow ones at the receptors that set breathing, over the others.
    """
    columns = np.array(fast, dtype=float).reshape(-1, 2)
    slows = np.array(slow, dtype=float).reshape(-1, 3)
    return MuReceptor(
        fast_constant=columns[:, :1],
        fast_efficacy=columns[:, 1:],
        slow_constant=slows[:, :1],
        slow_efficacy=slows[:, 1:2],
        slow_rate=slows[:, 2:],
        reserve=np.array([reserve]),
        slow_breathing=np.full_like(slows[:, :1], affinity),
    )


def personal(
    library: Library,
    compounds: Iterable[str],
    inputs: tuple[Input, ...],
    people: int = 1,
    spread: Spread = TYPICAL,
    cyp2d6: str = "normal",
    child_pugh: str = "none",
) -> dict[str, np.ndarray]:
    """The numbers of people of the reference size, with clearance and first pass of their own."""
    drawn = draw_numbers(library, compounds, people, 1, spread, sorted({form for *_, form in inputs if form}))
    drawn = enzymes.with_cirrhosis(drawn, child_pugh)
    activity = enzymes.activities(drawn, cyp2d6, child_pugh, None)
    numbers = dict(drawn)
    for name in compounds:
        numbers |= clearance.personal_numbers(library, name, inputs, drawn, activity, np.ones(people))
    return numbers
