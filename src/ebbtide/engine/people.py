"""A group of people ready to run: their numbers scaled to body, genes and organs, modes, dose jumps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.case import CaseProduct
from ebbtide.library import Library, Parameter, conversion
from ebbtide.physiology import disposition, enzymes
from ebbtide.physiology.body import Body, BodyNumbers, build_body
from ebbtide.population import Numbers, Spread, Traits, draw_numbers, draw_product_factors

from .modes import Decomposition, decompose
from .regimen import DoseKind

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Composition:
    """What a case is made of: compounds in families and the body with their ligands."""

    families: tuple[disposition.Family, ...]
    compounds: tuple[str, ...]
    body: Body


@dataclass(frozen=True)
class People:
    """One group; arrays have people on the last axis."""

    composition: Composition
    numbers: Numbers
    body_numbers: BodyNumbers
    kinetics: Decomposition
    doses: Array
    """Jump of the modes for each kind of dose, shape ``(kinds, modes, people)``."""
    dose_amounts: Array
    """The same in compartments (nmol), shape ``(kinds, states, people)``."""

    @property
    def count(self) -> int:
        """How many people."""
        return int(self.doses.shape[-1])


def compose(library: Library, inputs: Sequence[tuple[str, str]]) -> Composition:
    """Families and body for everything that is given by ``inputs`` and formed from it."""
    families = disposition.families(library, inputs)
    compounds = tuple(
        name
        for family in families
        for name in family.compounds
        if library.compounds[name].disposition is not None
    )
    return Composition(families, compounds, build_body(library, compounds))


def make_people(
    library: Library,
    composition: Composition,
    kinds: Sequence[DoseKind],
    own_products: Mapping[str, CaseProduct],
    traits: Traits,
    seed: int,
    spread: Spread,
) -> People:
    """Draw a group: as many people as ``traits`` has."""
    count = len(traits.weight_kg)
    drawn = draw_numbers(library, composition.compounds, count, seed, spread)
    numbers = scaled_numbers(library, composition.compounds, drawn, traits)
    kinetics = decompose(
        library, composition.families, numbers, composition.compounds, composition.body.ligands
    )
    factors = draw_product_factors(_contents(library, kinds, own_products), count, seed, spread)
    amounts = dose_amounts(library, composition, kinds, numbers, factors, kinetics.states)
    return People(
        composition=composition,
        numbers=numbers,
        body_numbers=composition.body.prepare(numbers),
        kinetics=kinetics,
        doses=np.einsum("msp,ksp->kmp", kinetics.to_modes, amounts),
        dose_amounts=amounts,
    )


def scaled_numbers(
    library: Library, compounds: Sequence[str], drawn: Mapping[str, Array], traits: Traits
) -> Numbers:
    """Drawn numbers with volumes and clearances of these people."""
    numbers = dict(drawn)
    egfr = None if traits.egfr is None else traits.egfr * conversion("mL/min", "L/h")
    activity = enzymes.activities(numbers, traits.cyp2d6, traits.child_pugh, egfr)
    flow = enzymes.size_factor(traits.weight_kg, numbers, "clearance")
    volume = enzymes.size_factor(traits.weight_kg, numbers, "volume")
    for name in compounds:
        compound = library.compounds[name]
        assert compound.disposition is not None
        factor = enzymes.clearance_factor(numbers, name, compound.pathways, activity)
        numbers[f"{name}.disposition.clearance"] = drawn[f"{name}.disposition.clearance"] * flow * factor
        numbers[f"{name}.disposition.volume"] = drawn[f"{name}.disposition.volume"] * volume
        for i in range(len(compound.disposition.peripherals)):
            prefix = f"{name}.disposition.peripherals[{i}]"
            numbers[f"{prefix}.volume"] = drawn[f"{prefix}.volume"] * volume
            numbers[f"{prefix}.flow"] = drawn[f"{prefix}.flow"] * flow
    return numbers


def _contents(
    library: Library, kinds: Sequence[DoseKind], own_products: Mapping[str, CaseProduct]
) -> dict[str, dict[str, Parameter]]:
    products = {
        kind.product: own_products[kind.product].product
        if kind.product in own_products
        else library.products[kind.product]
        for kind in kinds
    }
    return {name: {c.compound: c.amount for c in p.contents} for name, p in products.items()}


def dose_amounts(
    library: Library,
    composition: Composition,
    kinds: Sequence[DoseKind],
    numbers: Numbers,
    factors: Mapping[tuple[str, str], Array],
    states: Sequence[tuple[str, str]],
) -> Array:
    """What each kind of dose adds to each compartment (nmol), shape ``(kinds, states, people)``."""
    people = len(next(iter(numbers.values())))
    result = np.zeros((len(kinds), len(states), people))
    for row, kind in enumerate(kinds):
        for compound, amount in kind.amounts_nmol:
            if compound not in composition.compounds:
                continue
            mass_mg = amount * numbers[f"{compound}.molar_mass"][0] * 1e-6
            fraction = disposition.absorbed_fraction(library, numbers, compound, kind.route, float(mass_mg))
            role = "central" if kind.route == "intravenous" else f"depot:{kind.route}"
            factor = factors.get((kind.product, compound), 1.0)
            result[row, states.index((compound, role))] += amount * fraction * factor
    return result
