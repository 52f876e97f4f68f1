"""What is taken in a case, product by product: kinds that rules speak of, and results of the laboratory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ebbtide.case import Case, CaseProduct, DoseEvent
from ebbtide.library import Library, Product
from ebbtide.library.tables import Row, words

from .findings import Finding
from .intake import moment

LEAF, EXTRACT, SEVEN_OH, KRATOM = "kratom_leaf", "kratom_extract", "seven_oh_product", "kratom"


@dataclass(frozen=True)
class Lot:
    """A product that is taken, or that the case describes without taking it."""

    name: str
    title: str
    base: str
    """Name of the library product."""
    kinds: frozenset[str]
    """Its classes, its base, and ``supplement`` where rows of a table say so."""
    product: Product
    own: CaseProduct | None
    taken: bool

    @property
    def is_kratom(self) -> bool:
        """Whether it is made of kratom or sold as kratom."""
        return KRATOM in self.kinds

    def fits(self, row: Row) -> bool:
        """Whether a row of a table applies to it."""
        wanted = set(words(row["applies_to"]))
        return "any" in wanted or bool(wanted & self.kinds)


def lots_of(case: Case, doses: Sequence[DoseEvent], library: Library) -> tuple[Lot, ...]:
    """Every product of the doses, the history and the case's own table, in order of name."""
    taken = {intake.product for intake in (*doses, *case.history)}
    return tuple(_lots(case, taken, library))


def _lots(case: Case, taken: set[str], library: Library) -> Iterator[Lot]:
    for name in sorted(taken | set(case.products)):
        own = case.products.get(name)
        if own is None and name not in library.products:
            continue  # a medicine that is only checked for interactions
        product = own.product if own is not None else library.products[name]
        base = own.base if own is not None else name
        kinds = {*product.classes, base}
        if base == "kratom_tea":
            kinds -= {LEAF}  # judged as a plant that boiling water is poured on
        yield Lot(name, product.title, base, frozenset(kinds), product, own, name in taken)


def with_uses(
    findings: Sequence[Finding], lots: Sequence[Lot], case: Case, doses: Sequence[DoseEvent]
) -> list[Finding]:
    """The findings with the times at which the products that they name are taken, among their inputs."""
    for found in findings:
        inputs = found["basis"]["inputs"]
        named = [lot for lot in lots if lot.name in str(inputs)]
        found["basis"]["inputs"] = {**inputs, "used": {lot.name: _used(lot, case, doses) for lot in named}}
    return list(findings)


def _used(lot: Lot, case: Case, doses: Sequence[DoseEvent]) -> str:
    """From when to when a product is taken."""
    begins = [dose.time_h for dose in doses if dose.product == lot.name]
    ends = list(begins)
    for use in case.history:
        if use.product == lot.name:
            begins.append(use.last_h - use.duration_h)
            ends.append(use.last_h)
    if not begins:
        return f"not taken; the case starts {moment(case, 0.0)}"
    return f"{moment(case, min(begins))} to {moment(case, max(ends))}"
