"""What products are taken to hold where nobody measured it: said for every product whose content is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .words import interval, label, number

if TYPE_CHECKING:
    from ebbtide.case import Case
    from ebbtide.case.model import Intake
    from ebbtide.library import Library, Parameter, Product

LARGE_CV = 0.2
"""From this spread on between what products hold, it is said."""
NORMAL_95 = 1.645


def drawn_contents(case: Case, library: Library, *, single: bool) -> tuple[str, ...]:
    """One line for each product that was taken and whose content is not known, in history and doses.

    That is so for products without an assay that are never labelled reliably (``content_is_unknown``; a lot
    of the case's own counts as its base), and for labels that are often far off.
    """
    told: dict[str, str] = {}
    for intake in _taken(case):
        if intake.simulated and intake.product not in told:
            told[intake.product] = _told(intake, case, library, single=single)
    return tuple(text for text in told.values() if text)


def _taken(case: Case) -> Iterator[Intake]:
    yield from case.history
    yield from case.doses
    for other in case.alternatives:
        yield from other.doses


def _told(intake: Intake, case: Case, library: Library, *, single: bool) -> str:
    own = case.products.get(intake.product)
    if own is not None and own.assay:
        return ""
    product: Product = library.products[intake.product] if own is None else own.product
    contents = {content.compound: content.amount for content in product.contents}
    if product.active not in contents:
        return ""
    amount = contents[product.active]
    if product.content_is_unknown:
        lead = f"assay of {intake.title}: not given"
    elif amount.between_cv >= LARGE_CV:
        lead = f"content of {intake.title}: often not what the label says"
    else:
        return ""
    return f"{lead}; {_drawn(product, amount, library, single=single)}"


def _drawn(product: Product, amount: Parameter, library: Library, *, single: bool) -> str:
    share = amount.unit == "dimensionless"
    size = amount.value * 100 if share else amount.value
    unit = "% of what the label says" if share else amount.unit
    typical = f"{number(size)} {unit}"
    if not share:
        typical += f" of {label(library.compounds[product.active].name)}"
    factor = math.exp(NORMAL_95 * math.sqrt(math.log1p(amount.between_cv**2)))
    spread = (
        f"products differ with a coefficient of variation of {number(amount.between_cv * 100, 0)} % "
        f"(5–95 %: {interval(size / factor, size * factor)} {unit})"
    )
    others = ", other contents likewise" if len(product.contents) > 1 else ""
    if single:
        return f"computed with the typical {typical}{others}; {spread}"
    return f"drawn for each person around {typical}{others}; {spread}"
