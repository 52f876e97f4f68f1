"""Findings of a record against the doses reported: levels, withdrawal and pupils that they do not explain.

What is unlikely is computed where a person is followed (:mod:`ebbtide.learning`); here it is judged and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import NamedTuple

from ebbtide.case import Case, Observation
from ebbtide.library import Library, Parameter

from .course_rules import SIMULATED
from .findings import Finding, Severity, finding

PLASMA = "plasma."
RAREST = 1e-6
"""Smaller chances are not told: tails that far out are the model's alone."""
COMMON_CAUSES = "a mistaken time, tube or unit"


@dataclass(frozen=True)
class Seen:
    """One observation of a run, with what was forecast for it."""

    title: str
    time_h: float
    place: int
    """Which observation of the case."""
    low: float
    """5 % of the forecast from earlier observations."""
    high: float
    """95 %."""
    unit: str


@dataclass(frozen=True)
class Contradiction:
    """A run of observations of one domain that lie on one side of their forecasts."""

    domain: str
    """``withdrawal``, ``pupil`` or ``plasma.<compound>``."""
    above: bool
    chance: float
    """Of a run so far out under the reported doses, corrected for the number of runs looked at."""
    seen: tuple[Seen, ...]


class Words(NamedTuple):
    """What a contradiction of one kind means."""

    id: str
    severity: Severity
    causes: str
    advice: str


_VERIFY = "Ask without blame, and confirm (witnessed doses, pharmacy record, urine test) before any change."
_LEVEL = "record.level_contradicts_doses"
_WITHDRAWAL = "record.withdrawal_contradicts_doses"
_PUPIL = "record.pupil_contradicts_doses"
WORDS = {
    ("plasma", False): Words(
        _LEVEL,
        "major",
        "missed doses, vomiting after a dose, a weaker product, a medicine that speeds up clearance, "
        f"{COMMON_CAUSES}",
        f"{_VERIFY} Who has missed doses has lost tolerance: the full dose reported may be dangerous.",
    ),
    ("plasma", True): Words(
        _LEVEL,
        "major",
        "more or other doses, a stronger product, a medicine that slows clearance, failing liver or kidneys, "
        f"{COMMON_CAUSES}",
        f"{_VERIFY} Watch breathing and sedation meanwhile.",
    ),
    ("withdrawal", True): Words(
        _WITHDRAWAL,
        "moderate",
        "missed doses, vomiting after a dose, a weaker product, precipitated withdrawal, another illness, "
        "withdrawal from alcohol or sedatives, a mistaken time or score",
        f"{_VERIFY} Look for another illness.",
    ),
    ("withdrawal", False): Words(
        _WITHDRAWAL,
        "moderate",
        "opioids that are not in the record, other medicines that hide the signs, less use before the start "
        "than reported, a mistaken time or score",
        f"{_VERIFY} Opioids beside those reported add to the danger for breathing.",
    ),
    ("pupil", True): Words(
        _PUPIL, "minor", "missed doses, medicines or drugs that widen pupils, other light", _VERIFY
    ),
    ("pupil", False): Words(_PUPIL, "minor", "opioids that are not in the record, other light", _VERIFY),
}
"""By kind of domain, and whether the record lies above the forecast."""


def record_findings(case: Case, runs: Sequence[Contradiction], library: Library) -> list[Finding]:
    """``record.level_contradicts_doses``, ``record.withdrawal_contradicts_doses``,
    ``record.pupil_contradicts_doses`` and ``record.compound_not_dosed``.
    """
    limit: Parameter = library.safety["record"]["contradiction"]["chance"]
    told = [_told(case, run, limit) for run in runs if run.chance < limit.value]
    return [*told, *_not_dosed(case, runs, library)]


