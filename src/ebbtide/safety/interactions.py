"""Pairs of substances that do each other harm: rules about names and classes, the most specific wins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from ebbtide.library import Library
from ebbtide.library.medicines import Medicines
from ebbtide.library.tables import Row, words

from .facts import Facts, Taken
from .findings import Finding, cited, finding, rank, worst


@dataclass(frozen=True)
class Rule:
    """One row for one selector on each side."""

    row: Row
    a: str
    b: str
    told_b: str
    """What the id calls the second side: the row's ``under``, or the selector."""

    @property
    def id(self) -> str:
        """The id of its finding."""
        return f"interaction.{self.a}.{self.told_b}"


@dataclass(frozen=True)
class Match:
    """A rule that two substances of the case meet, ``a`` being the one of its first side."""

    rule: Rule
    a: Taken
    b: Taken
    specificity: int
    """How many pairs of medicines the rule is about: the fewer, the more specific."""
    from_h: float | None
    """When both are first present (h after the start); None where they never are, or the amount is small."""


def interaction_findings(facts: Facts) -> list[Finding]:
    """One finding for each kind of interaction, with all pairs of the case that have it."""
    met = {s.name for s in facts.substances}.union(*(s.tags for s in facts.substances))
    rules = [rule for rule in rules_of(facts.library) if rule.a in met and rule.b in met]
    groups: dict[str, list[Match]] = {}
    for x, y in combinations(facts.substances, 2):
        matches = list(_matches(x, y, rules, facts.library.medicines))
        won = {match.rule.id for match in winners(matches)}
        for match in matches:
            # What a class rule says is told beside what is known of the member.
            if match.rule.id in won and match.from_h is not None:
                groups.setdefault(match.rule.id, []).append(match)
    return [_finding(id, group, facts) for id, group in sorted(groups.items())]


def rules_of(library: Library) -> Iterator[Rule]:
    """All rules of the table of interactions, each selector of a row on its own."""
    for row in library.tables.get("interactions", ()):
        for a in words(row["a"]):
            for b in words(row["b"]):
                yield Rule(row, a, b, row["under"] or b)


def _matches(x: Taken, y: Taken, rules: Sequence[Rule], medicines: Medicines) -> Iterator[Match]:
    for rule in rules:
        for a, b in ((x, y), (y, x)):
            if a.is_(rule.a) and b.is_(rule.b):
                since = together(a, b, rule.row["within_d"]) if _amount_matters(rule, a) else None
                yield Match(rule, a, b, _specificity(rule, medicines), since)
                break


def _amount_matters(rule: Rule, a: Taken) -> bool:
    """Whether the daily amount of the first side is over the rule's limit; an unknown one may be."""
    over = rule.row["over_mg"]
    return not over or a.daily_mg is None or a.least_daily_mg > float(over)


def together(a: Taken, b: Taken, within_d: str = "") -> float | None:
    """When two substances are first present at the same time (h after the start), or None.

    ``within_d`` replaces how long they count as present after their use by a number of days.
    """
    starts = []
    for one in a.uses:
        for other in b.uses:
            start = max(one.start_h, other.start_h)
            if within_d:
                gap_h = start - min(one.end_h, other.end_h)
                meet = gap_h <= float(within_d) * 24.0
                lasting = max(one.gone_h, other.gone_h)
            else:
                lasting = min(one.gone_h, other.gone_h)
                meet = start <= lasting
            if meet and lasting >= 0:
                starts.append(start)
    return min(starts, default=None)


def _specificity(rule: Rule, medicines: Medicines) -> int:
    sizes = [1 if side in medicines else max(medicines.count(side), 2) for side in (rule.a, rule.b)]
    return sizes[0] * sizes[1]


def winners(matches: Sequence[Match]) -> list[Match]:
    """The matches of one pair that say something which no more specific one says.

    Each topic of danger (sedation, QT, level ...) belongs to the most specific rule about it; of equally
    specific ones to the worst. A specific rule that asks for more (use at the same time, a high amount)
    keeps its topics when that is not met: the class is not blamed in its place.
    """
    ordered = sorted(matches, key=lambda m: (m.specificity, rank(m.rule.row["severity"]), m.rule.row["id"]))
    taken: set[str] = set()
    won = []
    for match in ordered:
        topics = set(words(match.rule.row["topics"]))
        if topics - taken:
            won.append(match)
            taken |= topics
    return won


