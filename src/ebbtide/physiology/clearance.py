"""One person's clearance, formation of metabolites and first pass, with enzymes at rest.

What is computed here once is the linear part of the kinetics; :mod:`.metabolism` changes it with time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.library import Compound, Library
from ebbtide.library.schema import Metabolite

from .disposition import first_pass_fractions, first_pass_name, formation_name, reach_name
from .entry import Input, absorption_of, bioavailability, own_bioavailability
from .enzymes import (
    BYPASS,
    KIDNEY,
    escaping_liver,
    hepatic_clearance,
    hepatic_share,
    intrinsic_clearance,
)

Array = NDArray[np.float64]
TINY = np.finfo(np.float64).eps


@dataclass(frozen=True)
class Liver:
    """What one compound meets in the liver of each person; arrays of shape ``(people,)``, L/h."""

    intrinsic: Array
    """Intrinsic clearance with normal enzymes."""
    flow: Array
    """Plasma flow."""
    beyond: Array
    """Clearance by liver pathways that no liver can do at this flow: taken to follow activity elsewhere."""
    shares: Mapping[str, Array]
    """Share of each liver pathway in the intrinsic clearance."""
    activity: Array
    """Share-weighted activity of the person at rest, 1 with normal enzymes."""
    normal: Array
    """Liver clearance with normal enzymes."""
    other: Array
    """Clearance of the person by kidney and whatever else."""

    @property
    def clearance(self) -> Array:
        """All clearance of the person at rest."""
        done = hepatic_clearance(self.intrinsic * self.activity, self.flow)
        return np.asarray(done + self.beyond * self.activity + self.other)

    @property
    def hepatic_ratio(self) -> Array:
        """Liver clearance of the person at rest over that with normal enzymes."""
        done = hepatic_clearance(self.intrinsic * self.activity, self.flow) + self.beyond * self.activity
        return np.asarray(np.where(self.normal > 0, done / np.where(self.normal > 0, self.normal, 1.0), 1.0))


def liver_of(
    compound: Compound, numbers: Mapping[str, Array], activity: Mapping[str, Array], size: Array
) -> Liver:
    """How the liver of people handles ``compound``; ``size`` is the allometric factor on flows."""
    prefix = f"{compound.name}.pathways"
    whole = numbers[f"{compound.name}.disposition.clearance"] * size
    share = hepatic_share(numbers, compound) * np.ones_like(whole)
    renal = numbers.get(f"{prefix}.{KIDNEY}", np.zeros_like(whole))
    flow = numbers["enzymes.flow.hepatic"] * size * numbers.get(f"{compound.name}.blood_to_plasma", 1.0)
    intrinsic, beyond = intrinsic_clearance(whole * share, flow, numbers)
    names = [p for p in compound.pathways if p != KIDNEY]
    total = sum((numbers[f"{prefix}.{p}"] for p in names), np.zeros_like(whole))
    shares: dict[str, Array] = {p: numbers[f"{prefix}.{p}"] / total for p in names}
    at_rest = (
        sum((shares[p] * activity[p] for p in names), np.zeros_like(whole)) if names else np.ones_like(whole)
    )
    other = whole * (renal * activity[KIDNEY] + np.maximum(1.0 - share - renal, 0.0))
    return Liver(intrinsic, flow, beyond, shares, at_rest, whole * share, other)


def personal_numbers(
    library: Library,
    name: str,
    inputs: tuple[Input, ...],
    numbers: Mapping[str, Array],
    activity: Mapping[str, Array],
    size: Array,
) -> dict[str, Array]:
    """Clearance, formation of metabolites and first pass of ``name`` in each person, by name."""
    compound = library.compounds[name]
    liver = liver_of(compound, numbers, activity, size)
    clearance = liver.clearance
    whole = numbers[f"{name}.disposition.clearance"] * size
    result = {
        f"{name}.disposition.clearance": clearance,
        normal_name(name): numbers[f"{name}.disposition.clearance"],
    }
    formed_in_all = np.zeros_like(clearance)
    for i, metabolite in enumerate(compound.metabolites):
        if metabolite.fraction_of_clearance is None:
            continue
        fraction = numbers[f"{name}.metabolites[{i}].fraction_of_clearance"]
        formed = clearance * fraction
        if metabolite.formed_by:
            by = activity_by(formation_shares(name, i, metabolite, numbers), activity)
            formed = whole * fraction * by / np.maximum(liver.activity, TINY) * liver.hepatic_ratio
        formed = np.minimum(formed, clearance - formed_in_all)
        formed_in_all = formed_in_all + formed
        result[formation_name(name, metabolite.compound)] = formed
    for entry in inputs:
        if entry[0] == name and entry[1] != "intravenous":
            result |= _reach(library, entry, numbers, activity, liver)
    return result


def normal_name(compound: str) -> str:
    """Name of the clearance with normal enzymes of a person of the reference size."""
    return f"{compound}.disposition.normal_clearance"


def formation_shares(
    compound: str, index: int, metabolite: Metabolite, numbers: Mapping[str, Array]
) -> dict[str, Array]:
    """Share of each pathway in forming the metabolite with normal enzymes; none where nothing is said."""
    if metabolite.pathway is not None:
        return {metabolite.pathway: np.ones_like(numbers[f"{compound}.disposition.clearance"])}
    prefix = f"{compound}.metabolites[{index}].pathways"
    parts = {p: numbers[f"{prefix}.{p}"] for p in metabolite.pathways}
    whole = sum(parts.values(), np.zeros(1))
    return {p: part / whole for p, part in parts.items()}


def activity_by(shares: Mapping[str, Array], activity: Mapping[str, Array]) -> Array:
    """Activity of ``shares`` of pathways together, 1 with normal enzymes."""
    parts = [share * activity[p] for p, share in shares.items()]
    return sum(parts[1:], parts[0])


def _reach(
    library: Library,
    entry: Input,
    numbers: Mapping[str, Array],
    activity: Mapping[str, Array],
    liver: Liver,
) -> dict[str, Array]:
    """What of an absorbed dose reaches the circulation, unchanged and as metabolites."""
    if entry[1] != "oral":
        return {reach_name(entry): own_bioavailability(library, numbers, entry)}
    unchanged = bioavailability(library, numbers, entry)
    formed = first_pass_fractions(library, numbers, entry)
    absorption, prefix = absorption_of(library, entry)
    gut = numbers[f"{prefix}.gut_availability"] if absorption.gut_availability else np.ones_like(unchanged)
    escaping = escaping_liver(liver.intrinsic, liver.flow) * gut
    escaping_now = escaping_liver(liver.intrinsic * liver.activity, liver.flow, numbers[BYPASS]) * gut
    reached = np.minimum(unchanged * escaping_now / escaping, 1.0)
    result = {reach_name(entry): reached}
    lost = (1.0 - escaping_now) / np.maximum(1.0 - escaping, TINY)
    room = 1.0 - reached
    for i, metabolite in enumerate(library.compounds[entry[0]].metabolites):
        if metabolite.compound not in formed:
            continue
        part = formed[metabolite.compound] * np.where(escaping < 1.0, lost, 1.0)
        if metabolite.formed_by:
            shares = formation_shares(entry[0], i, metabolite, numbers)
            part = part * activity_by(shares, activity) / np.maximum(liver.activity, TINY)
        part = np.minimum(part, room)
        room = room - part
        result[first_pass_name(entry, metabolite.compound)] = part
    return result
