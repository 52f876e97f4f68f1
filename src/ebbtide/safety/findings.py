"""A finding: what is dangerous, said with its basis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

Severity = Literal["emergency", "urgent", "major", "moderate", "minor", "note"]
SEVERITIES: tuple[Severity, ...] = ("emergency", "urgent", "major", "moderate", "minor", "note")


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
) -> dict[str, Any]:
    """A finding in the public form; ``rule`` says in words what was looked for."""
    return {
        "id": id,
        "severity": severity,
        "title": title,
        "message": message,
        "basis": {
            "rule": rule,
            "inputs": inputs,
            "sources": list(dict.fromkeys(sources)),
            "evidence": evidence,
            "missing": list(missing),
        },
        "advice": advice,
    }


def by_severity(findings: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Worst first, otherwise in the order given."""
    return tuple(sorted(findings, key=lambda f: SEVERITIES.index(f["severity"])))
