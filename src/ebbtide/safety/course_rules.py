"""Findings about the simulated course of each plan: breathing, nights, fluids, liver, heart and magnesium.

The rules read the simulated course; none of them changes it. The worst course is told, all beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebbtide.case import Case
from ebbtide.engine.forecast import ArmForecast
from ebbtide.library import Library

from .findings import Finding, Severity, finding

SIMULATED = "simulation with this model; not a clinical study"
Array = NDArray[np.float64]


def course_findings(case: Case, arms: Sequence[ArmForecast], library: Library) -> list[Finding]:
    """``forecast.ventilation``, ``forecast.night_sedation``, ``forecast.dehydration``, ``forecast.alt``,
    ``forecast.qtc``, ``forecast.magnesium``.
    """
    rules: tuple[Callable[[Case, Sequence[ArmForecast], Library], Finding | None], ...] = (
        _ventilation,
        _night_sedation,
        _dehydration,
        _alt,
        _qtc,
        _magnesium,
    )
    return [f for rule in rules if (f := rule(case, arms, library)) is not None]


def values_of(arm: ArmForecast, name: str) -> Array | None:
    """Time x person of a quantity, or None where it was not computed."""
    return np.asarray(arm.people[name].values, dtype=np.float64) if name in arm.people else None


def hours_of(arm: ArmForecast) -> Array:
    """Times of the course (h after the start)."""
    return np.asarray(arm.people["time_h"].values, dtype=np.float64)


def shares_of(arms: Sequence[ArmForecast], share: Callable[[ArmForecast], float | None]) -> dict[str, float]:
    """Title of each arm to the share of its people that a rule is about."""
    found = ((arm.title, share(arm)) for arm in arms)
    return {title: round(value, 3) for title, value in found if value is not None}


def told(
    id: str,
    severity: Severity,
    title: str,
    message: str,
    advice: str,
    rule: str,
    values: Mapping[str, Any],
    sources: Sequence[str],
    missing: Sequence[str],
) -> Finding:
    """A finding about simulated courses; ``values`` by title of the course."""
    return finding(
        id,
        severity,
        title,
        message,
        advice,
        rule=rule,
        inputs={"by_course": dict(values)},
        sources=sources,
        evidence=SIMULATED,
        missing=missing,
        would_change=("another plan", "the person's own measurements"),
    )


def _ventilation(case: Case, arms: Sequence[ArmForecast], library: Library) -> Finding | None:
    """Breathing while the plan is followed: the middle person's lowest."""
    limits = library.safety["forecast"]["ventilation"]
    lowest = {}
    for arm in arms:
        values = values_of(arm, "ventilation")
        if values is not None and values.size:
            lowest[arm.title] = round(float(np.median(values.min(axis=0))), 3)
    if not lowest:
        return None
    title, value = min(lowest.items(), key=lambda item: item[1])
    if value > limits["major"].value:
        return None
    emergency = value <= limits["emergency"].value
    return told(
        "forecast.ventilation",
        "emergency" if emergency else "major",
        "The plan itself can stop breathing" if emergency else "The plan itself can halve breathing",
        f'With "{title}" breathing falls to {value:.0%} of normal in the middle person.',
        "Lower or later doses with the prescriber; naloxone at hand; somebody who stays.",
        "lowest simulated ventilation of each person, median of the people, at or under "
        f"{limits['major'].value:.0%} of "
        f"baseline (emergency: {limits['emergency'].value:.0%})",
        lowest,
        ("Algera2021", "Dahan2005"),
        ("other sedatives that are not simulated", "true strength of illicit supply"),
    )


def _night_sedation(case: Case, arms: Sequence[ArmForecast], library: Library) -> Finding | None:
    numbers = library.safety["forecast"]["course"]

    def deep(arm: ArmForecast) -> float | None:
        values = values_of(arm, "sedation")
        if values is None:
            return None
        night = _night(case, hours_of(arm), numbers["night_from"].value, numbers["night_to"].value)
        if not night.any():
            return None
        return float(np.mean(values[night].max(axis=0) >= numbers["deep_sedation"].value))

    shares = shares_of(arms, deep)
    if not shares or max(shares.values()) < numbers["share"].value:
        return None
    title, share = max(shares.items(), key=lambda item: item[1])
    return told(
        "forecast.night_sedation",
        "major" if share >= numbers["likely"].value else "moderate",
        "Deep sedation at night",
        f'With "{title}" {share:.0%} of the people are deeply sedated in some night.',
        "Earlier or lower evening doses with the prescriber; no alcohol and no other sedative; not alone "
        "in the first nights.",
        f"simulated sedation of {numbers['deep_sedation'].value:g} or more (1 is coma) between "
        f"{numbers['night_from'].value:g} and "
        f"{numbers['night_to'].value:g} o'clock, in {numbers['share'].value:.0%} of the people or more",
        shares,
        ("Ebbtide2026",),
        ("sleep apnoea and lung disease", "sedatives that are not simulated"),
    )


def _night(case: Case, hours: Array, begin: float, end: float) -> NDArray[np.bool_]:
    """Which hours after the start lie in the night by the clock of the case."""
    clock = np.array([_clock(case, hour) for hour in hours])
    return (clock >= begin) | (clock < end)


def _clock(case: Case, hour: float) -> float:
    at = case.start + timedelta(hours=float(hour))
    return at.hour + at.minute / 60.0


