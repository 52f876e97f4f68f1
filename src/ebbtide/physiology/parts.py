"""Which parts a body has besides its core."""

from __future__ import annotations

from collections.abc import Sequence

from ebbtide.library import Library

from .heart import Heart
from .liver import build_liver
from .minerals import Minerals
from .pain import Pain
from .part import Part
from .pupil import Pupil
from .sedation import Sedation
from .sleep import Sleep
from .staying import Staying


def build_parts(library: Library, compounds: Sequence[str]) -> tuple[Part, ...]:
    """The parts for a composition of compounds, in the order in which one reads the other."""
    magnesium = library.physiology["minerals"]["magnesium"]["compound"]
    minerals = Minerals(tuple(name for name in compounds if name == magnesium))
    return (
        Sedation(),
        Pupil(),
        Heart(),
        Pain(),
        Sleep(),
        Staying(),
        minerals,
        build_liver(library, compounds),
    )
