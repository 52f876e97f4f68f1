"""Traits of the simulated people of an arm, as the study describes its volunteers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ebbtide.case.vocabulary import CONDITIONS
from ebbtide.library import InputError, Library, unknown_name
from ebbtide.population import BETWEEN_PERSON, Traits, draw_parameter

from .draws import Draws
from .schema import RawPopulation

Array = NDArray[np.float64]
CYP2D6 = ("poor", "intermediate", "normal", "ultrarapid")
CHILD_PUGH = ("none", "A", "B", "C")
NOT_YET = ("smoker", "susceptible")
WITHOUT_EFFECT = ("age_years", "sex", "conditions")


@dataclass(frozen=True)
class Cohort:
    """Traits a person, and what of the description changes nothing."""

    weight_kg: Array
    cyp2d6: tuple[str, ...]
    child_pugh: tuple[str, ...]
    egfr: Array | None
    notes: tuple[str, ...]

    @property
    def weight_is_known(self) -> bool:
        """Whether everybody has one and the same weight."""
        return bool(np.ptp(self.weight_kg) == 0)

    def groups(self) -> Mapping[tuple[str, str], NDArray[np.bool_]]:
        """Who has which CYP2D6 phenotype and Child-Pugh class."""
        kinds = list(zip(self.cyp2d6, self.child_pugh, strict=True))
        return MappingProxyType({kind: np.array([k == kind for k in kinds]) for kind in dict.fromkeys(kinds)})

    def traits(self, cyp2d6: str, child_pugh: str) -> Traits:
        """All people with this phenotype and class, for the engine."""
        return Traits(self.weight_kg, cyp2d6, child_pugh, self.egfr, ())


def read_cohort(raw: RawPopulation, library: Library, draws: Draws, where: str) -> Cohort:
    """Draw the people of a population; what it does not give is the base population's.

    Raises
    ------
    InputError
        For a trait that cannot be read, or one that the model does not have yet.
    """
    for key in NOT_YET:
        if getattr(raw, key):
            raise InputError("not supported yet", where=f"{where}.{key}")
    for condition in raw.conditions:
        if condition not in CONDITIONS:
            raise unknown_name("condition", condition, CONDITIONS, f"{where}.conditions")
    notes = [f"{key} has no effect in the model" for key in WITHOUT_EFFECT if getattr(raw, key)]
    if raw.age_years is not None:
        draws.trait(raw.age_years, "age", f"{where}.age_years")
    if raw.sex is not None:
        draws.shares(raw.sex, ("female", "male"), "sex", f"{where}.sex")
    if raw.weight_kg is None:
        typical = library.physiology["population"]["weight"]["typical"]
        weight = draw_parameter("trait/weight", typical, draws.people, draws.seed, BETWEEN_PERSON)
        notes.append("weights are drawn from the base population")
    else:
        weight = draws.trait(raw.weight_kg, "weight", f"{where}.weight_kg")
    cyp2d6 = "normal" if raw.cyp2d6 in (None, "unknown") else raw.cyp2d6
    child_pugh = "none" if raw.child_pugh is None else raw.child_pugh
    return Cohort(
        weight_kg=weight,
        cyp2d6=tuple(draws.shares(cyp2d6, CYP2D6, "cyp2d6", f"{where}.cyp2d6")),
        child_pugh=tuple(draws.shares(child_pugh, CHILD_PUGH, "child_pugh", f"{where}.child_pugh")),
        egfr=None if raw.egfr is None else draws.trait(raw.egfr, "egfr", f"{where}.egfr"),
        notes=tuple(notes),
    )