def _dehydration(case: Case, arms: Sequence[ArmForecast], library: Library) -> Finding | None:
    numbers = library.safety["forecast"]["course"]

    def days(arm: ArmForecast) -> float | None:
        lost = [
            v for name in ("symptom.vomiting", "symptom.diarrhoea") if (v := values_of(arm, name)) is not None
        ]
        if not lost:
            return None
        day = (hours_of(arm) // 24.0).astype(int)
        worse = np.maximum.reduce(lost)
        means = np.stack([worse[day == d].mean(axis=0) for d in np.unique(day)])
        return float(np.median((means >= numbers["loss"].value).sum(axis=0)))

    found = shares_of(arms, days)
    if not found or max(found.values()) < numbers["loss_days"].value:
        return None
    title, most = max(found.items(), key=lambda item: item[1])
    return told(
        "forecast.dehydration",
        "major" if most >= numbers["loss_days_major"].value else "moderate",
        "Days of vomiting or diarrhoea: loss of fluid",
        f'With "{title}" the middle person has {most:.0f} days of marked vomiting or diarrhoea.',
        "Fluids with salts from the first day, weight and urine daily; sodium, potassium, magnesium, "
        "creatinine; pressure "
        "before each alpha-2 agonist. No urine for 8 hours or fainting: emergency number.",
        f"days on which the simulated vomiting or diarrhoea (0-1) averages {numbers['loss'].value:g} or "
        "more, median of the "
        f"people, {numbers['loss_days'].value:g} or more",
        found,
        ("Ebbtide2026",),
        ("what is drunk and kept down", "kidney function"),
    )


def _beyond(
    arms: Sequence[ArmForecast], name: str, limit: float, least: float
) -> tuple[str, float, dict[str, float]] | None:
    """The arm with the largest share of people whose ``name`` reaches ``limit``, that share, and all shares.

    None where no arm has a share of ``least`` or more.
    """

    def share(arm: ArmForecast) -> float | None:
        values = values_of(arm, name)
        return None if values is None else float(np.mean(values.max(axis=0) >= limit))

    shares = shares_of(arms, share)
    if not shares or max(shares.values()) < least:
        return None
    title, most = max(shares.items(), key=lambda item: item[1])
    return title, most, shares


def _alt(case: Case, arms: Sequence[ArmForecast], library: Library) -> Finding | None:
    numbers, labs = library.safety["forecast"]["course"], library.safety["labs"]
    times, usual = labs["transaminase"]["three"].value, labs["usual"]["ALT"].value
    found = _beyond(arms, "liver.alt", times * usual, numbers["share"].value)
    if found is None:
        return None
    title, share, shares = found
    return told(
        "forecast.alt",
        "major" if share >= numbers["likely"].value else "moderate",
        "ALT may rise threefold",
        f'With "{title}" {share:.0%} of the people reach an ALT of {times * usual:g} U/L.',
        "ALT, AST, ALP and bilirubin before the start and every two weeks; stop kratom when they rise; "
        "jaundice or dark urine: the same day.",
        f"simulated ALT of {times:g} times the usual limit ({usual:g} U/L) or more, in "
        f"{numbers['share'].value:.0%} of the people or more",
        shares,
        ("Schimmel2020", "Ebbtide2026"),
        ("the person's own ALT", "the laboratory's limit"),
    )


def _qtc(case: Case, arms: Sequence[ArmForecast], library: Library) -> Finding | None:
    numbers, limit = library.safety["forecast"]["course"], library.safety["labs"]["qtc"]["rise"].to("ms")
    found = _beyond(arms, "qtc_change", limit, numbers["share"].value)
    if found is None:
        return None
    title, share, shares = found
    return told(
        "forecast.qtc",
        "major" if share >= numbers["likely"].value else "moderate",
        f"QTc may lengthen by {limit:g} ms",
        f'With "{title}" QTc lengthens by {limit:g} ms or more in {share:.0%} of the people.',
        "ECG before and at the peak; potassium and magnesium; replace other QT substances.",
        f"simulated change of QTc of {limit:g} ms or more in "
        f"{numbers['share'].value:.0%} of the people or more",
        shares,
        ("Krantz2009", "Ebbtide2026"),
        ("QTc of the person", "QT substances that are not simulated"),
    )


def _magnesium(case: Case, arms: Sequence[ArmForecast], library: Library) -> Finding | None:
    numbers, limits = library.safety["forecast"]["course"], library.safety["labs"]["magnesium"]
    found = _beyond(arms, "serum.magnesium", limits["high"].value, numbers["share"].value)
    if found is None:
        return None
    title, share, shares = found
    far = _beyond(arms, "serum.magnesium", limits["dangerous"].value, numbers["share"].value)
    return told(
        "forecast.magnesium",
        "moderate" if far is None else "major",
        "Serum magnesium may rise above the range",
        f'With "{title}" {share:.0%} of the people go to {limits["high"].value:g} mmol/L or more.',
        "Kidney function first; less magnesium; level within a week; weakness, flushing or drowsiness: stop "
        "and measure.",
        f"simulated serum magnesium of {limits['high'].value:g} mmol/L or more in "
        f"{numbers['share'].value:.0%} of the people or more",
        shares,
        ("MSDHyperMg", "Ebbtide2026"),
        ("creatinine of the person",),
    )
