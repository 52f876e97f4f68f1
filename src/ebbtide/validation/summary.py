"""How well predictions agree with observations, by domain and by role."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .result import ResultRow, StudyResult

WITHIN = (1.25, 1.5, 2.0)
NO_PREDICTION = ("dose",)
"""Statistics that only repeat what went in."""
FOLD_DOMAINS = ("kinetics",)
"""Domains that are judged by ratios; scores and fractions are by differences."""


@dataclass(frozen=True)
class Agreement:
    """The rows of one domain and role together."""

    domain: str
    role: str
    rows: int
    judged: int
    passed: int
    aafe: float | None
    """Absolute average fold error: the geometric mean of the folds (kinetics)."""
    within: dict[str, float]
    """Share of rows within 1.25-, 1.5- and 2-fold (kinetics)."""
    mean_difference: float | None
    """Mean of predicted less observed, for rows in points."""
    mean_absolute_difference: float | None


def summarise(studies: Sequence[StudyResult]) -> dict[str, Any]:
    """Counts of studies, and :class:`Agreement` for each domain and role, as plain tables."""
    rows = [row for study in studies for row in study.rows if row.statistic not in NO_PREDICTION]
    groups = sorted({(row.domain, row.role) for row in rows})
    return {
        "studies": len(studies),
        "run": sum(not study.not_run for study in studies),
        "not_run": [{"id": s.id, "path": s.path, "reason": s.not_run} for s in studies if s.not_run],
        "agreement": [
            asdict(_agreement(d, r, [x for x in rows if (x.domain, x.role) == (d, r)])) for d, r in groups
        ],
    }


def _agreement(domain: str, role: str, rows: Sequence[ResultRow]) -> Agreement:
    judged = [row.passed for row in rows if row.passed is not None]
    folds = [row.fold for row in rows if row.fold is not None] if domain in FOLD_DOMAINS else []
    points = [row.difference for row in rows if row.unit == "points" and row.difference is not None]
    return Agreement(
        domain=domain,
        role=role,
        rows=len(rows),
        judged=len(judged),
        passed=sum(judged),
        aafe=math.exp(sum(map(math.log, folds)) / len(folds)) if folds else None,
        within={f"{limit:g}": sum(fold <= limit for fold in folds) / len(folds) for limit in WITHIN}
        if folds
        else {},
        mean_difference=sum(points) / len(points) if points else None,
        mean_absolute_difference=sum(map(abs, points)) / len(points) if points else None,
    )
