"""``forecast.kratom_withdrawal``: what dependence on kratom itself would bring after the last dose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ebbtide.case import Case, Intake
from ebbtide.engine.forecast import ArmForecast
from ebbtide.library import Library

from .course_rules import hours_of, shares_of, told, values_of
from .findings import Finding


def kratom_withdrawal(case: Case, arms: Sequence[ArmForecast], library: Library) -> Finding | None:
    """Withdrawal after the last planned dose of kratom: what dependence on it would bring."""
    numbers = library.safety["forecast"]["course"]
    window_h = numbers["after_last"].to("h")

    def share(arm: ArmForecast) -> float | None:
        last = _last_kratom(case, arm.id, library)
        values, hours = values_of(arm, "cows"), hours_of(arm)
        if last is None or values is None:
            return None
        after = (hours > last) & (hours <= last + window_h)
        if not after.any():
            return None
        at_dose = values[max(int(np.searchsorted(hours, last, side="right")) - 1, 0)]
        return float(np.mean(values[after].max(axis=0) - at_dose >= numbers["rise"].value))

    shares = shares_of(arms, share)
    if not shares or max(shares.values()) < numbers["share"].value:
        return None
    title, most = max(shares.items(), key=lambda item: item[1])
    return told(
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
