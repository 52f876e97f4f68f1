"""Findings on products: contents, contaminants, labels and certificates."""

from __future__ import annotations

from itertools import chain

from .certificate_rules import certificate_findings
from .contaminant_rules import contaminant_findings
from .findings import Finding
from .label_rules import label_findings
from .limits import About, together
from .lots import lots_of, with_uses
from .microbe_rules import adulterant_findings, microbe_findings
from .seven_oh_rules import seven_oh_findings


def product_findings(about: About) -> list[Finding]:
    """All findings on the products of one course, each id once."""
    lots = lots_of(about.case, about.doses, about.library)
    found = together(
        chain(
            contaminant_findings(about, lots),
            microbe_findings(about, lots),
            adulterant_findings(about, lots),
            seven_oh_findings(about, lots),
            label_findings(about, lots),
            certificate_findings(about, lots),
        )
    )
    return with_uses(found, lots, about.case, about.doses)
