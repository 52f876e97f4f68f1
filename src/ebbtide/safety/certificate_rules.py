"""Certificates of analysis: products without one, and what a certificate leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ebbtide.case import Measured
from ebbtide.library.tables import Row

from .findings import Finding, cited, finding
from .intake import brought
from .limits import About, analyte, analyte_title, current, worst_of
from .lots import SEVEN_OH, Lot


def certificate_findings(about: About, lots: Sequence[Lot]) -> Iterator[Finding]:
    """For products of kratom that are taken or described: what is not known of them."""
    yield from _without(about, [lot for lot in lots if lot.is_kratom and not _analysed(lot)])
    for lot in lots:
        if lot.own is not None and _analysed(lot):
            yield from _open(lot, about)
            yield from _not_judged(lot, about)


def _analysed(lot: Lot) -> bool:
    own = lot.own
    return own is not None and bool(own.assay or own.bounds or own.contaminants or own.certificate)


def _without(about: About, lots: Sequence[Lot]) -> Iterator[Finding]:
    if not lots:
        return
    rows = [row for row in current(about.library, "certificate") if row["analyte"] == "certificate"]
    panel = [analyte_title_of(row, about) for row in _panel(about)]
    names = ", ".join(lot.name for lot in lots)
    yield finding(
        "product.no_certificate",
        worst_of(rows),
        f"No certificate of analysis: {names}",
        f"Nothing was measured of {names}. What the model computes rests on what such products hold on "
        "average, "
        f"which differs 16-fold; not known are {', '.join(panel)}.",
        "Note product and grams, not milligrams of alkaloid. Ask for a certificate of the lot by an "
        "accredited "
        "laboratory.",
        rule="a product of kratom without assay, contaminants or certificate",
        inputs={"products": [lot.name for lot in lots]},
        **cited(*rows),
        missing=panel,
        would_change=("a certificate of analysis of the lot",),
    )


def _panel(about: About) -> list[Row]:
    return current(about.library, "panel")


def analyte_title_of(row: Row, about: About) -> str:
    """The name in words of what a row of the panel asks for."""
    name = row["analyte"]
    if name in about.library.compounds:
        return about.library.compounds[name].title
    return analyte_title(about.library, name)


def _open(lot: Lot, about: About) -> Iterator[Finding]:
    """What the results of a lot of kratom leave out or leave open."""
    if lot.own is None or not lot.is_kratom:
        return
    rows = [row for row in _panel(about) if _missing(row["analyte"], lot, about)]
    unclear = [
        f"{analyte_title(about.library, name)}: {text}"
        for name, found in {**lot.own.contaminants, **lot.own.bounds}.items()
        if (text := _unclear(found))
    ]
    about_it = _about(lot)
    if not rows and not unclear and not about_it:
        return
    untested = [analyte_title_of(row, about) for row in rows]
    parts = []
    if untested:
        parts.append(f"Not tested: {', '.join(untested)}.")
    if unclear:
        parts.append(f"Without a number that can be judged: {'; '.join(unclear)}.")
    if about_it:
        parts.append(f"The certificate does not tell: {', '.join(about_it)}.")
    cites = [*rows, *(row for row in current(about.library, "certificate") if row["analyte"] == "laboratory")]
    yield finding(
        "product.not_tested",
        "note",
        f"Not everything that matters was tested in {lot.name}",
        f"{lot.title}. " + " ".join(parts) + " What was not tested is not known, and is not taken as absent.",
        "Ask the maker for the missing results of the same lot.",
        rule="results that a certificate of kratom should have (assay of mitragynine and "
        "7-hydroxymitragynine, metals, "
        "microbes), with limits of detection, lot, laboratory and date",
        inputs={
            "product": lot.name,
            "not_tested": [row["analyte"] for row in rows],
            "certificate": dict(lot.own.certificate or {}),
        },
        **cited(*cites),
        missing=(*untested, *unclear, *about_it),
        would_change=("the missing results",),
    )


def _missing(name: str, lot: Lot, about: About) -> bool:
    if lot.own is None:
        return True
    if name in about.library.compounds:
        if SEVEN_OH in lot.kinds and name not in {
            about.library.compound(c.compound).name for c in lot.product.contents
        }:
            return False
        return name not in lot.own.assay and name not in lot.own.bounds
    tested = {analyte(about.library, written).get("judged_as", written) for written in lot.own.contaminants}
    return name not in tested


def _unclear(found: Measured) -> str:
    """Why a result cannot be judged; empty for one that can."""
    if found.kind == "passed":
        return f'"{found.text}" without a number'
    if found.kind == "below" and found.value is None and not found.sample:
        return f'"{found.text}" without the limit of detection'
    if found.kind == "absent" and not found.sample:
        return f'"{found.text}" without the size of the sample'
    return ""


def _about(lot: Lot) -> list[str]:
    """What the certificate itself does not say; empty for results that were entered by hand."""
    certificate = lot.own.certificate if lot.own is not None else None
    if certificate is None:
        return []
    wanted = {"lot": "the lot", "laboratory": "the laboratory", "date": "the date of the analysis"}
    told = [words for key, words in wanted.items() if key not in certificate]
    if "17025" not in certificate.get("accreditation", ""):
        told.append("accreditation of the laboratory by ISO/IEC 17025")
    return told


def _not_judged(lot: Lot, about: About) -> Iterator[Finding]:
    """Results that no rule speaks of, or that cannot be counted by day."""
    if lot.own is None:
        return
    known = {
        row["analyte"]
        for kind in ("daily", "daily_per_kg", "weekly_per_kg", "content", "count", "count_reached", "absent")
        for row in current(about.library, kind)
    }
    reasons: dict[str, str] = {}
    for written, found in lot.own.contaminants.items():
        row = analyte(about.library, written)
        if not row:
            reasons[written] = "not in the library's table of analytes"
        elif row["kind"] in ("metal", "microbe", "mycotoxin", "solvent") and row["judged_as"] not in known:
            reasons[written] = "no limit in the library"
        elif row["kind"] == "metal" and (content := found.least or found.most) is not None:
            intakes = [i for i in (*about.doses, *about.case.history) if i.product == lot.name]
            if not intakes:
                reasons[written] = "no dose or regular use, so no daily amount"
            elif all(brought(i, lot.product, content, "ug", about.library) is None for i in intakes):
                reasons[written] = f"{content.unit} cannot be counted with amounts of this product"
    if reasons:
        yield finding(
            "product.not_judged",
            "note",
            f"Results of {lot.name} that were not judged",
            f"{lot.title}: " + "; ".join(f"{name} ({why})" for name, why in reasons.items()) + ".",
            "Judge them by hand, or enter what is missing.",
            rule="a result of the laboratory for which there is no limit, or no daily amount to compare "
            "with one",
            inputs={"product": lot.name, "reasons": reasons},
            sources=(),
            evidence="definition",
            missing=tuple(f"{name}: {why}" for name, why in reasons.items()),
            would_change=("a limit for it", "doses or history of the product"),
        )
