"""Contaminants by the daily amount: metals of all products together against tolerable intakes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ebbtide.case import Measured, Quantity
from ebbtide.case.model import Intake
from ebbtide.library import conversion, same_kind
from ebbtide.library.tables import Row

from .findings import Finding, cited, finding
from .intake import DAY_H, WEEK_H, Highest, brought, highest
from .limits import About, analyte, concerns, current, holds_here, number, worst_of
from .lots import Lot

DAILY = ("daily", "daily_per_kg", "weekly_per_kg")
CONTENT = ("content", "content_reached")


class Over(NamedTuple):
    """A limit that is passed, and how much of it there is."""

    row: Row
    text: str


@dataclass
class _Sum:
    """One contaminant over all products."""

    name: str
    title: str
    results: dict[str, Measured]
    lots: dict[str, Lot]
    unknown_mass: list[str] = field(default_factory=list)


def contaminant_findings(about: About, lots: Sequence[Lot]) -> Iterator[Finding]:
    """For each contaminant with a limit: above it, or possibly above it."""
    limits = [row for kind in (*DAILY, *CONTENT) for row in current(about.library, kind)]
    judged = [row for row in limits if analyte(about.library, row["analyte"]).get("kind") != "alkaloid"]
    for name in dict.fromkeys(row["analyte"] for row in judged):
        if analyte(about.library, name):
            rows = [row for row in judged if row["analyte"] == name]
            yield from _judge(name, rows, about, lots)


def _judge(name: str, rows: Sequence[Row], about: About, lots: Sequence[Lot]) -> Iterator[Finding]:
    title = analyte(about.library, name)["title"]
    results = {lot.name: found for lot in lots if (found := result_of(lot, name, about)) is not None}
    if not results:
        return
    total = _Sum(name, title, results, {lot.name: lot for lot in lots})
    sure = [
        *_over_intake(total, rows, about, least=True),
        *_over_content(total, rows, about, least=True),
    ]
    if sure:
        yield _finding(total, sure, rows, about)
        return
    possible = [
        *_over_intake(total, rows, about, least=False),
        *_over_content(total, rows, about, least=False),
    ]
    if possible or any(map(_is_there_unsized, results.values())):
        yield _uncertain(total, possible, about)


def _is_there_unsized(found: Measured) -> bool:
    """Whether there is some, or too much, and nobody says how much."""
    return found.kind in ("present", "failed") or (found.kind == "above" and found.value is None)


def result_of(lot: Lot, name: str, about: About) -> Measured | None:
    """The result for an analyte, or the worst of those that are judged as it."""
    if lot.own is None:
        return None
    found = [
        measured
        for written, measured in lot.own.contaminants.items()
        if analyte(about.library, written).get("judged_as", written) == name
    ]
    return max(found, key=_size, default=None)


def _size(measured: Measured) -> tuple[bool, float]:
    value = 0.0 if measured.value is None else measured.value
    if measured.value is not None and same_kind(measured.unit, "ug/g"):
        value *= conversion(measured.unit, "ug/g")
    return measured.kind in ("value", "above", "present", "failed"), value


def _over_intake(total: _Sum, rows: Sequence[Row], about: About, *, least: bool) -> Iterator[Over]:
    day, week = (_intake(total, about, window, least=least) for window in (DAY_H, WEEK_H))
    for row in rows:
        if row["kind"] not in DAILY or not _counts(row, total, about):
            continue
        weekly = row["kind"] == "weekly_per_kg"
        amount = week if weekly else day
        weight = about.person.weight_kg if row["kind"].endswith("per_kg") else 1.0
        if weight is None or amount.total <= float(row["limit"]) * weight * (1 + 1e-9):
            continue
        per = "a week" if weekly else "a day"
        limit = f"{row['limit']} {row['unit']}" + (
            f" of body weight {per}" if row["kind"] != "daily" else " a day"
        )
        yield Over(row, f"{row['basis']}: {limit}")


def _intake(total: _Sum, about: About, window_h: float, *, least: bool) -> Highest:
    """The most that comes in (ug) in a window: what is there for certain, or what may be there at most."""

    def amount(intake: Intake) -> float | None:
        measured = total.results.get(intake.product)
        content = None if measured is None else (measured.least if least else measured.least or measured.most)
        if content is None:
            return 0.0
        mass = _mass(intake, content, total, about)
        if mass is None and intake.product not in total.unknown_mass:
            total.unknown_mass.append(intake.product)
        return mass

    return highest(about.case, about.doses, amount, window_h)


def _mass(intake: Intake, content: Quantity, total: _Sum, about: About) -> float | None:
    return brought(intake, total.lots[intake.product].product, content, "ug", about.library)


def _over_content(total: _Sum, rows: Sequence[Row], about: About, *, least: bool) -> Iterator[Over]:
    for row in rows:
        if row["kind"] not in CONTENT or not _counts(row, total, about):
            continue
        for name, measured in total.results.items():
            content = measured.least if least else (measured.least or measured.most)
            if content is None or not total.lots[name].fits(row) or not same_kind(content.unit, row["unit"]):
                continue
            value = content.value * conversion(content.unit, row["unit"])
            reached = row["kind"] == "content_reached" and value >= float(row["limit"])
            if reached or value > float(row["limit"]) * (1 + 1e-9):
                yield Over(row, f"{row['basis']}: {row['limit']} {row['unit']} of product")


def _counts(row: Row, total: _Sum, about: About) -> bool:
    if concerns(row, about) is not True or not holds_here(row, about.library, about.person.jurisdiction):
        return False
    return any(total.lots[name].fits(row) for name in total.results)


def _finding(total: _Sum, over: Sequence[Over], rows: Sequence[Row], about: About) -> Finding:
    passed = [one.row for one in over]
    day = _intake(total, about, DAY_H, least=True)
    parts = "; ".join(f"{name} {found.text}" for name, found in total.results.items())
    amount = (
        f"{number(day.total)} ug a day of {total.title}" if day.total else f"{total.title} in the product"
    )
    return finding(
        f"product.{total.name}",
        worst_of(passed),
        f"{total.title[0].upper()}{total.title[1:]} above the limit",
        f"{amount} ({parts}) is above {len(over)} limit{'s' if len(over) > 1 else ''}: "
        + "; ".join(one.text for one in over)
        + ".",
        "Do not use this lot. Tell a clinician who can measure it in blood or urine where use has been long; "
        "evidence-based treatment of opioid dependence carries no such contaminants.",
        rule=f"{total.title} in the highest 24 hours (7 days for a weekly limit) of the doses and of regular "
        "use, all products together, above a tolerable intake; or the content of a product above a legal "
        "limit "
        "where the person is",
        inputs={
            "results": {name: found.text for name, found in total.results.items()},
            "ug_per_day": round(day.total, 4),
            "by_product_ug_per_day": {name: round(value, 4) for name, value in day.by_product.items()},
            "from": day.when,
            "limits_passed": [row["id"] for row in passed],
            "weight_kg": about.person.weight_kg,
        },
        **cited(*passed),
        missing=_missing(total, rows, about),
        would_change=("another analysis of the lot", "another lot", "another daily amount"),
    )


def _missing(total: _Sum, rows: Sequence[Row], about: About) -> list[str]:
    missing = [
        f"{total.title} of {lot.name}"
        for lot in total.lots.values()
        if lot.taken and lot.is_kratom and lot.name not in total.results
    ]
    missing += [f"mass of a unit of {name}, so what it brings is not counted" for name in total.unknown_mass]
    if about.person.weight_kg is None and any(row["kind"].endswith("per_kg") for row in rows):
        missing.append("person.weight_kg, so limits by weight are not judged")
    if any(concerns(row, about) is None for row in rows):
        missing.append("age or sex, so limits for pregnancy, childbearing age and children are not judged")
    if not any(lot.taken for lot in total.lots.values() if lot.name in total.results):
        missing.append("a dose or regular use of the product, so the daily amount is not known")
    return [*missing, f"{total.title} from food, water and other sources"]


def _uncertain(total: _Sum, possible: Sequence[Over], about: About) -> Finding:
    passed = [one.row for one in possible] or [
        row for kind in DAILY for row in current(about.library, kind) if row["analyte"] == total.name
    ]
    parts = "; ".join(f"{name} {found.text}" for name, found in total.results.items())
    failed = any(found.kind == "failed" for found in total.results.values())
    return finding(
        f"product.{total.name}.not_excluded",
        "moderate" if failed else "minor",
        f"{total.title[0].upper()}{total.title[1:]} above the limit is not excluded",
        f"The result ({parts}) leaves room for more than is tolerable: "
        + ("; ".join(one.text for one in possible) or "it gives no amount")
        + ".",
        "Have the lot analysed by a method with a lower limit of detection.",
        rule=f"the most {total.title} that the result allows, in the highest 24 hours of use, above a limit",
        inputs={
            "results": {name: found.text for name, found in total.results.items()},
            "limits_not_excluded": [row["id"] for row in passed],
        },
        **cited(*passed),
        missing=(f"a number for {total.title}",),
        would_change=("a result with a lower limit of detection",),
    )
