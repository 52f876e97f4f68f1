"""The keys of a study file: one class a table. Doses and history add to those of a case file.

What needs the library or the clock (names, amounts, times) is only held here and read elsewhere.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ebbtide.case.schema import (
    RawDose,
    RawHistory,
    RawObservation,
    RawProduct,
    RawSupport,
    Slug,
    Table,
    Text,
    Title,
)

Inputs = Literal["published", "partly assumed", "assumed"]
Role = Literal["prediction", "calibration"]
Design = Literal["crossover", "parallel", "single_group", "case"]
Across = Literal[
    "mean", "median", "geometric_mean", "ratio_of_means", "highest_arm_mean", "day_of_mean_curve"
]
Missing = Literal["ignore", "skip arm"]
Reduction = Literal["max", "mean", "min"]
Domain = Literal[
    "pk", "interactions", "occupancy", "withdrawal", "breathing", "liver", "sleep", "pain", "staying", "other"
]


class RawStudyHead(Table):
    """``[study]``."""

    id: Slug
    title: Title = ""
    source: str
    citation: Text = ""
    role: Role = "prediction"
    design: Design = "single_group"
    inputs: Inputs = "published"
    start: object = "00:00"
    domain: Domain | None = None
    simulated: int | None = Field(default=None, ge=1, le=4096)
    """People simulated in each arm, where the usual number is too few for what is rare."""
    note: Text = ""


class RawDistribution(Table):
    """``{ mean, sd, low, high }`` of a trait: normal, cut off at the bounds."""

    mean: float
    sd: float = Field(default=0.0, ge=0)
    low: float | None = None
    high: float | None = None


class RawSelect(Table):
    """``select``: who is let in."""

    quantity: str
    at: str
    at_least: float


class RawPopulation(Table):
    """``[population]``, and ``population`` of an arm."""

    n: int | None = Field(default=None, ge=1)
    age_years: object = None
    weight_kg: object = None
    sex: object = None
    cyp2d6: object = None
    child_pugh: object = None
    egfr: object = None
    conditions: object = None
    smoker: object = None
    susceptible: list[str] = Field(default_factory=list)
    select: RawSelect | None = None


class RawLogNormal(Table):
    """``{ median, low, high, cv, draw }`` of an amount or a ``last``: log-normal between people."""

    median: str
    cv: float = Field(default=0.0, ge=0, le=5)
    low: str | None = None
    high: str | None = None
    draw: Slug | None = None


class RawQuantiles(Table):
    """``at = { quantiles = { p25 = "...", p50 = "...", ... } }``: a time that differs between people."""

    quantiles: dict[str, str] = Field(min_length=1)
    draw: Slug | None = None


class RawTarget(Table):
    """``target``: the plasma concentration that an infusion reaches and holds."""

    quantity: str
    value: object
    unit: str | None = None


class RawStudyHistory(RawHistory):
    """``[[arms.history]]``."""

    choice: Slug | None = None
    share: float | None = Field(default=None, ge=0, le=1)
    if_missing: Missing | None = None


class RawStudyDose(RawDose):
    """``[[arms.doses]]``."""

    amount: object = None
    choice: Slug | None = None
    share: float | None = Field(default=None, ge=0, le=1)
    lasting: object = Field(default=None, alias="for")
    rate: object = None
    target: RawTarget | None = None
    if_missing: Missing | None = None


class RawStudyObservation(RawObservation):
    """``[[arms.observations]]``: with ``use = "condition"`` people are weighted by how well they fit it."""

    use: Literal["condition", "report"] = "condition"


class RawSpread(Table):
    """How far the observed number varies, as published."""

    low: float | None = None
    high: float | None = None
    sd: float | None = None
    se: float | None = None
    cv: float | None = None
    plus_minus: float | None = None
    kind: str = ""


class RawAccept(Table):
    """What counts as agreement; all that is given must hold."""

    fold: float | None = Field(default=None, ge=1)
    absolute: float | None = Field(default=None, ge=0)
    low: float | None = None
    high: float | None = None
    band: float | None = Field(default=None, gt=0, lt=100)
    width_fold: float | None = Field(default=None, ge=1)


class RawAmong(Table):
    """``among = { rise = 5 }``: people whose quantity rose by so much."""

    rise: float


class RawObserved(Table):
    """``[[arms.observed]]``."""

    quantity: str | list[str]
    statistic: str
    at: str | None = None
    arm_at: str | None = None
    arm: str | None = None
    of: str | None = None
    since: str | None = Field(default=None, alias="from")
    within: Reduction | None = None
    within_day: Reduction | None = None
    across: Across = "mean"
    among: object = "all"
    threshold: float | None = None
    bands: list[float] | None = None
    rise: float | None = None
    per: str | None = None
    dose_normalised: bool = False
    relative_to: str | None = None
    criterion: Text | None = None
    value: float | None = None
    unit: str | None = None
    words: Text | None = None
    n: int | None = Field(default=None, ge=1)
    spread: RawSpread | None = None
    accept: RawAccept = RawAccept()
    inputs: Inputs | None = None
    note: Text = ""


class RawArm(Table):
    """``[[arms]]``."""

    name: Title
    n: int | None = Field(default=None, ge=1)
    population: RawPopulation | None = None
    products: list[RawProduct] = Field(default_factory=list)
    history: list[RawStudyHistory] = Field(default_factory=list)
    doses: list[RawStudyDose] = Field(default_factory=list)
    supports: list[RawSupport] = Field(default_factory=list)
    observations: list[RawStudyObservation] = Field(default_factory=list)
    pool: dict[str, int] | None = None
    observed: list[RawObserved] = Field(default_factory=list)
    note: Text = ""


class RawStudy(Table):
    """The whole file."""

    study: RawStudyHead
    population: RawPopulation = RawPopulation()
    arms: list[RawArm] = Field(min_length=1)
