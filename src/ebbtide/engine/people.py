"""A group of people ready to run: their numbers scaled to body, genes and organs, modes, dose jumps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.case import CaseProduct
from ebbtide.library import Library, Parameter, conversion
from ebbtide.physiology import clearance, disposition, enzymes
from ebbtide.physiology.entry import Input
from ebbtide.population import Numbers, Spread, Traits, draw_numbers, draw_product_factors

from .modes import Decomposition, decompose
from .regimen import DoseKind, Inputs
from .system import System, SystemNumbers, build_system

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Composition:
    """What a case is made of: compounds in families and the body with their ligands."""

    families: tuple[disposition.Family, ...]
    compounds: tuple[str, ...]
    inputs: tuple[Input, ...]
    body: System

    @property
    def quantities(self) -> tuple[str, ...]:
        """What a row shows: quantities of the body, then plasma of each compound."""
        return (*self.body.quantities, *(f"plasma.{name}" for name in self.compounds))

    @property
    def forms(self) -> tuple[str, ...]:
        """Products that are absorbed in their own way."""
        return tuple(sorted({form for _, _, form in self.inputs if form}))


@dataclass(frozen=True)
class People:
    """One group; arrays have people on the last axis."""

    composition: Composition
    numbers: Numbers
    body_numbers: SystemNumbers
    kinetics: Decomposition
    doses: Array
    """Jump of the modes for each kind of dose, shape ``(kinds, modes, people)``."""
    dose_amounts: Array
    """The same in compartments (nmol), shape ``(kinds, states, people)``."""

    @property
    def count(self) -> int:
        """How many people."""
        return int(self.doses.shape[-1])


def compose(library: Library, inputs: Inputs) -> Composition:
    """Families and body for everything that is given by ``inputs`` and formed from it."""
    families = disposition.families(library, inputs.entries, inputs.infused, inputs.supports)
    compounds = tuple(
        name
        for family in families
        for name in family.compounds
        if library.compounds[name].disposition is not None
    )
    system = build_system(library, families, compounds, inputs.supports)
    return Composition(families, compounds, inputs.entries, system)


def make_people(
    library: Library,
    composition: Composition,
    kinds: Sequence[DoseKind],
    own_products: Mapping[str, CaseProduct],
    traits: Traits,
    seed: int,
    spread: Spread,
    first: int = 0,
) -> People:
    """Draw a group from person number ``first`` on: as many people as ``traits`` has."""
    count = len(traits.weight_kg)
    drawn = draw_numbers(library, composition.compounds, count, seed, spread, composition.forms, first)
    factors = draw_product_factors(contents_of(library, kinds, own_products), count, seed, spread, first)
    return people_with(library, composition, kinds, traits, drawn, factors)


def people_with(
    library: Library,
    composition: Composition,
    kinds: Sequence[DoseKind],
    traits: Traits,
    drawn: Numbers,
    factors: Mapping[tuple[str, str], Array],
) -> People:
    """A group with given numbers and given contents of products, as many people as ``traits`` has."""
    drawn = with_traits(library, drawn, traits)
    numbers, activity = scaled_numbers(library, composition, drawn, traits)
    kinetics = decompose(
        library, composition.families, numbers, composition.compounds, composition.body.inputs
    )
    amounts = dose_amounts(library, kinds, numbers, factors, kinetics.states)
    return People(
        composition=composition,
        numbers=numbers,
        body_numbers=composition.body.prepare(numbers, activity, kinetics),
        kinetics=kinetics,
        doses=np.einsum("msp,ksp->kmp", kinetics.to_modes, amounts),
        dose_amounts=amounts,
    )


def with_traits(library: Library, drawn: Mapping[str, Array], traits: Traits) -> Numbers:
    """Drawn numbers with what conditions, sex and age change about them, and with those that are fixed."""
    numbers = dict(drawn)
    tables = library.physiology["conditions"]
    for condition, present in traits.conditions.items():
        for name in tables.get(condition, {}):
            if name in numbers:
                factor = drawn[f"conditions.{condition}.{name}"]
                numbers[name] = np.where(present, numbers[name] * factor, numbers[name])
    if traits.age_years is not None:
        age = traits.age_years * conversion("year", "h")
        decades = (age - drawn["population.age.reference"]) / drawn["population.age.decade"]
        for name in tables.get("age_per_decade", {}):
            if name in numbers:
                numbers[name] = numbers[name] * drawn[f"conditions.age_per_decade.{name}"] ** decades
    for name, values in traits.fixed.items():
        if name in numbers:
            numbers[name] = np.asarray(values, dtype=np.float64)
    return numbers


def scaled_numbers(
    library: Library, composition: Composition, drawn: Mapping[str, Array], traits: Traits
) -> tuple[Numbers, dict[str, Array]]:
    """Drawn numbers with volumes, clearances and first pass of these people, and their enzymes' activity."""
    drawn = enzymes.with_cirrhosis(drawn, traits.child_pugh)
    numbers = dict(drawn)
    egfr = None if traits.egfr is None else traits.egfr * conversion("mL/min", "L/h")
    activity = enzymes.activities(numbers, traits.cyp2d6, traits.child_pugh, egfr)
    flow = enzymes.size_factor(traits.weight_kg, numbers, "clearance")
    volume = enzymes.size_factor(traits.weight_kg, numbers, "volume")
    numbers["person.flow_factor"] = flow
    for name in composition.compounds:
        compound = library.compounds[name]
        assert compound.disposition is not None
        numbers |= clearance.personal_numbers(library, name, composition.inputs, drawn, activity, flow)
        numbers[f"{name}.disposition.volume"] = drawn[f"{name}.disposition.volume"] * volume
        for i in range(len(compound.disposition.peripherals)):
            prefix = f"{name}.disposition.peripherals[{i}]"
            numbers[f"{prefix}.volume"] = drawn[f"{prefix}.volume"] * volume
            numbers[f"{prefix}.flow"] = drawn[f"{prefix}.flow"] * flow
    return numbers, activity


