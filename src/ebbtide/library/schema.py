"""What a library file may say: one class a kind of entry, every number with unit, spread and source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from .errors import InputError
from .units import conversion, is_unit

Basis = Literal["measured", "derived", "fitted", "assumption"]
"""How a number came about: read in a source, computed from such numbers, fitted to them, or assumed."""

Route = Literal[
    "oral",
    "sublingual",
    "buccal",
    "intranasal",
    "intravenous",
    "intramuscular",
    "subcutaneous",
    "smoked",
    "transdermal",
]

Pathway = Literal["cyp3a4", "cyp2d6", "cyp2b6", "cyp1a2", "ugt", "renal"]
"""What clears a compound and differs between people; the rest of a clearance is the same in all."""

Name = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=80)]


class Entry(BaseModel):
    """Base of all entries: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Parameter(Entry):
    """A number with its unit, its spread and its source.

    ``between_cv`` is how much people differ (coefficient of variation); ``uncertainty_cv`` is how
    little is known about the typical value. The two are never mixed.
    """

    value: float = Field(strict=True, allow_inf_nan=False)
    unit: str
    source: str
    basis: Basis
    between_cv: float = Field(default=0.0, ge=0.0, le=3.0)
    uncertainty_cv: float = Field(default=0.0, ge=0.0, le=3.0)
    shape: Literal["lognormal", "logitnormal", "normal"] = "lognormal"
    verified: bool = True
    locator: str = ""
    note: str = ""

    def to(self, unit: str) -> float:
        """The value in ``unit``."""
        return self.value * conversion(self.unit, unit, self.source)

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, unit: str) -> str:
        if not is_unit(unit):
            raise ValueError("impossible unit")
        return unit

    @model_validator(mode="after")
    def _shape_fits(self) -> Parameter:
        if self.shape == "lognormal" and self.value < 0:
            raise ValueError("a lognormal number cannot be negative")
        if self.shape == "logitnormal" and not 0 < self.value < 1:
            raise ValueError("a logitnormal number lies between 0 and 1")
        return self


def _of_unit(unit: str) -> BeforeValidator:
    def check(raw: object) -> object:
        if isinstance(raw, dict) and isinstance(raw.get("unit"), str) and is_unit(raw["unit"]):
            try:
                conversion(raw["unit"], unit)
            except InputError as error:
                raise ValueError(f'impossible unit "{raw["unit"]}": a unit like {unit} is needed') from error
        return raw

    return BeforeValidator(check)


def _above_zero(number: Parameter) -> Parameter:
    if number.value <= 0:
        raise ValueError("the number must be more than 0")
    return number


def _share(number: Parameter) -> Parameter:
    if not 0 <= number.to("dimensionless") <= 1:
        raise ValueError("a fraction lies between 0 and 1")
    return number


Volume = Annotated[Parameter, _of_unit("L"), AfterValidator(_above_zero)]
Flow = Annotated[Parameter, _of_unit("L/h"), AfterValidator(_above_zero)]
Rate = Annotated[Parameter, _of_unit("1/h"), AfterValidator(_above_zero)]
Hours = Annotated[Parameter, _of_unit("h")]
Concentration = Annotated[Parameter, _of_unit("nmol/L"), AfterValidator(_above_zero)]
Ratio = Annotated[Parameter, _of_unit("dimensionless")]
Fraction = Annotated[Parameter, _of_unit("dimensionless"), AfterValidator(_share)]
MolarMass = Annotated[Parameter, _of_unit("g/mol"), AfterValidator(_above_zero)]


class Peripheral(Entry):
    """A tissue volume that exchanges with the central one."""

    volume: Volume
    flow: Flow


class DoseDependence(Entry):
    """Bioavailability that falls with the dose: ``at_1_mg + per_decade * log10(dose/mg)``."""

    at_1_mg: Fraction
    per_decade: Ratio
    lowest: Fraction


