"""Predicted beside observed: each row of a study from the courses of its arms."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.engine.quantities import attributes
from ebbtide.library import Library, conversion

from .across import across, band_of_groups, quantile
from .course import Course
from .read import Study
from .reading import PLASMA, Reading
from .result import ResultRow, agrees, fold_between, told
from .rows import ObservedRow
from .statistics import internal_unit, sample

Array = NDArray[np.float64]
UNIT_WORDS = {"fraction": "dimensionless", "fraction of baseline": "dimensionless", "ratio": "dimensionless"}
DOMAINS = {PLASMA: "kinetics", "mor.": "receptor", "ventilation": "breathing", "pupil": "breathing"}
OTHER_DOMAIN = "withdrawal"


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


def results(
    study: Study, library: Library, rows: Sequence[ObservedRow], courses: Mapping[str, Course]
) -> tuple[ResultRow, ...]:
    """Every row with its prediction.

    Raises
    ------
    InputError
        For a statistic that the row's keys do not allow, or a unit that does not fit.
    """
    # a ratio to nothing is no number, and is left out over people
    with np.errstate(divide="ignore", invalid="ignore"):
        return tuple(_result(study, library, row, courses) for row in rows)


def _result(
    study: Study, library: Library, observed: ObservedRow, courses: Mapping[str, Course]
) -> ResultRow:
    row = observed.row
    quantity = observed.quantities[0]
    internal = _internal_unit(observed, quantity)
    unit = row.unit or internal
    molar_mass = None
    if quantity.startswith(PLASMA):
        molar_mass = library.compound(quantity.removeprefix(PLASMA)).molar_mass.to("g/mol")
    factor = conversion(internal, UNIT_WORDS.get(unit, unit), f"{observed.where}.unit", molar_mass)
    left_out = not observed.base or (
        observed.other == () and row.statistic in ("ratio_to", "difference_from")
    )
    prediction = Prediction(math.nan, None) if left_out else _predict(study, observed, courses)
    number = prediction.number * factor
    people, band, low, high = prediction.people, None, math.nan, math.nan
    if people is not None:
        low, high = (quantile(people.values, people.weights, share) * factor for share in (0.05, 0.95))
        if row.accept.band is not None:
            size = row.n or observed.arm.n or study.population.n or 1
            ends = band_of_groups(people.values, people.weights, row.across, size, row.accept.band)
            band = (ends[0] * factor, ends[1] * factor)
    return ResultRow(
        study=study.head.id,
        role=study.head.role,
        inputs=row.inputs or study.head.inputs,
        domain=next((d for start, d in DOMAINS.items() if quantity.startswith(start)), OTHER_DOMAIN),
        arm=observed.arm.name,
        quantity=", ".join(observed.quantities[: None if isinstance(row.quantity, list) else 1]),
        statistic=row.statistic if row.of is None else f"{row.statistic} of {row.of}",
        at=row.at or "",
        across=row.across,
        unit=unit,
        observed=row.value,
        observed_spread=_spread(observed),
        n=row.n or observed.arm.n or study.population.n,
        predicted=_finite(number),
        predicted_low=_finite(low),
        predicted_high=_finite(high),
        fold=None if row.value is None else fold_between(number, row.value),
        difference=None if row.value is None else _finite(number - row.value),
        accept=told(row.accept),
        passed=None if left_out else agrees(row.accept, number, row.value, band),
        note="arm left out" if left_out else row.words or row.note,
    )


def _internal_unit(observed: ObservedRow, quantity: str) -> str:
    row = observed.row
    units = "nmol/L" if quantity.startswith(PLASMA) else _unit_of(quantity)
    own = internal_unit(observed.statistic, units)
    if row.statistic == "ratio_to" or row.per is not None:
        return "dimensionless"
    if row.dose_normalised:
        return f"({own}) / nmol"
    return own if row.relative_to is None else "dimensionless"


def _unit_of(quantity: str) -> str:
    words = attributes(quantity)["units"]
    return UNIT_WORDS.get(words, words)


def _predict(study: Study, observed: ObservedRow, courses: Mapping[str, Course]) -> Prediction:
    row = observed.row
    base = _sampled(observed, observed.base, courses)
    percent = observed.statistic.startswith("percent")
    how = "mean" if percent or row.across in ("ratio_of_means", "day_of_mean_curve") else row.across
    if row.statistic not in ("ratio_to", "difference_from"):
        return Prediction(base.number(how), None if percent else base)
    other = _sampled(observed, observed.other, courses)
    same_people = study.head.design == "crossover" or row.arm in (None, observed.arm.name)
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


def _sampled(observed: ObservedRow, readings: Sequence[Reading], courses: Mapping[str, Course]) -> Sampled:
    values, weights, arms = [], [], []
    for index, reading in enumerate(readings):
        course = courses[reading.arm]
        if observed.among is not None:
            course = _who_rose(observed, reading, course)
        if observed.row.across == "day_of_mean_curve":
            course = course.mean_person(set(observed.quantities))
        quantity, course = _one_quantity(observed, course)
        seen = sample(reading, course, quantity)
        people = (observed.arm.pool or {}).get(reading.arm, 1) * course.weights / course.weights.sum()
        values.append(seen.ravel())
        weights.append(np.broadcast_to(people / len(seen), seen.shape).ravel())
        arms.append(np.full(seen.size, index))
    return Sampled(np.concatenate(values), np.concatenate(weights), np.concatenate(arms))


def _one_quantity(observed: ObservedRow, course: Course) -> tuple[str, Course]:
    """Of several hazards their sum: either event."""
    names = observed.quantities
    if isinstance(observed.row.quantity, str):
        return names[0], course
    total = np.sum([course.curves[name] for name in names], axis=0)
    joined = Course(course.protocol, course.time_h, {"events": total}, course.weights)
    return "events", joined


def _who_rose(observed: ObservedRow, reading: Reading, course: Course) -> Course:
    assert observed.among is not None
    assert reading.since_h is not None
    quantity = observed.quantities[0]
    _, curve = course.window(quantity, reading.span)
    rose = curve.max(axis=0) - course.at(quantity, reading.since_h) >= observed.among.rise
    return Course(course.protocol, course.time_h, course.curves, course.weights * rose)


def _spread(observed: ObservedRow) -> str:
    spread = observed.row.spread
    if spread is None:
        return ""
    parts = []
    if spread.low is not None or spread.high is not None:
        parts.append(" to ".join("" if v is None else f"{v:g}" for v in (spread.low, spread.high)).strip())
    names = {"sd": "SD", "se": "SE", "cv": "CV", "plus_minus": "±"}
    parts += [
        f"{name} {getattr(spread, key):g}" for key, name in names.items() if getattr(spread, key) is not None
    ]
    text = ", ".join(parts)
    return f"{text} ({spread.kind})" if spread.kind else text


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
