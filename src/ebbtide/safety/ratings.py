"""Ratings of scales against the bands that their authors or guidelines give."""

from __future__ import annotations

from ebbtide.case import Observation

from .facts import Facts
from .findings import Finding, Severity
from .vitals import Verdict, limits_of, told


def rating_findings(facts: Facts) -> list[Finding]:
    """``scale.<name>`` from the newest rating of each."""
    found: list[Finding] = []
    for name, rate in (("COWS", _cows), ("CIWA-Ar", _ciwa), ("AUDIT-C", _audit_c)):
        newest = facts.latest("scale", name)
        if newest is not None and (verdict := rate(newest, facts)) is not None:
            id = f"scale.{name.lower().replace('-', '_')}"
            found.append(told(id, newest, verdict, facts))
    return found


_COWS_BANDS: dict[str, tuple[Severity, str, str]] = {
    "cows_severe": (
        "emergency",
        "severe withdrawal",
        "Hospital. Score again: totals this high are rare; look for another cause. Buprenorphine or "
        "methadone.",
    ),
    "cows_moderately_severe": (
        "urgent",
        "moderately severe withdrawal",
        "Supervised setting today; buprenorphine or methadone, fluids.",
    ),
    "cows_moderate": (
        "moderate",
        "moderate withdrawal",
        "Clinician today: buprenorphine or methadone; an alpha-2 agonist where these are not wanted.",
    ),
    "cows_mild": (
        "note",
        "mild withdrawal",
        "Support, fluids; score again in 4-6 hours. Buprenorphine or methadone is offered at every stage.",
    ),
}


def _cows(newest: Observation, facts: Facts) -> Verdict | None:
    limits = limits_of(facts, "scales")
    total = newest.value if newest.value is not None else newest.low
    if total is None:
        return None
    bands = ("cows_severe", "cows_moderately_severe", "cows_moderate", "cows_mild")
    band = next((b for b in bands if total >= limits[b].value), None)
    if band is None:
        return None
    severity, words, advice = _COWS_BANDS[band]
    return Verdict(
        severity,
        f"COWS {total:g}: {words}",
        f"By the scale's own bands this is {words}.",
        advice,
        tuple(limits[b] for b in bands),
        "newest COWS: mild from 5, moderate from 13, moderately severe from 25, severe from 37",
    )


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
