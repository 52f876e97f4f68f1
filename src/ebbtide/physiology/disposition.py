r"""What the body does to compounds: linear kinetics of amounts between compartments.

For each compound a central volume :math:`V` exchanges with up to three peripheral ones, is
cleared with :math:`CL`, and receives what each depot (route) absorbs with rate :math:`k_a`:

.. math::  \dot x = A x, \qquad C = x_{central} / V, \qquad \dot C_e = k_{e0} (C - C_e)

Metabolites take their fraction of the parent's clearance, and of an oral dose on the way in.
What leaves for good is collected in a sink, so that amounts are conserved to rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.library import Library

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Family:
    """Compounds that form one another, with their compartments in order.

    ``states`` are ``(compound, role)`` with roles ``depot:<route>``, ``central``, ``peripheral<i>``,
    ``effect`` (a concentration, not an amount) and one ``("", "sink")``.
    """

    compounds: tuple[str, ...]
    states: tuple[tuple[str, str], ...]

    def index(self, compound: str, role: str) -> int:
        """Position of a compartment."""
        return self.states.index((compound, role))


def families(library: Library, inputs: Sequence[tuple[str, str]]) -> tuple[Family, ...]:
    """Group the compounds of ``inputs`` (compound, route) and all they form into families."""
    links: dict[str, set[str]] = {}
    todo = [compound for compound, _ in inputs]
    while todo:
        name = todo.pop()
        if name in links:
            continue
        formed = {m.compound for m in library.compounds[name].metabolites}
        links[name] = formed
        todo.extend(formed)
    groups: list[set[str]] = []
    for name, formed in links.items():
        joined = {name, *formed}
        for group in [g for g in groups if g & joined]:
            joined |= group
            groups.remove(group)
        groups.append(joined)
    result = []
    for group in sorted(groups, key=sorted):
        ordered = _parents_first(sorted(group), links)
        states: list[tuple[str, str]] = []
        for name in ordered:
            compound = library.compounds[name]
            states += [
                (name, f"depot:{route}") for c, route in inputs if c == name and route != "intravenous"
            ]
            states.append((name, "central"))
            if compound.disposition is not None:
                states += [(name, f"peripheral{i}") for i in range(len(compound.disposition.peripherals))]
            if compound.effect_site_rate is not None:
                states.append((name, "effect"))
        states.append(("", "sink"))
        result.append(Family(tuple(ordered), tuple(dict.fromkeys(states))))
    return tuple(result)


def _parents_first(names: list[str], links: Mapping[str, set[str]]) -> list[str]:
    order: list[str] = []

    def visit(name: str) -> None:
        if name not in order:
            for parent in names:
                if name in links[parent] and parent != name:
                    visit(parent)
            order.append(name)

    for name in names:
        visit(name)
    return order


def first_pass_fractions(
    library: Library, numbers: Mapping[str, Array], compound: str, route: str
) -> dict[str, Array]:
    """Share of a dose that reaches the circulation as each metabolite; only by mouth."""
    if route != "oral":
        return {}
    formed = library.compounds[compound].metabolites
    return {
        m.compound: numbers[f"{compound}.metabolites[{i}].first_pass_fraction"]
        for i, m in enumerate(formed)
        if m.first_pass_fraction is not None
    }


def bioavailability(
    library: Library, numbers: Mapping[str, Array], compound: str, route: str, dose_mg: float | None
) -> Array:
    """Fraction of a dose that reaches the circulation unchanged, shape ``(people,)``."""
    absorption = library.compounds[compound].absorption[route]  # type: ignore[index]
    prefix = f"{compound}.absorption.{route}"
    if absorption.dose_dependence is None:
        return numbers[f"{prefix}.bioavailability"]
    prefix += ".dose_dependence"
    decades = np.log10(dose_mg) if dose_mg else 0.0
    straight = numbers[f"{prefix}.at_1_mg"] + numbers[f"{prefix}.per_decade"] * decades
    return np.clip(straight, numbers[f"{prefix}.lowest"], 1.0)


def rate_matrix(library: Library, family: Family, numbers: Mapping[str, Array]) -> Array:
    """The matrix :math:`A` of one family, shape ``(people, states, states)``, per hour.

    ``numbers`` holds volumes and clearances already scaled to the person.
    """
    people = len(next(iter(numbers.values())))
    size = len(family.states)
    matrix = np.zeros((people, size, size))

    def flow(source: int, target: int, rate: Array) -> None:
        matrix[:, source, source] -= rate
        matrix[:, target, source] += rate

    sink = family.index("", "sink")
    for name in family.compounds:
        compound = library.compounds[name]
        if compound.disposition is None:
            continue
        central = family.index(name, "central")
        volume = numbers[f"{name}.disposition.volume"]
        elimination = numbers[f"{name}.disposition.clearance"] / volume
        kept = np.ones(people)
        for i, metabolite in enumerate(compound.metabolites):
            if metabolite.fraction_of_clearance is not None:
                fraction = numbers[f"{name}.metabolites[{i}].fraction_of_clearance"]
                flow(central, family.index(metabolite.compound, "central"), elimination * fraction)
                kept = kept - fraction
        flow(central, sink, elimination * kept)
        for i in range(len(compound.disposition.peripherals)):
            exchange = numbers[f"{name}.disposition.peripherals[{i}].flow"]
            outer = numbers[f"{name}.disposition.peripherals[{i}].volume"]
            peripheral = family.index(name, f"peripheral{i}")
            flow(central, peripheral, exchange / volume)
            flow(peripheral, central, exchange / outer)
        for owner, role in family.states:
            if owner == name and role.startswith("depot:"):
                route = role.removeprefix("depot:")
                absorbed = numbers[f"{name}.absorption.{route}.rate"]
                depot = family.index(owner, role)
                shares = depot_shares(library, numbers, name, route)
                for target, share in shares.items():
                    flow(depot, family.index(target, "central"), absorbed * share)
        if compound.effect_site_rate is not None:
            effect = family.index(name, "effect")
            rate = numbers[f"{name}.effect_site_rate"]
            matrix[:, effect, central] += rate / volume
            matrix[:, effect, effect] -= rate
    return matrix


def depot_shares(
    library: Library, numbers: Mapping[str, Array], compound: str, route: str
) -> dict[str, Array]:
    """How what a depot holds (all that will be absorbed) splits between parent and metabolites."""
    formed = first_pass_fractions(library, numbers, compound, route)
    if not formed:
        return {compound: np.ones_like(numbers[f"{compound}.disposition.volume"])}
    unchanged = bioavailability(library, numbers, compound, route, None)
    total = unchanged + sum(formed.values())
    return {compound: unchanged / total} | {name: part / total for name, part in formed.items()}


def absorbed_fraction(
    library: Library, numbers: Mapping[str, Array], compound: str, route: str, dose_mg: float | None
) -> Array:
    """Part of a dose that enters the depot: what reaches the circulation as parent or metabolite."""
    unchanged = bioavailability(library, numbers, compound, route, dose_mg)
    return unchanged + sum(
        first_pass_fractions(library, numbers, compound, route).values(), np.zeros_like(unchanged)
    )