def contents_of(
    library: Library, kinds: Sequence[DoseKind], own_products: Mapping[str, CaseProduct]
) -> dict[str, dict[str, Parameter]]:
    """What the products of ``kinds`` hold: product, then compound."""
    products = {
        kind.product: own_products[kind.product].product
        if kind.product in own_products
        else library.products[kind.product]
        for kind in kinds
        if not kind.support
    }
    return {name: {c.compound: c.amount for c in p.contents} for name, p in products.items()}


def dose_amounts(
    library: Library,
    kinds: Sequence[DoseKind],
    numbers: Numbers,
    factors: Mapping[tuple[str, str], Array],
    states: Sequence[tuple[str, str]],
) -> Array:
    """What each kind of dose adds to each state, shape ``(kinds, states, people)``.

    That is nmol to a compartment, nmol/h to a pump, and 1 to a support.
    """
    people = len(next(iter(numbers.values())))
    result = np.zeros((len(kinds), len(states), people))
    for row, kind in enumerate(kinds):
        sign = -1.0 if kind.ends else 1.0
        if kind.support:
            result[row, states.index((kind.support, disposition.SUPPORT))] = sign
        for entry, amount, share in kind.contents(library):
            name = entry[0]
            given = sign * amount * factors.get((kind.product, name), np.ones(people))
            if share:
                given = given * numbers[share]
            if kind.over_h > 0:
                result[row, states.index((name, disposition.pump_role(entry)))] += given / kind.over_h
                continue
            mass_mg = amount * numbers[f"{name}.molar_mass"][0] * 1e-6
            targets = disposition.dose_targets(library, numbers, entry, float(mass_mg), kind.lag_h)
            for role, fraction in targets:
                result[row, states.index((name, role))] += given * fraction
    return result
