"""Every id that a finding can have, from the tables of the library, and the page of the docs that lists them.

``python -m ebbtide.safety.catalogue`` prints the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ebbtide.library import Library, load_library
from ebbtide.library.scales import folded
from ebbtide.library.tables import words

from .findings import rank
from .interactions import rules_of

FAMILIES = {
    "sign": "Time-critical signs",
    "vital": "Vital signs",
    "score": "Scores that call for somebody",
    "liver": "Liver",
    "lab": "Other laboratory values",
    "induction": "Starting buprenorphine or an antagonist",
    "relapse": "Lost tolerance",
    "naloxone": "Naloxone",
    "treatment": "Treatment",
    "dependence": "Dependence",
    "withdrawal": "Withdrawal that is dangerous",
    "load": "Sums",
    "interaction": "Interactions",
    "condition": "Conditions, ages, organs and genotypes",
    "dose": "Amounts in a day",
    "product": "Products",
    "legal": "Law",
    "unknown": "What is not known",
    "monitoring": "Monitoring plan",
    "forecast": "From the simulated course",
    "record": "The record against the doses reported",
}


class Entry(NamedTuple):
    """One id."""

    id: str
    severity: str
    """Its severity, or the range of it."""
    title: str


def catalogue(library: Library) -> tuple[Entry, ...]:
    """All ids, by family and name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for id, severity, title in _all(library):
        found.setdefault(id, []).append((severity, title))
    entries = [Entry(id, _range([s for s, _ in rows]), rows[0][1]) for id, rows in found.items()]
    families = list(FAMILIES)
    return tuple(sorted(entries, key=lambda e: (families.index(e.id.partition(".")[0]), e.id)))


def _range(severities: list[str]) -> str:
    if any(" to " in s for s in severities):
        return severities[0]
    ordered = sorted(set(severities), key=rank, reverse=True)
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"


def _all(library: Library) -> Iterator[tuple[str, str, str]]:
    tables, medicines = library.tables, library.medicines

    def name(selector: str) -> str:
        return medicines.class_titles.get(selector, selector.replace("_", " "))

    for row in tables["findings"]:
        yield row["id"], row["severity"], row["title"]
    for rule in rules_of(library):
        yield rule.id, rule.row["severity"], f"{name(rule.a)} with {name(rule.told_b)}"
    for row in tables["conditions"]:
        for selector in words(row["substance"]):
            title = f"{row['condition'].replace('_', ' ')} and {name(selector)}"
            yield f"condition.{row['condition']}.{selector}", row["severity"], title
    for row in tables["signs"]:
        yield row["finding"], row["severity"], row["title"]
    for row in tables["stopping"]:
        for selector in words(row["substance"]):
            yield f"withdrawal.{selector}", row["severity"], row["title"]
            yield f"withdrawal.{selector}", "note", row["title"]
    for row in tables["settings"]:
        yield f"withdrawal.{row['id']}", row["severity"], row["title"]
        yield f"withdrawal.{row['id']}", "note", row["title"]
    for row in tables["amounts"]:
        for selector in words(row["substance"]):
            yield f"dose.{selector}", row["severity"], f"daily amount of {name(selector)}"
    yield from _of_products(library)
    yield from _of_scales(library)
    for row in tables["monitoring"]:
        yield f"monitoring.{row['test'].lower()}", "note", f"next {row['test'].replace('_', ' ')}"


JUDGED = ("metal", "microbe", "solvent", "mycotoxin")
"""Kinds of analytes of which each has an id of its own."""


def _of_products(library: Library) -> Iterator[tuple[str, str, str]]:
    """What a certificate may show, by analyte."""
    analytes = {row["id"]: row for row in library.tables["analytes"]}
    for row in library.tables["product_limits"]:
        known = analytes.get(row["analyte"])
        if known is None or known["kind"] not in JUDGED or not row["severity"] or row["status"] != "current":
            continue
        name = known["judged_as"] or row["analyte"]
        yield f"product.{name}", row["severity"], f"{known['title']} above a limit"
        if known["kind"] != "microbe":
            for severity in ("minor", "moderate"):
                yield f"product.{name}.not_excluded", severity, f"{known['title']} above a limit not excluded"


def _of_scales(library: Library) -> Iterator[tuple[str, str, str]]:
    """Scores that call for somebody, and incomplete ones."""
    for scale in library.scales.values():
        family = f"score.{folded(scale.name)}"
        for alert in scale.alerts:
            most = " or more" if alert.at_most is None else f" to {alert.at_most}"
            most = "" if alert.at_most == alert.at_least else most
            what = scale.name if alert.item is None else f"item {alert.item} of {scale.name}"
            yield f"{family}.{alert.id}", alert.severity, f"{what} of {alert.at_least}{most}"
            if alert.item is not None:
                yield f"{family}.{alert.id}_unknown", "moderate", f"{what} not known"
        for severity in ("note", "minor"):
            yield f"{family}.incomplete", severity, f"{scale.name} with missing items"


def page(library: Library) -> str:
    """The page of the docs."""
    lines = [
        "# List of findings",
        "",
        "Every id that a finding can have, written by `python -m ebbtide.safety.catalogue` from the tables",
        "in `src/ebbtide/library/safety/`. [Findings](findings.md) says how they are made.",
    ]
    family = ""
    for entry in catalogue(library):
        if entry.id.partition(".")[0] != family:
            family = entry.id.partition(".")[0]
            lines += ["", f"## {FAMILIES[family]}", "", "| id | severity | about |", "|---|---|---|"]
        lines.append(f"| `{entry.id}` | {entry.severity} | {entry.title} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(load_library()), end="")
