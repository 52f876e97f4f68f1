"""Rows of the table of limits: which of them apply to a person and a place, and how they are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from ebbtide.library.tables import Row

from .findings import Finding, Severity, finding, rank, worst
from .places import places

if TYPE_CHECKING:
    from ebbtide.case import Case, DoseEvent, Person
    from ebbtide.library import Library


class About(Protocol):
    """What the rules of products and law ask of a case: see :class:`ebbtide.safety.facts.Facts`."""

    @property
    def case(self) -> Case:
        """The case as written."""

    @property
    def library(self) -> Library:
        """Data."""

    @property
    def doses(self) -> tuple[DoseEvent, ...]:
        """The doses of one course, in order of time."""

    @property
    def person(self) -> Person:
        """Whom it is about."""


def current(library: Library, kind: str) -> list[Row]:
    """The rows of one kind that are in force, or will be."""
    return [
        row
        for row in library.tables["product_limits"]
        if row["kind"] == kind and row["status"] != "superseded"
    ]


def holds_here(row: Row, library: Library, jurisdiction: str | None) -> bool:
    """Whether a row is judged by in this place: benchmarks of health are, wherever they come from."""
    return row["scope"] == "everywhere" or row["jurisdiction"] in places(library, jurisdiction)


def concerns(row: Row, about: About) -> bool | None:
    """Whether a row is about this person; None where that is not known."""
    numbers, person = about.library.safety["products"], about.person
    pregnant = "pregnancy" in person.conditions
    age, sex = person.age_years, person.sex
    child = None if age is None else age < numbers["child"]["below"].value
    if row["who"] == "":
        return True
    if row["who"] == "child":
        return child
    if pregnant or row["who"] == "pregnancy_or_child":
        return True if pregnant else child
    ages = numbers["childbearing"]
    if sex == "male" or (age is not None and not ages["from"].value <= age <= ages["to"].value):
        return False
    return True if sex == "female" and age is not None else None


def worst_of(rows: Iterable[Row]) -> Severity:
    """The worst severity of some rows."""
    return worst([row["severity"] for row in rows])


def together(findings: Iterable[Finding]) -> list[Finding]:
    """One finding for each id: several products with one fault are told in one finding."""
    by_id: dict[str, list[Finding]] = {}
    for found in findings:
        by_id.setdefault(found["id"], []).append(found)
    return [same[0] if len(same) == 1 else _merged(same) for same in by_id.values()]


def _merged(same: list[Finding]) -> Finding:
    first = min(same, key=lambda found: rank(found["severity"]))
    bases = [found["basis"] for found in same]
    return finding(
        first["id"],
        first["severity"],
        "; ".join(dict.fromkeys(found["title"] for found in same)),
        " ".join(dict.fromkeys(found["message"] for found in same)),
        first["advice"],
        rule=first["basis"]["rule"],
        inputs={"products": [basis["inputs"] for basis in bases]},
        sources=[key for basis in bases for key in basis["sources"]],
        evidence="; ".join(dict.fromkeys(basis["evidence"] for basis in bases)),
        missing=[what for basis in bases for what in basis["missing"]],
        locators={key: text for basis in bases for key, text in basis["locators"].items()},
        would_change=[what for basis in bases for what in basis["would_change"]],
    )


def analyte_title(library: Library, name: str) -> str:
    """The name of an analyte in words."""
    return analyte(library, name).get("title", name)


def analyte(library: Library, name: str) -> Mapping[str, str]:
    """The row of an analyte; empty for one that the table does not have."""
    return next((row for row in library.tables["analytes"] if row["id"] == name), {})


def number(value: float) -> str:
    """A number as findings write it: three digits."""
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
