"""The keys of a case file: one class a table, unknown keys and wrong types refused.

What needs the library or the clock (names, amounts, times) is only held here and read elsewhere,
so such fields take any ``object``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from .regimen import MAX_EVENTS

Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
"""An identifier that is also a file name: letters, digits, - and _."""

Title = Annotated[str, StringConstraints(max_length=200)]
Text = Annotated[str, StringConstraints(max_length=2000)]


class Table(BaseModel):
    """Base of all tables: no unknown keys, no guessing of types ("78" is no number)."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class RawCase(Table):
    """``[case]``."""

    id: Slug
    title: Title = ""
    start: object
    zone: str | None = None
    duration: object


class RawPerson(Table):
    """``[person]``: the limits refuse what no person is, not what is rare."""

    age_years: float | None = Field(default=None, ge=0, le=120)
    sex: Literal["female", "male"] | None = None
    weight_kg: float | None = Field(default=None, ge=2, le=400)
    cyp2d6: Literal["poor", "intermediate", "normal", "ultrarapid", "unknown"] = "unknown"
    child_pugh: Literal["none", "A", "B", "C"] | None = None
    egfr: float | None = Field(default=None, ge=0, le=200)
    conditions: list[str] = Field(default_factory=list)
    jurisdiction: str | None = None


class RawHistory(Table):
    """``[[history]]``."""

    product: str
    amount: object = None
    as_compound: str | None = Field(default=None, alias="as")
    route: str | None = None
    every: object
    lasting: object = Field(alias="for")
    last: object


class RawProduct(Table):
    """``[[products]]``."""

    id: Slug
    title: Title = ""
    base: str
    assay: dict[str, object] | None = None
    contaminants: dict[str, object] = Field(default_factory=dict)
    label: dict[str, object] = Field(default_factory=dict)
    coa: str | None = None


class RawDose(Table):
    """``[[doses]]``."""

    product: str
    amount: object = None
    as_compound: str | None = Field(default=None, alias="as")
    route: str | None = None
    at: object
    every: object = None
    count: int | None = Field(default=None, ge=1, le=MAX_EVENTS)
    until: object = None
    over: object = None


class RawSupport(Table):
    """``[[supports]]``."""

    kind: str
    at: object = None
    every: object = None
    until: object = None


class RawAlternative(Table):
    """``[[alternatives]]``."""

    id: Slug
    title: Title = ""
    doses: list[RawDose] = Field(default_factory=list)
    supports: list[RawSupport] = Field(default_factory=list)


class RawObservation(Table):
    """``[[observations]]``: one of ``scale``, ``lab``, ``vital``, ``sign`` and ``quantity``."""

    at: object
    scale: str | None = None
    total: object = None
    items: object = None
    rating: int | None = Field(default=None, ge=0, le=3)
    lab: str | None = None
    vital: str | None = None
    sign: str | None = None
    quantity: str | None = None
    value: object = None
    upper_limit: object = None
    text: Text = ""


class RawFile(Table):
    """The whole file."""

    case: RawCase
    person: RawPerson = RawPerson()
    history: list[RawHistory] = Field(default_factory=list)
    products: list[RawProduct] = Field(default_factory=list)
    doses: list[RawDose] = Field(default_factory=list)
    alternatives: list[RawAlternative] = Field(default_factory=list)
    supports: list[RawSupport] = Field(default_factory=list)
    observations: list[RawObservation] = Field(default_factory=list)
