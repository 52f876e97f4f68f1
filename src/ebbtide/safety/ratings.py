"""Ratings that have no instrument in the library: totals against the limits of guidelines."""

from __future__ import annotations

from ebbtide.case import Observation

from .facts import Facts
from .findings import Finding
from .vitals import Verdict, limits_of, told


def rating_findings(facts: Facts) -> list[Finding]:
    """``scale.<name>`` from the newest rating of each."""
    found: list[Finding] = []
    for name, rate in (("CIWA-Ar", _ciwa), ("AUDIT-C", _audit_c)):
        newest = facts.latest("scale", name)
        if newest is not None and (verdict := rate(newest, facts)) is not None:
            id = f"scale.{name.lower().replace('-', '_')}"
            found.append(told(id, newest, verdict, facts))
    return found


def _ciwa(newest: Observation, facts: Facts) -> Verdict | None:
    limits, total = limits_of(facts, "scales"), newest.value or 0.0
    if total < limits["ciwa_treat"].value:
        return None
    severe = total >= limits["ciwa_severe"].value
    return Verdict(
        "emergency" if severe else "urgent",
        f"CIWA-Ar {total:g}: alcohol withdrawal",
        "Alcohol withdrawal brings seizures and delirium.",
        "Hospital; benzodiazepine by protocol, thiamine." if severe else "Treat by protocol today; thiamine.",
        (limits["ciwa_treat"], limits["ciwa_severe"]),
        f"CIWA-Ar {limits['ciwa_treat'].value:g} or more, severe from {limits['ciwa_severe'].value:g}",
    )


def _audit_c(newest: Observation, facts: Facts) -> Verdict | None:
    limits = limits_of(facts, "scales")
    limit = limits["audit_c_male" if facts.person.sex == "male" else "audit_c_female"]
    total = newest.value or 0.0
    if total < limit.value:
        return None
    return Verdict(
        "moderate",
        f"AUDIT-C {total:g}: risky drinking",
        "Alcohol adds to sedation with opioids, kratom and sedatives, and to liver injury.",
        "Ask for daily amounts and earlier withdrawal; no sudden stop after heavy daily use.",
        (limit,),
        f"AUDIT-C {limit.value:g} or more",
    )
