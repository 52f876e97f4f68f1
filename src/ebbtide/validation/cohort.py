"""Traits of the simulated people of an arm, as the study describes its volunteers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ebbtide.case.vocabulary import CONDITIONS
from ebbtide.library import InputError, Library, Parameter, numbers_of, unknown_name
from ebbtide.population import BETWEEN_PERSON, Traits, draw_parameter

from .draws import Draws
from .schema import RawPopulation

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
CYP2D6 = ("poor", "intermediate", "normal", "ultrarapid")
CHILD_PUGH = ("none", "A", "B", "C")
OLDEST, HEAVIEST_KG = 120.0, 400.0
FEMALE, SMOKER = "female", "smoker"


@dataclass(frozen=True)
class Cohort:
    """Traits a person, and what of the description changes nothing."""

    weight_kg: Array
    age_years: Array | None
    cyp2d6: tuple[str, ...]
    child_pugh: tuple[str, ...]
    egfr: Array | None
    conditions: Mapping[str, Bools]
    """Who has a condition; ``female`` and ``smoker`` among them."""
    fixed: Mapping[str, Array]
    """Numbers of the library that are set: rare susceptibilities."""
    notes: tuple[str, ...]

    def groups(self) -> Mapping[tuple[str, str], Bools]:
        """Who has which CYP2D6 phenotype and Child-Pugh class."""
        kinds = list(zip(self.cyp2d6, self.child_pugh, strict=True))
        return MappingProxyType({kind: np.array([k == kind for k in kinds]) for kind in dict.fromkeys(kinds)})

    def traits(self, cyp2d6: str, child_pugh: str) -> Traits:
        """All people with this phenotype and class, for the engine."""
        return Traits(
            self.weight_kg, cyp2d6, child_pugh, self.egfr, (), self.age_years, self.conditions, self.fixed
        )


def read_cohort(raw: RawPopulation, library: Library, draws: Draws, where: str) -> Cohort:
    """Draw the people of a population; what it does not give is the base population's.

    Raises
    ------
    InputError
        For a trait that cannot be read.
    """
    notes: list[str] = []
    if raw.weight_kg is None:
        typical = library.physiology["population"]["weight"]["typical"]
        weight = draw_parameter("trait/weight", typical, draws.people, draws.seed, BETWEEN_PERSON)
        notes.append("weights are drawn from the base population")
    else:
        weight = draws.trait(raw.weight_kg, "weight", f"{where}.weight_kg", HEAVIEST_KG)
    conditions = _conditions(raw, draws, where)
    tables = library.physiology.get("conditions", {})
    notes += [
        f"{name} has no effect in the model" for name in conditions if name not in (*tables, FEMALE, SMOKER)
    ]
    cyp2d6 = "normal" if raw.cyp2d6 in (None, "unknown") else raw.cyp2d6
    child_pugh = "none" if raw.child_pugh is None else raw.child_pugh
    age = None if raw.age_years is None else draws.trait(raw.age_years, "age", f"{where}.age_years", OLDEST)
    return Cohort(
        weight_kg=weight,
        age_years=age,
        cyp2d6=tuple(draws.shares(cyp2d6, CYP2D6, "cyp2d6", f"{where}.cyp2d6")),
        child_pugh=tuple(draws.shares(child_pugh, CHILD_PUGH, "child_pugh", f"{where}.child_pugh")),
        egfr=None if raw.egfr is None else draws.trait(raw.egfr, "egfr", f"{where}.egfr"),
        conditions=conditions,
        fixed=_susceptible(raw.susceptible, library, draws.people, f"{where}.susceptible"),
        notes=tuple(notes),
    )


def _conditions(raw: RawPopulation, draws: Draws, where: str) -> dict[str, Bools]:
    """Sex, smoking and conditions; of each who has it."""
    present: dict[str, Bools] = {}
    if raw.sex is not None:
        sexes = draws.shares(raw.sex, ("female", "male"), "sex", f"{where}.sex")
        present[FEMALE] = np.array([sex == "female" for sex in sexes])
    given = raw.conditions if raw.conditions is not None else {}
    if isinstance(given, list):
        given = dict.fromkeys(map(str, given), 1.0)
    if not isinstance(given, dict):
        raise InputError("a list of names is needed", where=f"{where}.conditions", value=str(given))
    shares: dict[str, object] = {str(name): share for name, share in given.items()}
    for name in shares:
        if name not in CONDITIONS:
            raise unknown_name("condition", name, CONDITIONS, f"{where}.conditions")
    if raw.smoker is not None:
        shares[SMOKER] = float(raw.smoker) if isinstance(raw.smoker, bool) else raw.smoker
    for name, share in shares.items():
        place = f"{where}.{name}" if name == SMOKER else f"{where}.conditions.{name}"
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise InputError("a share is a number from 0 to 1", where=place, value=str(share))
        present[name] = draws.quantiles(name) < share
    return present


def _susceptible(names: list[str], library: Library, people: int, where: str) -> dict[str, Array]:
    """The rare susceptibilities called ``names``, for everybody: ``liver.kratom`` is all below that name."""
    rare = [
        f"{file}.{path}"
        for file, tables in library.physiology.items()
        for path, number in numbers_of(tables)
        if isinstance(number, Parameter) and number.shape == "bernoulli"
    ]
    fixed: dict[str, Array] = {}
    for name in names:
        chosen = [path for path in rare if path == name or path.startswith(f"{name}.")]
        if not chosen:
            known = [path.rsplit(".", 1)[0] for path in rare]
            raise unknown_name("susceptibility", name, known, where)
        fixed |= {path: np.ones(people) for path in chosen}
    return fixed
