"""One number as the library holds it: value, unit, spread and source; and the kinds of unit it may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from .errors import InputError
from .units import conversion, is_unit

Basis = Literal["measured", "derived", "fitted", "assumption"]
"""How a number came about: read in a source, computed from such numbers, fitted to them, or assumed."""


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
    shape: Literal["lognormal", "logitnormal", "normal", "bernoulli"] = "lognormal"
    """``bernoulli``: people have 1 with probability ``value``, else 0; the typical person has 0."""
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
        if self.shape in ("logitnormal", "bernoulli") and not 0 < self.value < 1:
            raise ValueError(f"a {self.shape} number lies between 0 and 1")
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


def numbers_of(entry: Any, path: str = "") -> Iterator[tuple[str, Parameter]]:
    """Every parameter inside an entry with its dotted path."""
    if isinstance(entry, Parameter):
        yield path, entry
    elif isinstance(entry, Entry):
        for name in type(entry).model_fields:
            yield from numbers_of(getattr(entry, name), f"{path}.{name}" if path else name)
    elif isinstance(entry, Mapping):
        for name, value in entry.items():
            yield from numbers_of(value, f"{path}.{name}" if path else str(name))
    elif isinstance(entry, tuple):
        for index, value in enumerate(entry):
            yield from numbers_of(value, f"{path}[{index}]")
