"""Jaundice by its numbers: bilirubin, and clotting that fails with it."""

from __future__ import annotations

from ebbtide.case import Observation
from ebbtide.library import conversion

from .facts import Facts
from .findings import Finding, finding
from .laboratory import basis_of
from .labs import Level, levels, limits_missing
from .liver import STOP, inputs_of, suspected


def jaundice_findings(facts: Facts) -> list[Finding]:
    """``liver.bilirubin`` and ``liver.failure``."""
    return [f for f in (_bilirubin(facts), _failure(facts)) if f is not None]


def _bilirubin(facts: Facts) -> Finding | None:
    numbers = facts.library.safety["labs"]["bilirubin"]
    found = levels("bilirubin", facts)
    if not found or found[-1].times <= 1.0:
        return None
    newest = found[-1]
    high = newest.times > numbers["jaundice"].value
    gilbert = _gilbert(newest, facts)
    return finding(
        "liver.bilirubin",
        "minor" if gilbert or not high else "urgent",
        f"Bilirubin {newest.times:.1f} times the upper limit",
        "Mostly indirect with normal ALT and ALP: Gilbert's syndrome is likely, and harmless."
        if gilbert
        else f"Bilirubin rises late in liver injury. {suspected(facts)}".strip(),
        "Repeat once with direct bilirubin."
        if gilbert or not high
        else f"{STOP}; INR, ALT, ALP and ultrasound today; hepatology.",
        rule=f"newest bilirubin over the upper limit; over {numbers['jaundice'].value:g} times urgent, "
        "unless mostly indirect "
        "with normal enzymes",
        inputs=inputs_of([newest], facts),
        **basis_of([numbers["jaundice"], *([numbers["direct_share"]] if gilbert else [])]),
        missing=(
            *limits_missing([newest], facts),
            *(() if facts.latest("lab", "direct_bilirubin") else ("direct bilirubin",)),
            *(() if facts.latest("lab", "ALT") else ("ALT",)),
            *(() if facts.latest("lab", "INR") else ("INR",)),
            "haemolysis and gallstones",
        ),
        would_change=("a repeated value at or under the limit",),
    )


def _gilbert(newest: Level, facts: Facts) -> bool:
    direct = facts.latest("lab", "direct_bilirubin")
    alt, alp = levels("ALT", facts), levels("ALP", facts)
    if direct is None or not alt or not alp:
        return False
    share = _share(direct, newest.observation, facts)
    limit = facts.library.safety["labs"]["bilirubin"]["direct_share"].value
    return share < limit and alt[-1].times <= 1.0 and alp[-1].times <= 1.0


def _share(part: Observation, whole: Observation, facts: Facts) -> float:
    """One bilirubin as a share of another."""
    molar_mass = facts.library.safety["labs"]["bilirubin"]["molar_mass"].to("g/mol")
    factor = conversion(part.unit, whole.unit, part.name, molar_mass)
    return (part.value or 0.0) * factor / whole.value if whole.value else 0.0


def _failure(facts: Facts) -> Finding | None:
    numbers = facts.library.safety["labs"]
    inr = facts.latest("lab", "INR")
    if inr is None or inr.value is None or inr.value < numbers["inr"]["failure"].value:
        return None
    bilirubin, alt = levels("bilirubin", facts), levels("ALT", facts)
    jaundice = bool(facts.observed("jaundice")) or (
        bool(bilirubin) and bilirubin[-1].times > numbers["bilirubin"]["jaundice"].value
    )
    injured = bool(alt) and alt[-1].times >= numbers["transaminase"]["hy"].value
    confused = bool(facts.observed("confusion"))
    if not (jaundice or confused or injured):
        return None
    agents = facts.tagged("anticoagulant")
    return finding(
        "liver.failure",
        "emergency",
        f"INR {inr.value:.1f} with liver injury",
        "Clotting fails when the liver fails.",
        "Hospital with a liver unit now; acetylcysteine where paracetamol is possible; glucose.",
        rule=f"INR {numbers['inr']['failure'].value:g} or more with jaundice, confusion, or ALT "
        f"{numbers['transaminase']['hy'].value:g} times the upper limit",
        inputs={
            "INR": facts.seen(inr),
            **inputs_of([*bilirubin[-1:], *alt[-1:]], facts),
            **{o.name: facts.seen(o) for o in facts.observed("jaundice", "confusion")},
            **{s.name: s.told for s in agents},
        },
        **basis_of([numbers["inr"]["failure"]]),
        missing=("encephalopathy", *(("how much of INR the anticoagulant makes",) if agents else ())),
        would_change=("INR explained by an anticoagulant or lack of vitamin K",),
    )
