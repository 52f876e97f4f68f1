"""Findings about the simulated course of each plan: breathing, nights, fluids, liver, heart and magnesium.

The rules read the simulated course; none of them changes it. The worst course is told, all beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebbtide.case import Case, Intake
from ebbtide.engine.forecast import ArmForecast
from ebbtide.library import Library

from .findings import Finding, Severity, finding

SIMULATED = "simulation with this model; not a clinical study"
Array = NDArray[np.float64]


def course_findings(case: Case, arms: Sequence[ArmForecast], library: Library) -> list[Finding]:
    """``forecast.ventilation``, ``forecast.night_sedation``, ``forecast.dehydration``, ``forecast.alt``,
    ``forecast.qtc``, ``forecast.magnesium``, ``forecast.kratom_withdrawal``.
    """
    rules: tuple[Callable[[Case, Sequence[ArmForecast], Library], Finding | None], ...] = (
        _ventilation,
        _night_sedation,
        _dehydration,
        _alt,
        _qtc,
        _magnesium,
        _kratom_withdrawal,
    )
    return [f for rule in rules if (f := rule(case, arms, library)) is not None]


def _values(arm: ArmForecast, name: str) -> Array | None:
    """Time x person of a quantity, or None where it was not computed."""
    return np.asarray(arm.people[name].values, dtype=np.float64) if name in arm.people else None


def _hours(arm: ArmForecast) -> Array:
    return np.asarray(arm.people["time_h"].values, dtype=np.float64)


def _shares(arms: Sequence[ArmForecast], share: Callable[[ArmForecast], float | None]) -> dict[str, float]:
    """Title of each arm to the share of its people that a rule is about."""
    found = ((arm.title, share(arm)) for arm in arms)
    return {title: round(value, 3) for title, value in found if value is not None}


def _told(
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
        values = _values(arm, "ventilation")
        if values is not None and values.size:
            lowest[arm.title] = round(float(np.median(values.min(axis=0))), 3)
    if not lowest:
        return None
    title, value = min(lowest.items(), key=lambda item: item[1])
    if value > limits["major"].value:
        return None
    emergency = value <= limits["emergency"].value
    return _told(
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
        values = _values(arm, "sedation")
        if values is None:
            return None
        night = _night(case, _hours(arm), numbers["night_from"].value, numbers["night_to"].value)
        if not night.any():
            return None
        return float(np.mean(values[night].max(axis=0) >= numbers["deep_sedation"].value))

    shares = _shares(arms, deep)
    if not shares or max(shares.values()) < numbers["share"].value:
        return None
    title, share = max(shares.items(), key=lambda item: item[1])
    return _told(
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
            v for name in ("symptom.vomiting", "symptom.diarrhoea") if (v := _values(arm, name)) is not None
        ]
        if not lost:
            return None
        day = (_hours(arm) // 24.0).astype(int)
        worse = np.maximum.reduce(lost)
        means = np.stack([worse[day == d].mean(axis=0) for d in np.unique(day)])
        return float(np.median((means >= numbers["loss"].value).sum(axis=0)))

    found = _shares(arms, days)
    if not found or max(found.values()) < numbers["loss_days"].value:
        return None
    title, most = max(found.items(), key=lambda item: item[1])
    return _told(
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


def _alt(case: Case, arms: Sequence[ArmForecast], library: Library) -> Finding | None:
    numbers, labs = library.safety["forecast"]["course"], library.safety["labs"]
    limit = labs["usual"]["ALT"].value * labs["transaminase"]["three"].value

    def high(arm: ArmForecast) -> float | None:
        values = _values(arm, "liver.alt")
        return None if values is None else float(np.mean(values.max(axis=0) >= limit))

    shares = _shares(arms, high)
    if not shares or max(shares.values()) < numbers["share"].value:
        return None
    title, share = max(shares.items(), key=lambda item: item[1])
    return _told(
        "forecast.alt",
        "major" if share >= numbers["likely"].value else "moderate",
        "ALT may rise threefold",
        f'With "{title}" {share:.0%} of the people reach an ALT of {limit:g} U/L.',
        "ALT, AST, ALP and bilirubin before the start and every two weeks; stop kratom when they rise; "
        "jaundice or dark urine: "
        "the same day.",
        f"simulated ALT of {labs['transaminase']['three'].value:g} times the usual limit "
        f"({labs['usual']['ALT'].value:g} U/L) or "
        f"more, in {numbers['share'].value:.0%} of the people or more",
        shares,
        ("Schimmel2020", "Ebbtide2026"),
        ("the person's own ALT", "the laboratory's limit"),
    )


def _qtc(case: Case, arms: Sequence[ArmForecast], library: Library) -> Finding | None:
    numbers, limit = library.safety["forecast"]["course"], library.safety["labs"]["qtc"]["rise"].to("ms")

    def long(arm: ArmForecast) -> float | None:
        values = _values(arm, "qtc_change")
        return None if values is None else float(np.mean(values.max(axis=0) >= limit))

    shares = _shares(arms, long)
    if not shares or max(shares.values()) < numbers["share"].value:
        return None
    title, share = max(shares.items(), key=lambda item: item[1])
    return _told(
        "forecast.qtc",
        "major" if share >= numbers["likely"].value else "moderate",
        f"QTc may lengthen by {limit:g} ms",
        f'With "{title}" QTc lengthens by {limit:g} ms or more in {share:.0%} of the people.',
        "ECG before and at the peak; potassium and magnesium; replace other QT substances.",
        f"simulated change of QTc of {limit:g} ms or more in {numbers['share'].value:.0%} of the people or "
        "more",
        shares,
        ("Krantz2009", "Ebbtide2026"),
        ("QTc of the person", "QT substances that are not simulated"),
    )


def _magnesium(case: Case, arms: Sequence[ArmForecast], library: Library) -> Finding | None:
    numbers, limits = library.safety["forecast"]["course"], library.safety["labs"]["magnesium"]

    def above(limit: float) -> Callable[[ArmForecast], float | None]:
        def share(arm: ArmForecast) -> float | None:
            values = _values(arm, "serum.magnesium")
            return None if values is None else float(np.mean(values.max(axis=0) > limit))

        return share

    shares = _shares(arms, above(limits["high"].value))
    dangerous = _shares(arms, above(limits["dangerous"].value))
    if not shares or max(shares.values()) < numbers["share"].value:
        return None
    title, share = max(shares.items(), key=lambda item: item[1])
    return _told(
        "forecast.magnesium",
        "major" if max(dangerous.values()) >= numbers["share"].value else "moderate",
        "Serum magnesium may rise above the range",
        f'With "{title}" {share:.0%} of the people go over {limits["high"].value:g} mmol/L.',
        "Kidney function first; less magnesium; level within a week; weakness, flushing or drowsiness: "
        "stop and measure.",
        f"simulated serum magnesium over {limits['high'].value:g} mmol/L in {numbers['share'].value:.0%} "
        "of the people or more",
        shares,
        ("MSDHyperMg", "Ebbtide2026"),
        ("creatinine of the person",),
    )


def _kratom_withdrawal(case: Case, arms: Sequence[ArmForecast], library: Library) -> Finding | None:
    """Withdrawal after the last planned dose of kratom: what dependence on it would bring."""
    numbers = library.safety["forecast"]["course"]
    window_h = numbers["after_last"].to("h")

    def share(arm: ArmForecast) -> float | None:
        last = _last_kratom(case, arm.id, library)
        values, hours = _values(arm, "cows"), _hours(arm)
        if last is None or values is None:
            return None
        after = (hours > last) & (hours <= last + window_h)
        if not after.any():
            return None
        at_dose = values[max(int(np.searchsorted(hours, last, side="right")) - 1, 0)]
        return float(np.mean(values[after].max(axis=0) - at_dose >= numbers["rise"].value))

    shares = _shares(arms, share)
    if not shares or max(shares.values()) < numbers["share"].value:
        return None
    title, most = max(shares.items(), key=lambda item: item[1])
    return _told(
        "forecast.kratom_withdrawal",
        "moderate",
        "Withdrawal after the last kratom",
        f'With "{title}" COWS rises by {numbers["rise"].value:g} points or more within '
        f"{window_h / 24:g} days of the last "
        f"kratom in {most:.0%} of the people: part of it may be the former opioid's, part dependence on "
        "kratom itself.",
        "Buprenorphine or methadone treats either. Kratom is not a treatment with proof.",
        f"simulated COWS within {window_h / 24:g} days of the last planned kratom "
        f"{numbers['rise'].value:g} points or more above "
        "that at the dose",
        shares,
        ("Smith2022KUD", "WessonLing2003"),
        ("how the person reacted to earlier breaks",),
    )


def _last_kratom(case: Case, arm_id: str, library: Library) -> float | None:
    """Time of the last planned kratom (h), where use is long enough for dependence; else None."""
    added = next((a.doses for a in case.alternatives if a.id == arm_id), ())
    times = [dose.time_h for dose in (*case.doses, *added) if _is_kratom(dose, library)]
    begun = [use.last_h - use.duration_h for use in case.history if _is_kratom(use, library)]
    least_h = library.safety["forecast"]["dependence"]["possible"].to("h")
    if not times or max(times) - min((*times, *begun)) < least_h:
        return None
    return max(times)


def _is_kratom(intake: Intake, library: Library) -> bool:
    return any("kratom_product" in library.medicines[name].tags for name in intake.medicines)
