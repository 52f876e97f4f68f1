"""How well predictions agree with observations, by domain and by role."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .domains import FOLD_DOMAINS
from .result import ResultRow, StudyResult
from .schema import Domain

WITHIN = (1.25, 1.5, 2.0)
NO_PREDICTION = ("dose",)
"""Statistics that only repeat what went in."""
DOMAINS: tuple[str, ...] = Domain.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Agreement:
    """The rows of one domain and role together."""

    domain: str
    role: str
    studies: int
    rows: int
    not_run: int
    judged: int
    passed: int
    aafe: float | None
    """Absolute average fold error: the geometric mean of the folds (exposures)."""
    within: dict[str, float]
    """Share of rows within 1.25-, 1.5- and 2-fold (exposures)."""
    mean_difference_in_sd: float | None
    """Mean of predicted less observed, in standard deviations of the observed people (all else)."""
    mean_absolute_difference_in_sd: float | None
    mean_difference: float | None
    """Mean of predicted less observed, for rows in points."""
    mean_absolute_difference: float | None


def summarise(studies: Sequence[StudyResult]) -> dict[str, Any]:
    """Counts of studies, and :class:`Agreement` for each domain and role, as plain tables."""
    rows = [row for study in studies for row in study.rows if row.statistic not in NO_PREDICTION]
    groups = sorted({(row.domain, row.role) for row in rows}, key=lambda g: (DOMAINS.index(g[0]), g[1]))
    return {
        "studies": len(studies),
        "run": sum(not study.not_run for study in studies),
        "not_run": [{"id": s.id, "path": s.path, "reason": s.not_run} for s in studies if s.not_run],
        "rows": len(rows),
        "rows_not_run": sum(bool(row.not_run) for row in rows),
        "agreement": [
            asdict(_agreement(d, r, [x for x in rows if (x.domain, x.role) == (d, r)])) for d, r in groups
        ],
    }


def average_fold(folds: Sequence[float]) -> float | None:
    """AAFE: the geometric mean of fold errors of 1 or more."""
    return math.exp(sum(map(math.log, folds)) / len(folds)) if folds else None


def _agreement(domain: str, role: str, rows: Sequence[ResultRow]) -> Agreement:
    judged = [row.passed for row in rows if row.passed is not None]
    exposures = domain in FOLD_DOMAINS
    folds = [row.fold for row in rows if row.fold is not None] if exposures else []
    points = [row.difference for row in rows if row.unit == "points" and row.difference is not None]
    in_sd = [row.difference_in_sd for row in rows if row.difference_in_sd is not None and not exposures]
    return Agreement(
        domain=domain,
        role=role,
        studies=len({row.study for row in rows}),
        rows=len(rows),
        not_run=sum(bool(row.not_run) for row in rows),
        judged=len(judged),
        passed=sum(judged),
        aafe=average_fold(folds),
        within={f"{limit:g}": sum(fold <= limit for fold in folds) / len(folds) for limit in WITHIN}
        if folds
        else {},
        mean_difference_in_sd=_mean(in_sd),
        mean_absolute_difference_in_sd=_mean([abs(d) for d in in_sd]),
        mean_difference=_mean(points),
        mean_absolute_difference=_mean([abs(p) for p in points]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
