"""The traits of a person that scale the body, drawn from the base population where they are not given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ebbtide.library import Library

from .draw import Spread, draw_parameter

Array = NDArray[np.float64]
WEIGHT = "trait/weight"
"""The name that a weight which is not given is drawn under."""


class GivenTraits(Protocol):
    """What a case says of a person; ``None`` or ``"unknown"`` where it says nothing."""

    @property
    def age_years(self) -> float | None:
        """Age (years)."""

    @property
    def sex(self) -> str | None:
        """``"female"`` or ``"male"``."""

    @property
    def weight_kg(self) -> float | None:
        """Body weight (kg)."""

    @property
    def cyp2d6(self) -> str:
        """Phenotype, or ``"unknown"``."""

    @property
    def child_pugh(self) -> str | None:
        """Child-Pugh class, or ``"none"`` for a healthy liver."""

    @property
    def egfr(self) -> float | None:
        """Estimated glomerular filtration rate (mL/min/1.73 m2)."""

    @property
    def conditions(self) -> Sequence[str]:
        """Names of conditions."""


@dataclass(frozen=True)
class Traits:
    """One number a person for each trait, and what was not given."""

    weight_kg: Array
    cyp2d6: str
    child_pugh: str
    egfr: Array | float | None
    """mL/min/1.73 m2."""
    missing: tuple[str, ...]
    age_years: Array | None = None
    """Unknown where ``None``: then nothing is scaled with age."""
    conditions: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    """Who has a condition (``female`` among them), shape ``(people,)``; what is not named nobody has."""
    fixed: Mapping[str, Array] = field(default_factory=dict)
    """Numbers of the library by name that are set, not drawn, e.g. ``liver.kratom.susceptible``."""


def draw_traits(
    person: GivenTraits, library: Library, people: int, seed: int, spread: Spread, first: int = 0
) -> Traits:
    """Given traits for all; a weight that is not given is drawn. Says what was missing and what was done."""
    missing = []
    if person.weight_kg is not None:
        weight = np.full(people, person.weight_kg)
    else:
        typical = library.physiology["population"]["weight"]["typical"]
        weight = draw_parameter(WEIGHT, typical, people, seed, spread, first)
        missing.append(
            f"weight: unknown; each simulated person has one from the base population "
            f"({typical.value:g} kg, CV {typical.between_cv:.0%})"
        )
    if person.age_years is None:
        missing.append("age: unknown; nothing is scaled with age")
    if person.sex is None:
        missing.append("sex: unknown; nothing is scaled with sex")
    if person.cyp2d6 == "unknown":
        missing.append("CYP2D6 phenotype: unknown; computed with normal activity, not known to be so")
    if person.child_pugh is None:
        missing.append("Child-Pugh class: unknown; computed without liver impairment, not known to be so")
    if person.egfr is None:
        missing.append("eGFR: unknown; computed without kidney impairment, not known to be so")
    present = [*person.conditions, *(["female"] if person.sex == "female" else [])]
    return Traits(
        weight_kg=weight,
        cyp2d6="normal" if person.cyp2d6 == "unknown" else person.cyp2d6,
        child_pugh=person.child_pugh or "none",
        egfr=person.egfr,
        missing=tuple(missing),
        age_years=None if person.age_years is None else np.full(people, person.age_years),
        conditions={name: np.ones(people, dtype=bool) for name in present},
    )
