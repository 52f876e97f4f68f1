"""How much of something the doses and the history bring in a day or a week."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from ebbtide.library import conversion, same_kind

if TYPE_CHECKING:
    from ebbtide.case import Case, DoseEvent, Intake, Quantity
    from ebbtide.library import Library, Product

DAY_H = 24.0
WEEK_H = 7 * DAY_H
Amount = Callable[["Intake"], "float | None"]
"""What one administration brings; None where that is not known."""


@dataclass(frozen=True)
class Highest:
    """The most that any window of one length brings."""

    total: float
    by_product: Mapping[str, float] = field(default_factory=dict)
    when: str = ""
    """Date and time of the first administration in it, or "history"."""


def product_of(intake: Intake, case: Case, library: Library) -> Product:
    """The product that was taken, of the case or of the library."""
    own = case.products.get(intake.product)
    return own.product if own is not None else library.product(intake.product)


def brought(intake: Intake, product: Product, content: Quantity, unit: str, library: Library) -> float | None:
    """How much (in ``unit``) one administration brings of something that the product holds ``content`` of.

    The amount of product is reckoned back from a compound with a known content. Where that content
    is a fraction of the drug alone (a tablet's mass is not known), or content and amount are counted
    differently (per gram, per tablet), the answer is None.
    """
    for known in product.contents:
        compound = library.compound(known.compound)
        nmol = intake.amounts_nmol.get(compound.name)
        if not nmol or known.amount.value <= 0 or not same_kind(content.unit, known.amount.unit):
            continue
        if known.amount.unit == "dimensionless" and not product.amount_is_product:
            continue
        mass = nmol * conversion("nmol", unit, molar_mass_g_per_mol=compound.molar_mass.to("g/mol"))
        share = content.value / known.amount.value * conversion(content.unit, known.amount.unit)
        return mass * share
    return None


def highest(case: Case, doses: Sequence[DoseEvent], amount: Amount, window_h: float) -> Highest:
    """The most that any window of ``window_h`` brings, by the doses or by all regular use together.

    Parameters
    ----------
    case
        For its history and its clock.
    doses
        The doses of one course, in order of time.
    amount
        What one administration brings; one that is not known counts as nothing here, and the caller
        says that it is not known.
    window_h
        Length of the window (h).
    """
    best = Highest(0.0)
    regular: dict[str, float] = {}
    for stream in case.history:
        each = amount(stream) or 0.0
        times = max(1, math.ceil(window_h / stream.interval_h - 1e-9))
        regular[stream.product] = regular.get(stream.product, 0.0) + each * times
    if sum(regular.values()) > 0:
        best = Highest(sum(regular.values()), regular, "history")
    entries: dict[str, float] = {}  # doses of one entry are alike
    for dose in doses:
        if dose.label not in entries:
            entries[dose.label] = amount(dose) or 0.0
    events = [(dose, entries[dose.label]) for dose in doses]
    end, total = 0, 0.0
    for start, (first, _) in enumerate(events):
        while end < len(events) and events[end][0].time_h < first.time_h + window_h - 1e-9:
            total += events[end][1]
            end += 1
        if total > best.total * (1 + 1e-12):
            inside: dict[str, float] = {}
            for dose, each in events[start:end]:
                inside[dose.product] = inside.get(dose.product, 0.0) + each
            best = Highest(total, inside, moment(case, first.time_h))
        total -= events[start][1]
    return best


def moment(case: Case, time_h: float) -> str:
    """Date and clock time of an hour of the case."""
    return (case.start + timedelta(hours=time_h)).isoformat(timespec="minutes")
