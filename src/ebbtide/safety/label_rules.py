"""What a product holds against what its label says, and how much of a supplement comes in a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ebbtide.case import Quantity
from ebbtide.case.model import Intake
from ebbtide.library import conversion, same_kind
from ebbtide.library.tables import Row

from .findings import Finding, cited, finding
from .intake import DAY_H, highest
from .limits import About, current, number, worst_of
from .lots import Lot


def label_findings(about: About, lots: Sequence[Lot]) -> Iterator[Finding]:
    """Assays that are off the label, labels that nobody checked, and supplements above a daily limit."""
    for lot in lots:
        yield from _against_label(lot, about)
    yield from _unverified(about, lots)
    yield from _daily_compound(about, lots)


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


def _daily_compound(about: About, lots: Sequence[Lot]) -> Iterator[Finding]:
    by_name = {lot.name: lot for lot in lots}
    for compound in dict.fromkeys(row["analyte"] for row in current(about.library, "daily_compound")):
        rows = [row for row in current(about.library, "daily_compound") if row["analyte"] == compound]
        molar_mass = about.library.compound(compound).molar_mass.to("g/mol")

        def amount(
            intake: Intake, compound: str = compound, rows: list[Row] = rows, molar_mass: float = molar_mass
        ) -> float:
            lot = by_name.get(intake.product)
            if lot is None or not any(lot.fits(row) for row in rows):
                return 0.0
            nmol = intake.amounts_nmol.get(compound, 0.0)
            return nmol * conversion("nmol", "mg", molar_mass_g_per_mol=molar_mass)

        most = highest(about.case, about.doses, amount, DAY_H)
        passed = [row for row in rows if most.total > float(row["limit"]) * (1 + 1e-9)]
        if passed:
            title = about.library.compound(compound).title
            limits = "; ".join(f"{row['basis']}: {row['limit']} {row['unit']} a day" for row in passed)
            yield finding(
                f"product.{compound}_daily",
                worst_of(passed),
                f"{title} above the upper level for supplements",
                f"{number(most.total)} mg of {title} in a day, from supplements, is above: {limits}. The "
                "level is "
                "set by diarrhoea; with poor kidneys less is dangerous.",
                "Kidney function before more than this; stop where weakness, flushing or drowsiness come.",
                rule=f"{title} (the element) in the highest 24 hours of doses and regular use, above an "
                "upper level",
                inputs={
                    "mg_per_day": round(most.total, 2),
                    "by_product_mg": {name: round(value, 2) for name, value in most.by_product.items()},
                    "from": most.when,
                    "egfr": about.person.egfr,
                },
                **cited(*passed),
                missing=() if about.person.egfr is not None else ("person.egfr",),
                would_change=("another daily amount", "a measured serum level"),
            )