class Absorption(Entry):
    """How a compound enters by one route; an intravenous dose needs only its bioavailability of 1."""

    bioavailability: Fraction | None = None
    dose_dependence: DoseDependence | None = None
    rate: Rate | None = None
    lag: Hours | None = None

    @model_validator(mode="after")
    def _one_bioavailability(self) -> Absorption:
        if (self.bioavailability is None) == (self.dose_dependence is None):
            raise ValueError("give either bioavailability or dose_dependence")
        return self


class Metabolite(Entry):
    """A compound formed from this one: by systemic clearance, and on the way in by mouth."""

    compound: str
    fraction_of_clearance: Fraction | None = None
    first_pass_fraction: Fraction | None = None


class Disposition(Entry):
    """Volumes and clearance of the body for one compound, for 70 kg."""

    volume: Volume
    clearance: Flow
    peripherals: tuple[Peripheral, ...] = Field(default=(), max_length=3)


class MuReceptor(Entry):
    """Action at the mu-opioid receptor, referred to total plasma concentration at the effect site."""

    dissociation_constant: Concentration
    efficacy: Fraction
    dissociation_rate: Rate | None = None
    """Given for a slow binder, whose occupancy has a state of its own."""


class Receptors(Entry):
    """The receptors that a compound acts on."""

    mu: MuReceptor | None = None


class Compound(Entry):
    """One chemical: how the body handles it and what it does."""

    name: Name
    title: str
    synonyms: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    molar_mass: MolarMass
    disposition: Disposition | None = None
    pathways: dict[Pathway, Fraction] = Field(default_factory=dict)
    absorption: dict[Route, Absorption] = Field(default_factory=dict)
    metabolites: tuple[Metabolite, ...] = ()
    effect_site_rate: Rate | None = None
    receptors: Receptors = Receptors()
    note: str = ""

    @model_validator(mode="after")
    def _shares_sum(self) -> Compound:
        total = sum(p.value for p in self.pathways.values())
        if total > 1.0 + 1e-9:
            raise ValueError(f"pathway fractions sum to {total:.3g}, more than 1")
        formed = sum(m.fraction_of_clearance.value for m in self.metabolites if m.fraction_of_clearance)
        if formed > 1.0 + 1e-9:
            raise ValueError(f"metabolites take {formed:.3g} of the clearance, more than 1")
        return self


class Content(Entry):
    """How much of a compound a product holds, per amount of product."""

    compound: str
    amount: Parameter
    """Mass per mass (``mg/g``), per volume (``mg/mL``), per unit (``mg/tablet``) or a pure fraction."""


class Product(Entry):
    """What a person takes: a form with its contents and its usual route."""

    name: Name
    title: str
    synonyms: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    route: Route
    other_routes: tuple[Route, ...] = ()
    active: str
    """The compound that an amount of a medicine is counted in."""
    contents: tuple[Content, ...] = Field(min_length=1)
    evidence_based: bool = False
    """A standard treatment of opioid use disorder: always shown beside alternatives."""
    amount_is_product: bool = False
    """The amount is of plant or product (g of leaf), not of the active compound."""
    note: str = ""


class ScaleItem(Entry):
    """One item of a rating scale and the symptoms that raise it."""

    key: str
    maximum: PositiveInt
    allowed: tuple[int, ...]
    symptoms: dict[str, PositiveFloat] = Field(min_length=1)
    definition: str = ""


class Band(Entry):
    """A named range of the total."""

    low: int
    high: int
    name: str


class Scale(Entry):
    """A rating scale: items, total, bands."""

    name: str
    title: str
    quantity: str
    rater: Literal["clinician", "patient"]
    source: str
    bands: tuple[Band, ...] = ()
    items: tuple[ScaleItem, ...]

    @property
    def total_maximum(self) -> int:
        """The highest total that can be scored."""
        return sum(item.maximum for item in self.items)


class Source(Entry):
    """A publication or other origin of numbers."""

    key: str
    authors: str
    year: str
    title: str
    journal: str
    doi: str = ""
    pmid: str = ""
    url: str = ""
