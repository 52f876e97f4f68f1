"""All findings of a case, without a model run: each rule for each course, joined by id."""

from __future__ import annotations

from collections.abc import Callable

from ebbtide.case import Case
from ebbtide.library import Library

from .amounts import amount_findings
from .changes import change_findings
from .conditions import condition_findings, unknown_findings
from .facts import Facts, facts_of
from .findings import Finding, joined, worse
from .induction import induction_findings
from .interactions import interaction_findings
from .jaundice import jaundice_findings
from .laboratory import laboratory_findings
from .law_rules import law_findings
from .liver import liver_findings
from .loads import load_findings
from .monitoring import monitoring_findings
from .product_rules import product_findings
from .rucam import rucam_findings
from .score_rules import rating_alerts
from .signs import sign_findings
from .stopping import stopping_findings
from .vitals import vital_findings

Rule = Callable[[Facts], list[Finding]]

RULES: tuple[Rule, ...] = (
    sign_findings,
    vital_findings,
    liver_findings,
    jaundice_findings,
    rucam_findings,
    laboratory_findings,
    induction_findings,
    change_findings,
    stopping_findings,
    interaction_findings,
    load_findings,
    condition_findings,
    amount_findings,
    unknown_findings,
    monitoring_findings,
    rating_alerts,
    product_findings,
    law_findings,
)
"""Each looks at one course; ids are its own."""


def case_findings(case: Case, library: Library) -> tuple[Finding, ...]:
    """Findings of the case as written and of its alternatives, worst first.

    A finding that only an alternative has, or has in a worse form, names the alternatives in
    ``basis.inputs.courses``.
    """
    written = joined(findings_of(facts_of(case, library)))
    severities = {f["id"]: f["severity"] for f in written}
    more: list[Finding] = []
    courses: dict[str, list[str]] = {}
    for alternative in case.alternatives:
        for found in joined(findings_of(facts_of(case, library, alternative))):
            if found["id"] not in severities or worse(found["severity"], severities[found["id"]]):
                more.append(found)
                courses.setdefault(found["id"], []).append(alternative.id)
    for found in more:
        found["basis"]["inputs"] = {**found["basis"]["inputs"], "courses": sorted(courses[found["id"]])}
    return joined((*written, *more))


def findings_of(facts: Facts) -> list[Finding]:
    """What every rule finds in one course."""
    return [found for rule in RULES for found in rule(facts)]
