"""Findings that look at a forecast: lost tolerance and precipitated withdrawal.

The rules read the simulated course; none of them changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ebbtide.case import Case, DoseEvent
from ebbtide.engine.forecast import ArmForecast
from ebbtide.engine.simulate import Arm, arms_of
from ebbtide.library import Library

from .findings import by_severity, finding

DISPLACING = ("mu_partial_agonist", "opioid_antagonist")
SIMULATED = "simulation with this model; not a clinical study"


def forecast_findings(
    case: Case, arms: Sequence[ArmForecast], library: Library
) -> tuple[dict[str, Any], ...]:
    """All findings of a forecast, worst first."""
    found = []
    for arm, course in zip(arms_of(case), arms, strict=True):
        lost = lost_tolerance(course, library)
        found += [lost] if lost else []
        found += precipitated_withdrawal(case, arm, course, arms[0], library)
    return by_severity(found)


def lost_tolerance(course: ArmForecast, library: Library) -> dict[str, Any] | None:
    """Breathing when the former dose is taken again after days without it."""
    if course.relapse is None:
        return None
    limits = library.safety["forecast"]["ventilation"]
    days = course.relapse["day"].values
    lowest = course.relapse["ventilation_minimum"].median("person").values
    worst = int(np.argmin(lowest))
    severity = "emergency" if lowest[worst] <= limits["emergency"].value else "major"
    if lowest[worst] > limits["major"].value:
        return None
    former = course.relapse.attrs.get("former_dose", "the former dose")
    return finding(
        f"relapse.lost_tolerance.{course.id}",
        "major" if severity == "major" else "emergency",
        f"The former dose can stop breathing ({course.title})",
        f"If {former} is taken again, breathing falls to {lowest[worst]:.0%} of normal in the middle person on "
        f"day {days[worst]} (to {lowest[0]:.0%} on day {days[0]}), without naloxone or another sedative. "
        "Illicit supply, alcohol and sedatives make it worse.",
        "Say so at every contact. Naloxone at hand, never use alone. Buprenorphine or methadone treatment "
        "keeps tolerance and lowers the risk of death.",
        rule="lowest simulated ventilation in the 6 h after the former dose on each day, median of the people, "
        f"at or under {limits['major'].value:.0%} (emergency: {limits['emergency'].value:.0%}) of baseline",
        inputs={
            "former_dose": former,
            "lowest_by_day": dict(zip(days.tolist(), lowest.round(3).tolist(), strict=True)),
        },
        sources=("Algera2021", "Dahan2005", "Degenhardt2014", "SouthAfricaSTG"),
        evidence=SIMULATED,
        missing=("other sedatives taken at the same time", "true strength of illicit supply"),
    )


def precipitated_withdrawal(
    case: Case, arm: Arm, course: ArmForecast, untreated: ArmForecast, library: Library
) -> list[dict[str, Any]]:
    """COWS that rises after the first dose of a partial agonist or antagonist, above the course without it."""
    numbers = library.safety["forecast"]["precipitated"]
    dose = _first_displacing_dose(case, arm, library)
    if dose is None or course.id == untreated.id:
        return []
    time = course.people["time_h"].values
    window = (time > dose.time_h) & (time <= dose.time_h + numbers["window"].value)
    if not window.any():
        return []
    before = int(np.searchsorted(time, dose.time_h, side="right") - 1)
    treated = course.people["cows"].values
    rise = (treated - untreated.people["cows"].values)[window].max(axis=0)
    at_start = float(np.median(treated[before]))
    share = float(np.mean(rise >= numbers["rise"].value))
    middle = float(np.median(rise))
    if share < 0.05:
        return []
    return [
        finding(
            f"induction.precipitated_withdrawal.{course.id}",
            "major" if share >= 0.5 else "moderate",
            f"Precipitated withdrawal is likely ({course.title})"
            if share >= 0.5
            else f"Precipitated withdrawal is possible ({course.title})",
            f"After {dose.title} {dose.amount_text} at {dose.time_h:g} h, COWS goes above the course without it by "
            f"{middle:.0f} points (median) within {numbers['window'].value:g} h; {share:.0%} of the people rise by "
            f"{numbers['rise'].value:g} or more. COWS at the dose was {at_start:.0f}.",
            "Wait for objective withdrawal (COWS of "
            f"{numbers['start'].value:g} or more, more after fentanyl), or start with very low doses, or use methadone.",
            rule=f"COWS within {numbers['window'].value:g} h of the first dose at least {numbers['rise'].value:g} points "
            "above the same people's course without it, in 5 % of them or more",
            inputs={"dose_time_h": dose.time_h, "product": dose.product, "cows_at_dose": round(at_start, 1)},
            sources=("Dunn2023", "Varshneya2022", "ASAM2020"),
            evidence=SIMULATED,
            missing=("observed COWS at the dose",),
        )
    ]


def _first_displacing_dose(case: Case, arm: Arm, library: Library) -> DoseEvent | None:
    for dose in arm.doses:
        if not dose.simulated:
            continue
        product = (
            case.products[dose.product].product
            if dose.product in case.products
            else library.product(dose.product)
        )
        active = library.compound(product.active)
        if set(DISPLACING) & set(active.classes) and "kratom_alkaloid" not in active.classes:
            return dose
    return None
