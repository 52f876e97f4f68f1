"""What a product must not hold, or not so much of, whatever the amount taken: microbes, other drugs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ebbtide.case import Measured
from ebbtide.library import conversion, same_kind
from ebbtide.library.tables import Row

from .findings import Finding, cited, finding
from .limits import About, analyte, concerns, current, holds_here, number, worst_of
from .lots import Lot

ALKALOID = "kratom_alkaloid"


def microbe_findings(about: About, lots: Sequence[Lot]) -> Iterator[Finding]:
    """For each lot and microbe: found, or more of it than a limit."""
    for lot in lots:
        for name, measured in (lot.own.contaminants if lot.own else {}).items():
            if analyte(about.library, name).get("kind") == "microbe":
                yield from _microbe(lot, name, measured, about)


def _microbe(lot: Lot, name: str, measured: Measured, about: About) -> Iterator[Finding]:
    rows = [
        row
        for kind in ("count", "count_reached", "absent")
        for row in current(about.library, kind)
        if row["analyte"] == name
        and lot.fits(row)
        and concerns(row, about)
        and holds_here(row, about.library, about.person.jurisdiction)
    ]
    passed = [row for row in rows if _passes(row, measured)]
    if not passed:
        return
    title = analyte(about.library, name)["title"]
    limits = "; ".join(f"{row['basis']}: {_limit(row)}" for row in passed)
    yield finding(
        f"product.{name}",
        worst_of(passed),
        f"{title} in {lot.name}",
        f"{lot.title} was found with {title}: {measured.text}. This is more than allowed: {limits}.",
        "Do not use this lot. Fever, bloody or lasting diarrhoea after use: stool culture the same day, and "
        "do not "
        "take it for withdrawal.",
        rule=f"{title} present where it has to be absent, or counted above a limit for products of this kind",
        inputs={
            "product": lot.name,
            "result": measured.text,
            "taken": lot.taken,
            "limits_passed": [row["id"] for row in passed],
        },
        **cited(*passed),
        missing=() if measured.value is not None else ("a count",),
        would_change=("another analysis of the lot", "another lot"),
    )


def _limit(row: Row) -> str:
    if row["kind"] == "absent":
        return f"absent in {row['limit']} {row['unit']}"
    return f"{number(float(row['limit']))} {row['unit']}"


def _passes(row: Row, measured: Measured) -> bool:
    if measured.kind in ("present", "failed") or (measured.kind == "above" and measured.value is None):
        return True
    least = measured.least
    if least is None:
        return False
    if row["kind"] == "absent":
        return least.value > 0
    if not same_kind(least.unit, row["unit"]):
        return False
    value, limit = least.value * conversion(least.unit, row["unit"]), float(row["limit"])
    return value >= limit if row["kind"] == "count_reached" else value > limit


def adulterant_findings(about: About, lots: Sequence[Lot]) -> Iterator[Finding]:
    """Other drugs in a product that is sold as kratom, and serotonin in one of melatonin."""
    rows = [row for row in current(about.library, "absent") if row["analyte"] == "adulterants"]
    for lot in lots:
        if lot.own is None:
            continue
        found = {
            analyte(about.library, name).get("title", name): measured.text
            for name, measured in lot.own.contaminants.items()
            if analyte(about.library, name).get("kind") == "adulterant" and _is_there(measured)
        }
        if lot.is_kratom:
            for name, content in lot.own.assay.items():
                compound = about.library.compound(name)
                if ALKALOID not in compound.classes and content.value > 0:
                    found[compound.title] = f"{content.value:g} {content.unit}"
        if found:
            yield _adulterated(lot, found, rows)


def _is_there(measured: Measured) -> bool:
    if measured.kind in ("present", "failed", "above"):
        return True
    return measured.kind == "value" and bool(measured.value)


def _adulterated(lot: Lot, found: dict[str, str], rows: Sequence[Row]) -> Finding:
    names = ", ".join(found)
    return finding(
        "product.adulterant",
        worst_of(rows),
        f"Another drug in {lot.name}: {names}",
        f"{lot.title} holds what it must not hold: " + "; ".join(f"{k} {v}" for k, v in found.items()) + ".",
        "Do not use this lot. What it holds acts besides what is declared: an opioid or a sedative can stop "
        "breathing. Naloxone at hand; keep the rest of the product for the laboratory.",
        rule="a substance of the kinds opioid, benzodiazepine, tianeptine, phenethylamine, synthetic "
        "cannabinoid or "
        "serotonin found in the product, or a medicine in its assay",
        inputs={"product": lot.name, "found": found, "taken": lot.taken},
        **cited(*rows),
        missing=("what else is in it",),
        would_change=("another analysis of the lot", "another lot"),
    )
