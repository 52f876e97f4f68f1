"""Predicted beside observed: each row of a study from the courses of its arms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ebbtide.engine.quantities import attributes
from ebbtide.library import InputError, Library, conversion

from .across import across, band_of_groups, percent_of_groups, quantile
from .among import who
from .course import Course
from .domains import domain_of
from .noise import Noise
from .protocol import Protocol
from .read import Study
from .reading import compound_of
from .result import ResultRow, fold_between, told, verdict
from .rows import LEFT_OUT, ArmReading, ObservedRow
from .spread import standard_deviation, words
from .statistics import COMPARISONS, internal_unit, sample
from .urine import URINE

Array = NDArray[np.float64]
UNIT_WORDS = {"fraction": "dimensionless", "fraction of baseline": "dimensionless", "ratio": "dimensionless"}
COUNTED = ("peak_day", "return_day")
"""Statistics that single visits decide, besides percentages and extremes of ratings: their noise counts."""
LIKE_MEANS = ("ratio_of_means", "day_of_mean_curve")


@dataclass(frozen=True)
class Simulated:
    """The arms of a study, simulated, and its rows with their times resolved."""

    courses: Mapping[str, Course]
    protocols: Mapping[str, Protocol]
    failed: Mapping[str, str]
    """Arms that could not be simulated, with the reason."""
    rows: tuple[ObservedRow, ...]
    noise: Noise
    crossover: bool
    """The same people are in every arm."""
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Sampled:
    """A statistic of the people of one or more arms."""

    values: Array
    """One number a person, or one for each rating of each person."""
    weights: Array
    arm: Array
    """Index of the arm of each value."""

    def number(self, how: str) -> float:
        """One number over all."""
        if how == "highest_arm_mean":
            arms = [self.arm == index for index in np.unique(self.arm)]
            return max(across(self.values[of], self.weights[of], "mean") for of in arms)
        return across(self.values, self.weights, how)


@dataclass(frozen=True)
class Prediction:
    """The predicted number, and each person's, in the internal unit."""

    number: float
    people: Sampled | None
    shares: Sampled | None = None
    """Of a percentage, who it is of: its spread is that of groups, not of people."""


def results(study: Study, library: Library, simulated: Simulated) -> tuple[ResultRow, ...]:
    """Every row with its prediction, or with the reason why there is none."""
    # a ratio to nothing is no number, and is left out over people
    with np.errstate(all="ignore"):
        return tuple(_result(study, library, row, simulated) for row in simulated.rows)


def _result(study: Study, library: Library, observed: ObservedRow, simulated: Simulated) -> ResultRow:
    row = observed.row
    size = row.n or observed.arm.n or study.population.n
    accept = row.accept
    empty = ResultRow(
        study=study.head.id,
        role=study.head.role,
        inputs=row.inputs or study.head.inputs,
        domain=domain_of(study, observed, simulated.protocols),
        arm=observed.arm.name,
        quantity=", ".join(observed.named),
        statistic=row.statistic if row.of is None else f"{row.statistic} of {row.of}",
        at=row.at or "",
        across=row.across,
        unit=row.unit or "",
        observed=row.value,
        observed_spread=words(row.spread),
        n=size,
        predicted=None,
        predicted_low=None,
        predicted_high=None,
        fold=None,
        difference=None,
        difference_in_sd=None,
        accept=told(accept),
        accept_fold=accept.fold,
        accept_absolute=accept.absolute,
        accept_low=accept.low,
        accept_high=accept.high,
        band_low=None,
        band_high=None,
        passed=None,
        noise="",
        note=row.words or row.note,
        not_run=observed.not_run,
    )
    if observed.not_run:
        return replace(empty, note=LEFT_OUT) if observed.not_run == LEFT_OUT else empty
    try:
        return _evaluated(empty, library, observed, simulated, size or 1)
    except InputError as error:
        return replace(empty, not_run=str(error))


def _evaluated(
    empty: ResultRow, library: Library, observed: ObservedRow, simulated: Simulated, size: int
) -> ResultRow:
    row = observed.row
    quantity = observed.named[0]
    internal = _internal_unit(observed, quantity)
    unit = row.unit or internal
    compound, molar_mass = compound_of(quantity), None
    if compound is not None:
        molar_mass = library.compound(compound).molar_mass.to("g/mol")
    factor = conversion(internal, UNIT_WORDS.get(unit, unit), f"{observed.where}.unit", molar_mass)
    prediction = _predict(observed, simulated, empty_of_noise=not _noise_counts(observed))
    number = prediction.number * factor
    people, band, low, high, noise = prediction.people, None, math.nan, math.nan, ""
    if _carries_noise(observed):
        noise = simulated.noise.told(quantity)
        if noise and people is not None and not _noise_counts(observed):
            people = _predict(observed, simulated, empty_of_noise=False).people
    if people is not None:
        low, high = (quantile(people.values, people.weights, share) * factor for share in (0.05, 0.95))
        if row.accept.band is not None:
            ends = band_of_groups(people.values, people.weights, _how(observed), size, row.accept.band)
            band = (ends[0] * factor, ends[1] * factor)
    if prediction.shares is not None:
        of = (prediction.number, prediction.shares.weights, empty.n or prediction.shares.values.size)
        low, high = percent_of_groups(*of)
        if row.accept.band is not None:
            band = percent_of_groups(*of, row.accept.band)
    difference = None if row.value is None else _finite(number - row.value)
    sd = standard_deviation(row.spread, row.value, size)
    return replace(
        empty,
        unit=unit,
        predicted=_finite(number),
        predicted_low=_finite(low),
        predicted_high=_finite(high),
        fold=None if row.value is None else fold_between(number, row.value),
        difference=difference,
        difference_in_sd=None if difference is None or sd is None else difference / sd,
        band_low=None if band is None else _finite(band[0]),
        band_high=None if band is None else _finite(band[1]),
        passed=verdict(row.accept, number, row.value, band),
        noise=noise,
        not_run="" if math.isfinite(number) else "no number: nobody for whom it can be computed",
    )


