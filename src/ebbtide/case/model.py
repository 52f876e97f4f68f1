"""What a case says once it is read: names resolved, times in hours after the start, amounts in nmol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ebbtide.library import Product


@dataclass(frozen=True)
class Quantity:
    """A number with the unit it was written in."""

    value: float
    unit: str


ResultKind = Literal["value", "below", "above", "absent", "present", "passed", "failed"]


@dataclass(frozen=True)
class Measured:
    """What a laboratory found."""

    kind: ResultKind
    """``value``: this much; ``below`` and ``above``: a bound, whose number may be unknown; ``absent`` and
    ``present``: looked for in a sample; ``passed`` and ``failed``: judged, without a number.
    """
    value: float | None = None
    unit: str = ""
    sample: str = ""
    """How much was looked through, e.g. ``"25 g"``; empty where it is not told."""
    text: str = ""
    """As it was written."""

    @property
    def most(self) -> Quantity | None:
        """The most that there can be; None where the result sets no upper bound."""
        known = self.value is not None and self.kind in ("value", "below")
        return Quantity(self.value, self.unit) if known and self.value is not None else None

    @property
    def least(self) -> Quantity | None:
        """What there is at least; None where that is not known to be more than nothing."""
        known = self.value is not None and self.kind in ("value", "above")
        return Quantity(self.value, self.unit) if known and self.value is not None else None


@dataclass(frozen=True)
class Intake:
    """What one administration brings, whenever it happens."""

    product: str
    """Name in the library, or id of one of the case's own products."""
    title: str
    route: str
    amount_text: str
    """As the user wrote it, e.g. ``"2 g"``."""
    active_mg: float | None
    """Mass of the product's active compound (mg), or None where the contents do not name it."""
    amounts_nmol: Mapping[str, float]
    """Compound to amount that arrives at the route (nmol), before bioavailability."""
    simulated: bool
    """False when the library has kinetics for none of the contents."""
    base: str
    """Name of the library product that it is or that the case's own product is based on."""
    medicines: tuple[str, ...]
    """Names of the medicines that it holds, as the safety rules know them; empty for an unknown one."""


@dataclass(frozen=True)
class DoseEvent(Intake):
    """One administration; a rule such as "every 6 h" is already expanded into its events."""

    time_h: float
    """Hours after the start of the case, 0 or more."""
    label: str = ""
    """Where it was written, e.g. ``doses[0]``."""
    over_h: float = 0.0
    """How long an infusion lasts (h); 0 for a dose given at once."""


@dataclass(frozen=True)
class HistoryStream(Intake):
    """Regular use before the start."""

    interval_h: float
    """Time between doses (h)."""
    duration_h: float
    """How long the use had lasted (h), at least one interval."""
    last_h: float
    """Time of the last dose (h after the start), 0 or less."""
    label: str = ""


@dataclass(frozen=True)
class Person:
    """Known traits. What was not written is None (``cyp2d6``: "unknown") and stays unknown."""

    age_years: float | None = None
    sex: str | None = None
    """"female" or "male"."""
    weight_kg: float | None = None
    cyp2d6: str = "unknown"
    """"poor", "intermediate", "normal", "ultrarapid" or "unknown"."""
    child_pugh: str | None = None
    """"none", "A", "B" or "C"."""
    egfr: float | None = None
    """Estimated glomerular filtration rate (mL/min/1.73 m2)."""
    conditions: tuple[str, ...] = ()
    jurisdiction: str | None = None
    """ISO 3166-1 or -2 code, e.g. "US-AL"."""


@dataclass(frozen=True)
class Observation:
    """Something rated, measured or seen."""

    time_h: float
    """Hours after the start; negative for what was seen before it."""
    kind: str
    """"scale", "lab", "vital", "sign" or "quantity"."""
    name: str
    """Name of the scale, lab, vital, sign or quantity."""
    value: float | None = None
    """In ``unit``; None for a sign, a banded or incomplete rating and a blood pressure."""
    unit: str = ""
    """One of the units that :mod:`ebbtide.case.vocabulary` lists for the name."""
    low: float | None = None
    """Lowest total that a banded or incomplete rating stands for (points)."""
    high: float | None = None
    """Highest total that a banded or incomplete rating stands for (points)."""
    items: Mapping[str, int] = field(default_factory=dict)
    """Item scores of a scale; systolic and diastolic of a blood pressure (mmHg)."""
    upper_limit: float | None = None
    """The laboratory's upper limit of normal, in ``unit``."""
    text: str = ""


@dataclass(frozen=True)
class Support:
    """Help other than medicine."""

    kind: str
    time_h: float = 0.0
    """When it begins (h after the start)."""
    every_h: float | None = None
    """Time between sessions (h), or None for a single one."""
    until_h: float | None = None
    """When it ends (h after the start), or None for the end of the case."""


@dataclass(frozen=True)
class CaseProduct:
    """A product of the case's own: a lot with its assay, based on a library product."""

    id: str
    base: str
    product: Product
    """The base with the id as its name and the assay as its contents."""
    assay: Mapping[str, Quantity]
    """Compound to measured content; empty when the lot was not assayed."""
    contaminants: Mapping[str, Measured]
    """All other results by analyte: the name in the library's table of analytes, or as written."""
    bounds: Mapping[str, Measured] = field(default_factory=dict)
    """Compounds that were assayed without a number of their own, e.g. "<0.1 mg/g"; not in the contents."""
    label: Mapping[str, Quantity] = field(default_factory=dict)
    """Compound to the content that the label states."""
    certificate: Mapping[str, str] | None = None
    """What the certificate says of itself (lot, laboratory, accreditation, date, file); None without one."""


@dataclass(frozen=True)
class Alternative:
    """Another course for the same person: its doses and supports are added to those of the case."""

    id: str
    title: str
    doses: tuple[DoseEvent, ...]
    """Only what is added, in order of time."""
    supports: tuple[Support, ...]


@dataclass(frozen=True)
class Case:
    """A whole case file."""

    id: str
    title: str
    start: datetime
    """Aware; in ``zone`` when the case names one."""
    zone: str | None
    """IANA name such as "Europe/Berlin"."""
    duration_h: float
    person: Person
    history: tuple[HistoryStream, ...]
    doses: tuple[DoseEvent, ...]
    """In order of time."""
    alternatives: tuple[Alternative, ...]
    supports: tuple[Support, ...]
    observations: tuple[Observation, ...]
    """In order of time."""
    products: Mapping[str, CaseProduct]
    unknown_products: tuple[str, ...]
    """Products in the case that have no kinetics: checked for safety, not simulated."""
    notes: tuple[str, ...]
    """What a reader of the results should know about how the case was read."""
    path: str
