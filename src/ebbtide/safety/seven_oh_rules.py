"""7-hydroxymitragynine: products that are no leaf, and leaf that holds more of it than leaf does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ebbtide.case import Quantity
from ebbtide.library import Library, conversion, same_kind

from .findings import Finding, cited, finding
from .limits import About, concerns, current, holds_here, number, worst_of
from .lots import SEVEN_OH, Lot

NAME = "7-hydroxymitragynine"
ALKALOID = "kratom_alkaloid"


def seven_oh_findings(about: About, lots: Sequence[Lot]) -> Iterator[Finding]:
    """Lots that are no leaf, that hold much 7-OH, and that hold much of it as a share of alkaloids."""
    for lot in lots:
        if SEVEN_OH in lot.kinds:
            yield _not_leaf(lot, about)
        elif lot.is_kratom:
            yield from _content(lot, about)
            yield from _share(lot, about)


def _not_leaf(lot: Lot, about: About) -> Finding:
    active = about.library.compound(lot.product.active)
    return finding(
        "product.seven_oh_not_leaf",
        "major",
        f"{lot.title} is not kratom leaf",
        f"{lot.title} holds {active.title}, which leaf holds as a trace or not at all. What is known of "
        "leaf, its "
        "long use and its surveys says nothing about it. It acts as a strong opioid: it can stop breathing, "
        "and "
        "dependence and withdrawal are as with other opioids.",
        "Treat its use as use of a strong opioid: naloxone at every contact, never with other sedatives, "
        "and offer "
        "treatment with buprenorphine or methadone.",
        rule="a product of synthetic or concentrated 7-hydroxymitragynine or of its derivatives in the case",
        inputs={"product": lot.name, "base": lot.base, "active": active.name, "taken": lot.taken},
        sources=("HHS2026", "ParticleFDA2025", "Brown2025"),
        locators={
            "HHS2026": "press release",
            "ParticleFDA2025": "summary",
            "Brown2025": "contents of products",
        },
        evidence="statement of authorities; laboratory survey; no study in people",
        missing=("human kinetics after swallowed 7-hydroxymitragynine", "what else the product holds"),
        would_change=("an analysis that shows a plain leaf product",),
    )


def _content(lot: Lot, about: About) -> Iterator[Finding]:
    content = known_contents(lot).get(NAME)
    if content is None:
        return
    rows = [
        row
        for row in current(about.library, "content")
        if row["analyte"] == NAME
        and lot.fits(row)
        and concerns(row, about)
        and holds_here(row, about.library, about.person.jurisdiction)
        and same_kind(content.unit, row["unit"])
        and content.value * conversion(content.unit, row["unit"]) > float(row["limit"])
    ]
    if rows:
        limits = "; ".join(f"{row['basis']}: {row['limit']} {row['unit']}" for row in rows)
        yield finding(
            "product.seven_oh_content",
            worst_of(rows),
            f"More 7-hydroxymitragynine in {lot.name} than leaf holds",
            f"{lot.title} holds {content.value:g} {content.unit} of 7-hydroxymitragynine{_beside(about)}. "
            "Above: "
            f"{limits}. It was fortified, or has changed in store.",
            "Treat it as a product of 7-hydroxymitragynine and not as leaf: a strong opioid.",
            rule="7-hydroxymitragynine of the assay above a limit for products of this kind",
            inputs={
                "product": lot.name,
                "content": f"{content.value:g} {content.unit}",
                "limits_passed": [row["id"] for row in rows],
                "taken": lot.taken,
            },
            **cited(*rows),
            missing=("whether the basis of the result is dry weight",),
            would_change=("another analysis of the lot",),
        )


def _beside(about: About) -> str:
    """What leaf was seen to hold."""
    seen = [
        row for row in current(about.library, "survey") if row["analyte"] == NAME and row["unit"] == "mg/g"
    ]
    return "".join(
        f"; {row['basis'].removeprefix('observed, ')} held less than {row['limit']} {row['unit']}"
        for row in seen
    )


def _share(lot: Lot, about: About) -> Iterator[Finding]:
    told = share_of_alkaloids(lot, about.library)
    if told is None:
        return
    percent, of_what = told
    rows = [
        row
        for row in current(about.library, "share")
        if lot.fits(row)
        and holds_here(row, about.library, about.person.jurisdiction)
        and percent > float(row["limit"]) * (1 + 1e-9)
    ]
    if rows:
        yield finding(
            "product.seven_oh_share",
            worst_of(rows),
            f"7-hydroxymitragynine is {number(percent)} % of the alkaloids of {lot.name}",
            f"7-hydroxymitragynine is {number(percent)} % of {of_what} of {lot.title}. Laws modelled on the "
            "Kratom "
            f"Consumer Protection Act allow {rows[0]['limit']} %; leaf has far less.",
            "Treat it as a product of 7-hydroxymitragynine and not as leaf: a strong opioid. Its sale may "
            "be unlawful.",
            rule="7-hydroxymitragynine as a share of total alkaloids, or of those assayed, above a limit",
            inputs={
                "product": lot.name,
                "share_percent": round(percent, 4),
                "of": of_what,
                "limits_passed": [row["id"] for row in rows],
                "taken": lot.taken,
            },
            **cited(*rows),
            missing=() if of_what == "total alkaloids" else ("total alkaloids of the lot",),
            would_change=("another analysis of the lot", "a result for total alkaloids"),
        )


def known_contents(lot: Lot) -> Mapping[str, Quantity]:
    """What the lot holds for certain, by compound: numbers of the assay, and lower bounds."""
    if lot.own is None:
        return {}
    bounds = {name: least for name, found in lot.own.bounds.items() if (least := found.least) is not None}
    return {**bounds, **lot.own.assay}


def share_of_alkaloids(lot: Lot, library: Library) -> tuple[float, str] | None:
    """Percent of the alkaloids that is 7-OH, and of which alkaloids; None where it is not known.

    Without total alkaloids the share is of those assayed; with no other alkaloid than 7-OH assayed
    there is none.
    """
    if lot.own is None:
        return None
    stated = lot.own.contaminants.get("seven_oh_share")
    if stated is not None and stated.least is not None:
        return stated.least.value * conversion(stated.least.unit, "percent"), "total alkaloids"
    contents = known_contents(lot)
    if NAME not in contents:
        return None
    seven = contents[NAME]
    total = lot.own.contaminants.get("total_alkaloids")
    if total is not None and total.kind == "value" and total.value and same_kind(total.unit, seven.unit):
        whole = total.value * conversion(total.unit, seven.unit)
        return seven.value / whole * 100, "total alkaloids"
    others = [
        content.value * conversion(content.unit, seven.unit)
        for name, content in contents.items()
        if name != NAME and ALKALOID in library.compound(name).classes and same_kind(content.unit, seven.unit)
    ]
    if not others or seven.value + sum(others) <= 0:
        return None
    return seven.value / (seven.value + sum(others)) * 100, "the assayed alkaloids"
