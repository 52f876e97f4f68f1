"""What a product holds against what its label says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ebbtide.case import Quantity
from ebbtide.library import conversion, same_kind
from ebbtide.library.tables import Row

from .findings import Finding, cited, finding
from .limits import About, current, number, worst_of
from .lots import Lot


def label_findings(about: About, lots: Sequence[Lot]) -> Iterator[Finding]:
    """Assays that are off the label, and labels that nobody checked."""
    for lot in lots:
        yield from _against_label(lot, about)
    yield from _unverified(about, lots)


def _against_label(lot: Lot, about: About) -> Iterator[Finding]:
    if lot.own is None:
        return
    for name, stated in lot.own.label.items():
        found = lot.own.assay.get(name)
        if found is None or stated.value <= 0 or not same_kind(found.unit, stated.unit):
            continue
        ratio = found.value * conversion(found.unit, stated.unit) / stated.value
        rows = [
            row for row in current(about.library, "label_high") if ratio > float(row["limit"]) * (1 + 1e-9)
        ]
        rows += [
            row for row in current(about.library, "label_low") if ratio < float(row["limit"]) * (1 - 1e-9)
        ]
        if rows:
            yield _mismatch(lot, name, stated, found, ratio, rows, about)


def _mismatch(
    lot: Lot, name: str, stated: Quantity, found: Quantity, ratio: float, rows: Sequence[Row], about: About
) -> Finding:
    title = about.library.compound(name).title
    return finding(
        "product.label_mismatch",
        worst_of(rows),
        f"{lot.name} holds {number(ratio * 100)} % of the {title} on its label",
        f"The assay of {lot.title} found {found.value:g} {found.unit} of {title}; the label says "
        f"{stated.value:g} "
        f"{stated.unit}.",
        "Reckon with what was found, not with the label, and take the label of other lots of the maker as "
        "unknown.",
        rule="content of the assay over content of the label, outside 90 to 110 %",
        inputs={
            "product": lot.name,
            "compound": name,
            "label": f"{stated.value:g} {stated.unit}",
            "assay": f"{found.value:g} {found.unit}",
            "percent_of_label": round(ratio * 100, 2),
            "taken": lot.taken,
        },
        **cited(*rows),
        missing=("how far units of the lot differ from one another",),
        would_change=("another assay of the lot",),
    )


def _unverified(about: About, lots: Sequence[Lot]) -> Iterator[Finding]:
    """One note for all products that are taken by their label and of whose kind surveys are known."""
    told: dict[str, list[Row]] = {}
    for lot in lots:
        if not lot.taken:
            continue
        rows = [row for row in current(about.library, "label_survey") if lot.fits(row)]
        assayed = {} if lot.own is None else lot.own.assay
        rows = [row for row in rows if row["analyte"] not in assayed]
        if rows:
            told[lot.name] = rows
    if not told:
        return
    rows = list({row["id"]: row for of_lot in told.values() for row in of_lot}.values())
    surveys = "; ".join(f"{about.library.compound(row['analyte']).title}: {row['limit']}" for row in rows)
    yield finding(
        "product.label_unverified",
        "note",
        "What these products hold was not measured: " + ", ".join(told),
        f"The amounts rest on labels or on what such products hold on average. Surveys: {surveys}.",
        "An assay of the lot, or a licensed medicine where there is one.",
        rule="a product taken without an assay, of a kind whose labels or contents surveys found to be off "
        "or wide",
        inputs={"products": {name: [row["analyte"] for row in of_lot] for name, of_lot in told.items()}},
        **cited(*rows),
        missing=tuple(
            f"content of {row['analyte']} in {name}" for name, of_lot in told.items() for row in of_lot
        ),
        would_change=("an assay of the lot", "a licensed medicine in place of a supplement"),
    )