def _finding(id: str, matches: Sequence[Match], facts: Facts) -> Finding:
    leads = _leads(matches)
    severity = worst([m.rule.row["severity"] for m in leads])
    ordered = sorted(matches, key=lambda m: (m.specificity, rank(m.rule.row["severity"]), m.a.name, m.b.name))
    rows = list({m.rule.row["id"]: m.rule.row for m in ordered}.values())
    substances = {s.name: s for m in matches for s in (m.a, m.b)}
    inputs: dict[str, Any] = {name: substances[name].told for name in sorted(substances)}
    inputs["together_from"] = facts.when(max(min(m.from_h or 0.0 for m in matches), 0.0))
    banned = any(m.rule.row["contraindicated"] for m in leads)
    worst_row = min((m.rule.row for m in leads), key=lambda row: (rank(row["severity"]), row["id"]))
    return finding(
        id,
        severity,
        _title(ordered, facts.library.medicines) + (": do not combine" if banned else ""),
        " ".join(dict.fromkeys(_sentence(row["effect"]) for row in rows)),
        _sentence(worst_row["advice"]),
        rule=f"{_meant(ordered, 'a', facts)} and {_meant(ordered, 'b', facts)} present at the same time"
        + _time_words(worst_row)
        + f" ({'; '.join(dict.fromkeys(row['mechanism'] for row in rows if row['mechanism']))})",
        inputs=inputs,
        **cited(*rows),
        missing=_missing(matches),
        would_change=(
            "one of them stopped, as far as its prescriber agrees",
            "use that does not overlap in time",
        ),
        measured=[row["measured"] for row in rows if row["measured"]],
    )


def _leads(matches: Sequence[Match]) -> list[Match]:
    """The most specific match of each pair: its severity counts."""
    leads: dict[tuple[str, str], Match] = {}
    for match in matches:
        pair = (match.a.name, match.b.name)
        if pair not in leads or match.specificity < leads[pair].specificity:
            leads[pair] = match
    return list(leads.values())


def _sentence(text: str) -> str:
    text = text.rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def _title(matches: Sequence[Match], medicines: Medicines) -> str:
    a, b = matches[0].rule.a, matches[0].rule.told_b
    if a == b:
        names = dict.fromkeys(s.title for m in matches for s in (m.a, m.b))
        return f"More than one of {medicines.class_titles.get(a, a)}: {', '.join(sorted(names))}"
    sides = [
        _side(told, [getattr(m, side).title for m in matches], medicines)
        for told, side in ((a, "a"), (b, "b"))
    ]
    return f"{sides[0][:1].upper()}{sides[0][1:]} with {sides[1]}"


def _side(told: str, names: Sequence[str], medicines: Medicines) -> str:
    text = ", ".join(sorted(set(names)))
    title = "" if told in medicines else medicines.class_titles.get(told, "")
    return f"{title} ({text})" if title else text


def _meant(matches: Sequence[Match], side: str, facts: Facts) -> str:
    """What a side of the rules means: names, or any of a class."""
    medicines = facts.library.medicines
    told = []
    for match in matches:
        selector = match.rule.a if side == "a" else match.rule.b
        name = selector.replace("_", " ")
        told.append(name if selector in medicines else f"any of {medicines.class_titles.get(selector, name)}")
    return " or ".join(dict.fromkeys(told))


def _time_words(row: Row) -> str:
    if not row["within_d"]:
        return ", counting the days for which each still acts"
    days = float(row["within_d"])
    return ", as used" if days == 0 else f", or less than {days:g} days apart"


def _missing(matches: Sequence[Match]) -> list[str]:
    missing = [
        f"daily amount of {m.a.title}" for m in matches if m.rule.row["over_mg"] and m.a.daily_mg is None
    ]
    missing += ["blood levels", "how the person reacts to the pair"]
    return missing
