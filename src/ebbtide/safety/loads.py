"""Sums that pairs do not show: all that sedates, lengthens QT or adds serotonin at the same time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .facts import Facts, Taken
from .findings import Finding, Severity, finding
from .labs import is_low, newest_qtc
from .traits import numeric

OPIOID = ("opioid", "opioid_like")
REMEMBERED = "weights by category, set by Ebbtide; the categories are remembered, not read"


def load_findings(facts: Facts) -> list[Finding]:
    """``load.sedation``, ``load.qt`` and ``load.serotonin``."""
    found = (_sedation(facts), _qt(facts), _serotonin(facts))
    return [f for f in found if f is not None]


class Sum(NamedTuple):
    """What is present at one time, and how much it weighs."""

    counts: bool
    """Whether it is enough, and of enough substances, to be told."""
    total: float
    present: tuple[Taken, ...] = ()
    since_h: float = 0.0
    """When all of it is first present (h after the start)."""


def most_at_once(substances: Sequence[Taken], weigh: Callable[[Sequence[Taken]], Sum]) -> Sum:
    """The heaviest of what is present at one time, what counts before what does not."""
    best = Sum(False, 0.0)
    times = sorted({max(use.start_h, 0.0) for s in substances for use in s.uses if use.gone_h >= 0})
    for time in times:
        present = tuple(s for s in substances if any(u.start_h <= time <= u.gone_h for u in s.uses))
        found = weigh(present)
        if found[:2] > best[:2]:
            best = found._replace(present=present, since_h=time)
    return best


def _sedation(facts: Facts) -> Finding | None:
    numbers = facts.library.safety["loads"]["sedation"]
    sedating = [s for s in facts.present if s.sedation]

    def weigh(some: Sequence[Taken]) -> Sum:
        count, total = _sedatives(some)
        return Sum(count >= numbers["agents"].value and total >= numbers["moderate"].value, total)

    counts, total, present, since = most_at_once(sedating, weigh)
    if not counts:
        return None
    strong = any(s.is_("gaba_sedative") or any(s.is_(tag) for tag in OPIOID) for s in present)
    severity = _severity(total, numbers) if strong else "moderate"
    return _finding(
        "load.sedation",
        severity,
        "Several sedating substances at the same time",
        f"{_names(present)} are present at the same time: sedation and slow breathing add up, most at "
        "night and with an "
        "opioid among them.",
        "Fewer and lower, agreed with the prescribers; nothing that sedates is stopped abruptly after "
        "long use. Naloxone "
        "at hand where an opioid is among them; no alcohol; do not sleep alone in the first nights.",
        "sum of sedation weights (0 to 3 each)",
        facts,
        present,
        {s.title: s.sedation for s in present},
        total,
        since,
        numbers,
        ("sleep apnoea and lung disease that are not listed", "respiratory rate and sedation as observed"),
        ("FDA2016benzoopioid", "FDA2019gabapentinoids"),
    )


def _sedatives(present: Sequence[Taken]) -> tuple[int, float]:
    """How many sedate and how much; planned opioids stand in place of those of the history."""
    opioids = [s for s in present if any(s.is_(tag) for tag in OPIOID)]
    others = [s for s in present if s not in opioids]
    planned = [s for s in opioids if s.planned]
    before = [s for s in opioids if any(not use.planned for use in s.uses)]
    weights = [sum(s.sedation for s in group) for group in (planned, before, others)]
    return max(len(planned), len(before)) + len(others), max(weights[:2]) + weights[2]


def _qt(facts: Facts) -> Finding | None:
    numbers = facts.library.safety["loads"]["qt"]
    weights = {kind: numbers["weight"][kind].value for kind in ("known", "possible", "conditional")}
    agents = [s for s in facts.present if s.qt]
    risks, missing = qt_risks(facts)

    def weigh(some: Sequence[Taken]) -> Sum:
        total = sum(weights[s.qt] for s in some) + len(risks) * numbers["weight"]["risk"].value
        known = any(s.qt == "known" for s in some)
        many = len(some) >= numbers["agents"].value
        return Sum(known and many and total >= numbers["moderate"].value, total)

    counts, total, present, since = most_at_once(agents, weigh)
    if not counts:
        return None
    told: dict[str, Any] = {s.title: s.qt for s in present}
    return _finding(
        "load.qt",
        _severity(total, numbers),
        "Several substances that lengthen the QT interval",
        f"{_names(present)} are present at the same time"
        + (f", with {', '.join(risks)}" if risks else "")
        + ": the risk of torsades adds up.",
        "ECG before and within days of each start or rise of dose; potassium above 4 mmol/L and magnesium "
        "in range; "
        "replace what can be replaced. Fainting or palpitations: emergency number, ECG at once.",
        "sum of QT weights (known 2, possible or conditional 1) and one for each risk of the person",
        facts,
        present,
        told,
        total,
        since,
        numbers,
        missing,
        ("Krantz2009",),
    )


def qt_risks(facts: Facts) -> tuple[list[str], list[str]]:
    """What makes a long QT more dangerous in this person, and what is not known of it."""
    risks, missing = [], []
    for name in ("long_qt", "bradycardia", "heart_failure", "recent_infarct", "arrhythmia", "heart_block"):
        if facts.has_condition(name):
            risks.append(name.replace("_", " ").replace("qt", "QT"))
    qtc = newest_qtc(facts)
    borderline = facts.library.safety["labs"]["qtc"]["borderline"].to("ms")
    if qtc is None or qtc.value is None:
        missing.append("QTc")
    elif qtc.value > borderline:
        risks.append(f"QTc {qtc.value:.0f} ms")
    for name, low in (("potassium", is_low("potassium", facts)), ("magnesium", is_low("magnesium", facts))):
        if low is None:
            missing.append(name)
        elif low:
            risks.append(f"low {name}")
    pulse = numeric("heart_rate", facts)
    if pulse is not None and pulse < facts.library.safety["vitals"]["heart_rate"]["slow"].value:
        risks.append("slow pulse")
    return risks, missing


def _serotonin(facts: Facts) -> Finding | None:
    numbers = facts.library.safety["loads"]["serotonin"]
    agents = [s for s in facts.present if s.serotonin]

    def weigh(some: Sequence[Taken]) -> Sum:
        total = float(sum(s.serotonin for s in some))
        return Sum(len(some) >= numbers["agents"].value and total >= numbers["moderate"].value, total)

    counts, total, present, since = most_at_once(agents, weigh)
    if not counts:
        return None
    return _finding(
        "load.serotonin",
        _severity(total, numbers),
        "Several serotonergic substances at the same time",
        f"{_names(present)} are present at the same time: the risk of serotonin toxicity adds up.",
        "Fewer of them, agreed with the prescribers. Clonus, agitation, sweating, tremor with brisk "
        "reflexes or fever: "
        "stop them and get emergency care.",
        "sum of serotonin weights (0 to 3 each)",
        facts,
        present,
        {s.title: s.serotonin for s in present},
        total,
        since,
        numbers,
        ("clonus and reflexes as examined",),
        ("FDA2016opioidserotonin", "Dunkley2003"),
    )


def _severity(total: float, numbers: Mapping[str, Any]) -> Severity:
    return "major" if total >= numbers["major"].value else "moderate"


def _names(present: Sequence[Taken]) -> str:
    names = [s.title for s in present]
    text = ", ".join(names[:-1]) + f" and {names[-1]}"
    return f"{text[:1].upper()}{text[1:]}"


def _finding(
    id: str,
    severity: Severity,
    title: str,
    message: str,
    advice: str,
    what: str,
    facts: Facts,
    present: Sequence[Taken],
    weights: dict[str, Any],
    total: float,
    since: float,
    numbers: Mapping[str, Any],
    missing: Sequence[str],
    sources: Sequence[str],
) -> Finding:
    levels = f"moderate from {numbers['moderate'].value:g}, major from {numbers['major'].value:g}"
    return finding(
        id,
        severity,
        title,
        message,
        advice,
        rule=f"{what} over {numbers['agents'].value:g} or more substances present at the same time: {levels}",
        inputs={
            **{s.name: s.told for s in present},
            "weights": weights,
            "sum": total,
            "together_from": facts.when(since),
        },
        sources=sources,
        evidence=REMEMBERED,
        missing=(*missing, "substances that the case does not list"),
        would_change=("one of them stopped or replaced, as far as its prescriber agrees",),
    )