def _told(case: Case, run: Contradiction, limit: Parameter) -> Finding:
    words = WORDS[run.domain.partition(".")[0], run.above]
    what, verb = f"the plasma level of {run.domain.removeprefix(PLASMA)}", "contradicts"
    if run.domain == "withdrawal":
        what, verb = "ratings of withdrawal", "contradict"
    elif run.domain == "pupil":
        what = "the size of the pupil"
    times = "Once" if len(run.seen) == 1 else f"{len(run.seen)} times"
    first, last = (_when(case, run.seen[i].time_h) for i in (0, -1))
    when = f"on {first}" if first == last else f"from {first} to {last}"
    rare = f"{run.chance:.1g}" if run.chance >= RAREST else f"less than {RAREST:.0e}"
    observed = "; ".join(_one(case, seen) for seen in run.seen)
    return finding(
        words.id,
        words.severity,
        f"{what[0].upper()}{what[1:]} {verb} the doses reported",
        f"{times} {when}, {what} lay {'above' if run.above else 'below'} what the doses reported and the "
        f"record until then lead to: {observed}. If the doses were as reported and "
        f"the model held, the chance of this would be {rare}. Possible reasons: {words.causes}; "
        "or the model is wrong for this person.",
        words.advice,
        rule="each observation against its forecast from earlier observations under the doses reported; runs "
        "of one kind on one side, joined by Fisher's method, corrected for the number of runs; told below "
        f"{limit.value:g}",
        inputs={
            "observations": [
                {
                    "at": _when(case, seen.time_h),
                    "what": seen.title,
                    "observed": _observed(case.observations[seen.place]),
                    "forecast_5_to_95": [round(seen.low, 3), round(seen.high, 3)],
                    "unit": seen.unit,
                }
                for seen in run.seen
            ],
            "chance": run.chance,
            "doses_reported": _doses(case),
        },
        sources=[limit.source],
        evidence=SIMULATED,
        missing=("whether each dose was witnessed", "use that was not reported"),
        would_change=("corrected doses or times", "a repeated measurement", "a urine or plasma test"),
    )


def _not_dosed(case: Case, runs: Sequence[Contradiction], library: Library) -> list[Finding]:
    """Levels of compounds that nothing in the case gives or forms."""
    limit: Parameter = library.physiology["observation"]["assay"]["plasma_limit"]
    formed = _formed(case, library)
    found: dict[str, list[Observation]] = {}
    for seen in case.observations:
        name = seen.name.removeprefix(PLASMA)
        known = seen.kind == "lab" and seen.name.startswith(PLASMA) and seen.value is not None
        if known and name not in formed and (seen.value or 0.0) > limit.value:
            found.setdefault(name, []).append(seen)
    if not found:
        return []
    named = ", ".join(found)
    levels = [(name, seen) for name, all_seen in found.items() for seen in all_seen]
    told = "; ".join(f"{name} {_observed(seen)} on {_when(case, seen.time_h)}" for name, seen in levels)
    return [
        finding(
            "record.compound_not_dosed",
            "major",
            f"Found in plasma, in no dose reported: {named}",
            f"{told}. No dose, history or product of the case gives it, and nothing given forms it. "
            "Possible reasons: use that was not reported, a product that holds more than its label says, "
            f"{COMMON_CAUSES}.",
            f"{_VERIFY} Until then check interactions as if it were taken: add it to the case.",
            rule="level, above the limit of the assay, of a compound that no dose or history gives or forms",
            inputs={
                "levels": [
                    {"at": _when(case, seen.time_h), "what": name, "observed": _observed(seen)}
                    for name, seen in levels
                ],
                "doses_reported": _doses(case),
            },
            sources=[limit.source],
            evidence="definition",
            missing=("how it was measured (a screening test or mass spectrometry)",),
            would_change=("a dose of it in the case", "a repeated measurement by mass spectrometry"),
        )
    ]


def _formed(case: Case, library: Library) -> set[str]:
    """Compounds given by the case as written, and all that is formed from them."""
    doses = (*case.history, *case.doses)
    left = [name for dose in doses for name in (*dose.amounts_nmol, *dose.medicines)]
    found: set[str] = set()
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        if name in library.compounds:
            left += [m.compound for m in library.compounds[name].metabolites]
    return found


def _doses(case: Case) -> list[str]:
    lines = dict.fromkeys(f"{dose.amount_text} {dose.title} {dose.route}" for dose in case.doses)
    return list(lines) or ["none after the start"]


def _one(case: Case, seen: Seen) -> str:
    observed = _observed(case.observations[seen.place])
    return (
        f"{seen.title} {observed} where {seen.low:.3g} to {seen.high:.3g} {seen.unit} were forecast (5-95 %)"
    )


def _observed(seen: Observation) -> str:
    if seen.value is None:
        return f"{seen.low:g} to {seen.high:g} {seen.unit}"
    return f"{seen.value:g} {seen.unit}"


def _when(case: Case, time_h: float) -> str:
    at = (case.start.astimezone(UTC) + timedelta(hours=time_h)).astimezone(case.start.tzinfo)
    return at.isoformat(timespec="minutes")