def _carries_noise(observed: ObservedRow) -> bool:
    """Whether single visits are looked at: not means over time, nor curves that are means of people."""
    row = observed.row
    return not (row.across == "day_of_mean_curve" or row.within == "mean" or observed.statistic == "mean")


def _noise_counts(observed: ObservedRow) -> bool:
    """Whether noise is in the predicted number itself, not only in the spread of people."""
    if not _carries_noise(observed):
        return False
    extremes = observed.row.within in ("max", "min") or observed.row.within_day in ("max", "min")
    counted = observed.statistic.startswith("percent_") and observed.statistic != "percent_event_free"
    return counted or observed.statistic in COUNTED or (extremes and observed.row.within_day is None)


def _how(observed: ObservedRow) -> str:
    """How people become one number."""
    percent = observed.statistic.startswith("percent")
    return "mean" if percent or observed.row.across in LIKE_MEANS else observed.row.across


def _internal_unit(observed: ObservedRow, quantity: str) -> str:
    row = observed.row
    units = _unit_of(quantity)
    own = internal_unit(observed.statistic, units)
    if row.statistic == "ratio_to" or row.per is not None:
        return "dimensionless"
    if row.dose_normalised:
        return f"({own}) / nmol"
    return own if row.relative_to is None else "dimensionless"


def _unit_of(quantity: str) -> str:
    if compound_of(quantity) is not None:
        return "nmol" if quantity.startswith(URINE) else "nmol/L"
    named = attributes(quantity)["units"]
    return UNIT_WORDS.get(named, named)


def _predict(observed: ObservedRow, simulated: Simulated, *, empty_of_noise: bool) -> Prediction:
    row = observed.row
    noise = None if empty_of_noise else simulated.noise
    for arm in (*observed.base, *observed.other):
        if arm.arm not in simulated.courses:
            raise InputError(simulated.failed.get(arm.arm) or "the arm was not simulated")
    base = _sampled(observed, observed.base, simulated.courses, noise)
    percent = observed.statistic.startswith("percent")
    how = _how(observed)
    if row.statistic not in COMPARISONS:
        return Prediction(base.number(how), None, base) if percent else Prediction(base.number(how), base)
    other = _sampled(observed, observed.other, simulated.courses, noise)
    same_people = simulated.crossover or row.arm in (None, observed.arm.name)
    if (
        same_people
        and not percent
        and row.across != "ratio_of_means"
        and base.values.shape == other.values.shape
    ):
        compared = base.values / other.values if row.statistic == "ratio_to" else base.values - other.values
        people = Sampled(compared, base.weights * (other.weights > 0), base.arm)
        return Prediction(people.number(how), people)
    a, b = base.number(how), other.number(how)
    if row.statistic == "difference_from":
        return Prediction(a - b, None)
    return Prediction(a / b if b else math.nan, None)


def _sampled(
    observed: ObservedRow, arms: Sequence[ArmReading], courses: Mapping[str, Course], noise: Noise | None
) -> Sampled:
    values, weights, indices = [], [], []
    for index, arm in enumerate(arms):
        course = courses[arm.arm]
        total = course.weights.sum()
        part = (observed.arm.pool or {}).get(arm.arm, 1) / total if total > 0 else 0.0
        seen, weight = _arm_values(observed, arm, course, noise)
        if observed.row.across == "day_of_mean_curve":
            part = 1.0
        values.append(seen.ravel())
        weights.append((weight * part / len(seen)).ravel())
        indices.append(np.full(seen.size, index))
    return Sampled(np.concatenate(values), np.concatenate(weights), np.concatenate(indices))


def _arm_values(
    observed: ObservedRow, arm: ArmReading, course: Course, noise: Noise | None
) -> tuple[Array, Array]:
    """Values and weights ``(ratings, people)`` of one arm, all groups of its people together."""
    if observed.row.across == "day_of_mean_curve":
        _, reading = arm.groups[len(arm.groups) // 2]
        kept = course.weighted(who(observed.among, reading, course, [reading.span.end_h])[0])
        quantity, one = _one_quantity(observed, kept.mean_person(set(observed.quantities)))
        seen, _ = sample(reading, one, quantity)
        return seen, np.ones_like(seen)
    pieces = []
    for group, reading in arm.groups:
        own = course.only(group) if len(arm.groups) > 1 else course
        quantity, joined = _one_quantity(observed, own)
        seen, visits = sample(reading, joined, quantity, noise)
        weight = own.weights * who(observed.among, reading, own, visits)
        pieces.append((own.people, seen, np.broadcast_to(weight, seen.shape)))
    most = max(len(seen) for _, seen, _ in pieces)
    values = np.full((most, len(course.people)), np.nan)
    weights = np.zeros_like(values)
    for people, seen, weight in pieces:
        values[: len(seen), people] = seen
        weights[: len(seen), people] = weight
    return values, weights


def _one_quantity(observed: ObservedRow, course: Course) -> tuple[str, Course]:
    """Of several hazards their sum: either event."""
    if isinstance(observed.row.quantity, str):
        return observed.row.quantity, course
    total = np.sum([course.curves[name] for name in observed.named], axis=0)
    return "events", replace(course, curves={**course.curves, "events": total})


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
