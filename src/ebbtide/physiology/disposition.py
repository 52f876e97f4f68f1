r"""What the body does to compounds: linear kinetics of amounts between compartments.

For each compound a central volume :math:`V` exchanges with up to three peripheral ones, is
cleared with :math:`CL`, and receives what each depot absorbs with rate :math:`k_a`:

.. math::  \dot x = A x, \qquad C = x_{central} / V, \qquad \dot C_e = k_{e0} (C - C_e)

Metabolites take their fraction of the parent's clearance, and of an oral dose on the way in.
What leaves for good is collected in a sink, so that amounts are conserved to rounding. An infusion is a pump:
a state that nothing changes, whose value is the rate at which it fills a compartment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.library import Library

from .entry import Input, absorption_of, bioavailability, depots, own_bioavailability

Array = NDArray[np.float64]
SUPPORT = "support"


@dataclass(frozen=True)
class Family:
    """Compounds that form one another, with their compartments in order.

    ``states`` are ``(compound, role)`` with roles ``depot:<place>``, ``release:<place>``, ``central``,
    ``peripheral<i>``, ``effect`` (a concentration, not an amount), ``pump:<place>`` (a rate) and one
    ``("", "sink")``, which families with a pump lack: what a pump gives has no end.
    A support is a family of its own with the one state ``(name, "support")``.
    """

    compounds: tuple[str, ...]
    states: tuple[tuple[str, str], ...]
    inputs: tuple[Input, ...] = ()

    def index(self, compound: str, role: str) -> int:
        """Position of a compartment."""
        return self.states.index((compound, role))


def pump_role(entry: Input) -> str:
    """The role of the pump of a way in."""
    _, route, form = entry
    return f"pump:{route}:{form}" if form else f"pump:{route}"


def families(
    library: Library,
    inputs: Sequence[Input],
    infused: Sequence[Input] = (),
    supports: Sequence[str] = (),
) -> tuple[Family, ...]:
    """Group the compounds of ``inputs`` and all they form into families.

    ``infused`` are those of the inputs that are given over a time; ``supports`` get a family each.
    """
    links: dict[str, set[str]] = {}
    todo = [compound for compound, _, _ in inputs]
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
    result = [_family(library, sorted(group), links, inputs, infused) for group in sorted(groups, key=sorted)]
    return (*result, *(Family((), ((name, SUPPORT),)) for name in supports))


def _family(
    library: Library,
    names: list[str],
    links: Mapping[str, set[str]],
    inputs: Sequence[Input],
    infused: Sequence[Input],
) -> Family:
    ordered = _parents_first(names, links)
    own = tuple(entry for entry in inputs if entry[0] in names)
    states: list[tuple[str, str]] = []
    for name in ordered:
        compound = library.compounds[name]
        for entry in own:
            if entry[0] == name:
                for depot in depots(library, entry):
                    states += [(name, depot.release), (name, depot.role)]
                if entry in infused:
                    states.append((name, pump_role(entry)))
        states.append((name, "central"))
        if compound.disposition is not None:
            states += [(name, f"peripheral{i}") for i in range(len(compound.disposition.peripherals))]
        if compound.effect_site_rate is not None:
            states.append((name, "effect"))
    if not any(entry in infused for entry in own):
        states.append(("", "sink"))
    return Family(tuple(ordered), tuple(dict.fromkeys(states)), own)


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


def first_pass_fractions(library: Library, numbers: Mapping[str, Array], entry: Input) -> dict[str, Array]:
    """Share of a dose that reaches the circulation as each metabolite; only by mouth."""
    compound, route, _ = entry
    if route != "oral":
        return {}
    return {
        m.compound: numbers[f"{compound}.metabolites[{i}].first_pass_fraction"]
        for i, m in enumerate(library.compounds[compound].metabolites)
        if m.first_pass_fraction is not None
    }


@dataclass(frozen=True)
class _Flows:
    """A rate matrix under construction."""

    family: Family
    matrix: Array

    def move(self, source: tuple[str, str], target: tuple[str, str] | None, rate: Array) -> None:
        """Let ``rate`` (per hour) of ``source`` go to ``target``, or away for good."""
        start = self.family.index(*source)
        target = ("", "sink") if target is None else target
        self.matrix[:, start, start] -= rate
        if target in self.family.states:
            self.add(source, target, rate)

    def add(self, source: tuple[str, str], target: tuple[str, str], rate: Array) -> None:
        """Let ``target`` grow by ``rate`` times ``source``, which keeps what it has."""
        self.matrix[:, self.family.index(*target), self.family.index(*source)] += rate


def rate_matrix(library: Library, family: Family, numbers: Mapping[str, Array]) -> Array:
    """The matrix :math:`A` of one family, shape ``(people, states, states)``, per hour.

    ``numbers`` holds volumes, clearances and first pass of the person (:mod:`.clearance`).
    """
    size = len(family.states)
    flows = _Flows(family, np.zeros((len(next(iter(numbers.values()))), size, size)))
    for name in family.compounds:
        _distribute(library, name, numbers, flows)
    for entry in family.inputs:
        _absorb(library, entry, numbers, flows)
    return flows.matrix


def _distribute(library: Library, name: str, numbers: Mapping[str, Array], flows: _Flows) -> None:
    """Elimination, formation of metabolites, tissues and effect site of one compound."""
    compound = library.compounds[name]
    if compound.disposition is None:
        return
    central = (name, "central")
    volume = numbers[f"{name}.disposition.volume"]
    kept = numbers[f"{name}.disposition.clearance"] / volume
    for metabolite in compound.metabolites:
        if metabolite.fraction_of_clearance is not None:
            formed = numbers[formation_name(name, metabolite.compound)] / volume
            flows.move(central, (metabolite.compound, "central"), formed)
            kept = kept - formed
    flows.move(central, None, kept)
    for i in range(len(compound.disposition.peripherals)):
        exchange = numbers[f"{name}.disposition.peripherals[{i}].flow"]
        outer = numbers[f"{name}.disposition.peripherals[{i}].volume"]
        flows.move(central, (name, f"peripheral{i}"), exchange / volume)
        flows.move((name, f"peripheral{i}"), central, exchange / outer)
    if compound.effect_site_rate is not None:
        rate = numbers[f"{name}.effect_site_rate"]
        flows.add(central, (name, "effect"), rate / volume)
        flows.add((name, "effect"), (name, "effect"), -rate)


def _absorb(library: Library, entry: Input, numbers: Mapping[str, Array], flows: _Flows) -> None:
    """Depots, releases and pump of one way in."""
    name = entry[0]
    for depot in depots(library, entry):
        shares = depot_shares(library, numbers, entry)
        rate = numbers[depot.rate]
        for target, share in shares.items():
            flows.move((name, depot.role), (target, "central"), rate * share)
        flows.move((name, depot.role), None, rate * (1.0 - sum(shares.values())))
        if depot.release != depot.role:
            flows.move((name, depot.release), (name, depot.role), numbers[depot.release_rate])
    pump = (name, pump_role(entry))
    if pump in flows.family.states:
        for role, share in dose_targets(library, numbers, entry, None):
            flows.add(pump, (name, role), share)


def depot_shares(library: Library, numbers: Mapping[str, Array], entry: Input) -> dict[str, Array]:
    """How much of what leaves a depot arrives as parent and as each metabolite; the rest is lost."""
    formed = first_pass_fractions(library, numbers, entry)
    absorption, _ = absorption_of(library, entry)
    if absorption.dose_dependence is not None:  # then a dose is cut before it enters the depot
        unchanged = bioavailability(library, numbers, entry)
        whole = unchanged + sum(formed.values())
        return {entry[0]: unchanged / whole} | {name: part / whole for name, part in formed.items()}
    return {entry[0]: numbers[reach_name(entry)]} | {
        name: numbers[first_pass_name(entry, name)] for name in formed
    }


def dose_targets(
    library: Library,
    numbers: Mapping[str, Array],
    entry: Input,
    dose_mg: float | None,
    lag_h: float | None = None,
) -> list[tuple[str, Array]]:
    """The compartments that a dose goes to with the fraction of it; only those of ``lag_h`` where given.

    What is swallowed of a dose by another way is a dose by mouth of its own.
    """
    unit = np.ones(len(next(iter(numbers.values()))))
    if entry[1] == "intravenous":
        return [("central", unit)] if not lag_h else []
    absorption, _ = absorption_of(library, entry)
    if absorption.dose_dependence is not None:
        unit = own_bioavailability(library, numbers, entry, dose_mg) + sum(
            first_pass_fractions(library, numbers, entry).values(), np.zeros_like(unit)
        )
    shares = [(d, unit * numbers[d.share] if d.share else unit) for d in depots(library, entry)]
    whole: Array | float = sum(numbers[d.share] for d, _ in shares) if absorption.parts else 1.0
    return [
        (d.release, share / whole) for d, share in shares if lag_h is None or bool(np.isclose(d.lag_h, lag_h))
    ]


def formation_name(compound: str, metabolite: str) -> str:
    """Name of the clearance (L/h) by which a person forms ``metabolite``."""
    return f"{compound}.forms.{metabolite}"


def reach_name(entry: Input) -> str:
    """Name of the fraction of an absorbed dose that reaches the circulation unchanged in a person."""
    return "reach." + "/".join(entry)


def first_pass_name(entry: Input, metabolite: str) -> str:
    """Name of the fraction of a dose that reaches the circulation of a person as ``metabolite``."""
    return f"{reach_name(entry)}/{metabolite}"
