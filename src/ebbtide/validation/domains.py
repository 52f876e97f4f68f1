"""Which part of the model a row is about: what tables of agreement are made by."""

from __future__ import annotations

from collections.abc import Mapping

from .protocol import Protocol
from .read import Study
from .rows import ObservedRow
from .schema import RawPopulation

CONCENTRATION = ("plasma.", "urine.", "serum.")
DOMAINS = {
    "mor.": "occupancy", "cows": "withdrawal", "sows": "withdrawal", "oows": "withdrawal",
    "cina": "withdrawal", "mhows": "withdrawal", "craving": "withdrawal",
    "symptom.": "withdrawal", "ventilation": "breathing", "liver.": "liver", "sleep.": "sleep",
    "pain": "pain", "risk.": "staying",
}  # fmt: skip
PK, INTERACTIONS, OTHER = "pk", "interactions", "other"
FOLD_DOMAINS = (PK, INTERACTIONS)
"""Domains that are judged by ratios; scores and fractions are by differences."""


def domain_of(study: Study, observed: ObservedRow, protocols: Mapping[str, Protocol]) -> str:
    """What the study says, else by the quantity; an exposure that is compared between arms which differ in
    more than the dose is an interaction.
    """
    if study.head.domain is not None:
        return study.head.domain
    quantity = observed.named[0] if observed.named else ""
    if quantity.startswith(CONCENTRATION):
        return INTERACTIONS if _differ(study, observed, protocols) else PK
    return next((name for start, name in DOMAINS.items() if quantity.startswith(start)), OTHER)


def _differ(study: Study, observed: ObservedRow, protocols: Mapping[str, Protocol]) -> bool:
    """Whether the two arms of a comparison have other compounds or other people."""
    row, arm = observed.row, observed.arm
    other = study.arms.get(row.arm or "")
    if other is None or other is arm or row.dose_normalised:
        return False

    def people(of: RawPopulation | None) -> Mapping[str, object]:
        population = of or study.population
        return {name: value for name, value in population.model_dump().items() if name != "n"}

    one, two = protocols.get(arm.name), protocols.get(other.name)
    if one is None or two is None:
        return True
    return one.compounds != two.compounds or people(arm.population) != people(other.population)
