"""A finding: what is dangerous, said with its basis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from ebbtide.library.tables import sources_of

Finding = dict[str, Any]
Severity = Literal["emergency", "urgent", "major", "moderate", "minor", "note"]
SEVERITIES: tuple[Severity, ...] = ("emergency", "urgent", "major", "moderate", "minor", "note")

_RANKS: Mapping[str, int] = {severity: place for place, severity in enumerate(SEVERITIES)}

KINDS_OF_EVIDENCE = {
    "clinical": "measured in people",
    "case report": "case reports",
    "label": "official label",
    "guideline": "guideline",
    "theoretical": "reasoning from mechanism; no data in people",
    "in vitro": "laboratory work; not seen in people",
    "definition": "definition",
}
"""The words of the tables and how a finding tells them."""


class Cited(TypedDict):
    """What a row of a table gives to the basis of a finding."""

    sources: tuple[str, ...]
    locators: dict[str, str]
    evidence: str


def finding(
    id: str,
    severity: Severity,
    title: str,
    message: str,
    advice: str,
    *,
    rule: str,
    inputs: dict[str, Any],
    sources: Sequence[str],
    evidence: str,
    missing: Sequence[str] = (),
    locators: Mapping[str, str] | None = None,
    would_change: Sequence[str] = (),
    measured: Sequence[str] = (),
) -> Finding:
    """A finding in the public form; ``rule`` says in words what was looked for.

    Parameters
    ----------
    inputs
        What of the case led to it, with times; plain JSON.
    sources, locators
        Keys of the library's sources, and where in each it was read.
    evidence
        The kind of evidence, in words.
    missing
        What was not known and would matter.
    would_change
        What would take the finding away or change it.
    measured
        Effects with their sizes, where some were measured.
    """
    sizes = {"measured": list(measured)} if measured else {}
    return {
        "id": id,
        "severity": severity,
        "title": title,
        "message": message,
        "basis": {
            "rule": rule,
            "inputs": inputs,
            "sources": list(dict.fromkeys(sources)),
            "locators": dict(locators or {}),
            "evidence": evidence,
            "missing": list(dict.fromkeys(missing)),
            "would_change": list(dict.fromkeys(would_change)),
            **sizes,
        },
        "advice": advice,
    }


def cited(*rows: Mapping[str, str]) -> Cited:
    """Sources, where they were read, and the kind of evidence, of rows of a table.

    Columns ``source``, ``locator``, ``evidence`` and ``verified``; what was not read is told as remembered.
    """
    sources: list[str] = []
    locators: dict[str, str] = {}
    kinds: list[str] = []
    for row in rows:
        keys = sources_of(row)
        sources += keys
        read = row.get("verified") == "yes"
        for key in keys:
            where = row.get("locator", "") if read else ""
            if where and key not in locators:
                locators[key] = where
        kind = KINDS_OF_EVIDENCE.get(row.get("evidence", ""), row.get("evidence", ""))
        kinds.append(kind if read else f"{kind} (remembered; the text was not read)")
    return {
        "sources": tuple(dict.fromkeys(sources)),
        "locators": locators,
        "evidence": "; ".join(dict.fromkeys(kinds)),
    }


def worse(a: str, b: str) -> bool:
    """Whether severity ``a`` is worse than ``b``."""
    return rank(a) < rank(b)


def rank(severity: str) -> int:
    """0 for the worst."""
    return _RANKS[severity]


def worst(severities: Sequence[str]) -> Severity:
    """The worst of some severities."""
    return SEVERITIES[min(rank(s) for s in severities)]


def severity_of(row: Mapping[str, str]) -> Severity:
    """The severity of a row of a table."""
    return SEVERITIES[rank(row["severity"])]


def at_most(severity: str, limit: Severity) -> Severity:
    """``severity``, or ``limit`` where it is worse than that."""
    return SEVERITIES[max(rank(severity), rank(limit))]


def by_severity(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Worst first, otherwise in the order given."""
    return tuple(sorted(findings, key=lambda f: rank(f["severity"])))


def joined(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """One finding for each id: the worst, and of equals the first; worst first, then by id."""
    found: dict[str, Finding] = {}
    for one in findings:
        if one["id"] not in found or worse(one["severity"], found[one["id"]]["severity"]):
            found[one["id"]] = one
    return by_severity(sorted(found.values(), key=lambda f: str(f["id"])))
