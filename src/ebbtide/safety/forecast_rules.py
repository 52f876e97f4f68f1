"""Findings that look at a forecast: lost tolerance, precipitated withdrawal, and :mod:`.course_rules`.

The rules read the simulated course; none of them changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ebbtide.case import Case, DoseEvent
from ebbtide.engine.forecast import ArmForecast
from ebbtide.engine.plan import Arm, arms_of
from ebbtide.library import Library

from .after_kratom import kratom_withdrawal
from .course_rules import SIMULATED, course_findings
from .findings import by_severity, finding

DISPLACING = ("mu_partial_agonist", "opioid_antagonist")
RESCUE = ("naloxone", "nalmefene")


def forecast_findings(
    case: Case, arms: Sequence[ArmForecast], library: Library
) -> tuple[dict[str, Any], ...]:
    """All findings of a forecast, worst first."""
    lost = lost_tolerance(arms, library, naloxone=_naloxone_at_hand(case))
    found = [lost] if lost else []
    for arm, course in zip(arms_of(case), arms, strict=True):
        found += precipitated_withdrawal(case, arm, course, arms[0], library)
    found += course_findings(case, arms, library)
    after = kratom_withdrawal(case, arms, library)
    found += [after] if after else []
    for one in found:
        one["basis"]["inputs"] = {"start": case.start.isoformat(timespec="minutes"), **one["basis"]["inputs"]}
    return by_severity(found)


def _naloxone_at_hand(case: Case) -> bool:
    """Whether the case lists an antagonist for rescue."""
    doses = (*case.doses, *(dose for a in case.alternatives for dose in a.doses))
    return any(name in RESCUE for dose in doses for name in dose.medicines)


class _Lowest(NamedTuple):
    """Lowest breathing of the middle person after the former dose, on each day of a course."""

    course: ArmForecast
    by_day: dict[int, float]

    @property
    def worst(self) -> tuple[int, float]:
        """The day on which it is lowest, and how low."""
        day = min(self.by_day, key=self.by_day.__getitem__)
        return day, self.by_day[day]


def lost_tolerance(
    arms: Sequence[ArmForecast], library: Library, *, naloxone: bool = False
) -> dict[str, Any] | None:
    """Breathing when the former dose is taken again after days without it: the worst course decides.

    ``naloxone``: whether the case lists an antagonist for rescue; it changes the words, not the danger.
    """
    courses = [
        _Lowest(arm, dict(zip(arm.relapse["day"].values.tolist(), _middle(arm.relapse), strict=True)))
        for arm in arms
        if arm.relapse is not None and arm.relapse.sizes["day"]
    ]
    if not courses:
        return None
    limits = library.safety["forecast"]["ventilation"]
    ordered = sorted(courses, key=lambda c: c.worst[1])
    _, lowest = ordered[0].worst
    if lowest > limits["major"].value:
        return None
    emergency = lowest <= limits["emergency"].value
    relapse = ordered[0].course.relapse
    former = (relapse.attrs if relapse is not None else {}).get("former_dose", "the former dose")
    return finding(
        "relapse.lost_tolerance",
        "emergency" if emergency else "major",
        "The former dose can stop breathing" if emergency else "The former dose can halve breathing",
        f"If {former} is taken again, breathing falls to {lowest:.0%} of normal in the middle person "
        f"{_when(ordered[0])}{_least(ordered)}. This is without another sedative and without naloxone. "
        "Illicit supply, alcohol and sedatives make it worse.",
        "Say so at every contact. "
        + (
            "Naloxone is at hand: a companion has to know how, because nobody gives it to themselves. "
            if naloxone
            else "No naloxone is in the case: supply two doses today and teach a companion. "
        )
        + "Never use alone. Buprenorphine or methadone treatment "
        "keeps tolerance and lowers the risk of death.",
        rule="lowest simulated ventilation in the 6 h after the former dose on each day of each course, "
        f"median of the people, at or under {limits['major'].value:.0%} of baseline (emergency: "
        f"{limits['emergency'].value:.0%})",
        inputs={
            "former_dose": former,
            "lowest_by_day": {
                c.course.id: {d: round(value, 3) for d, value in c.by_day.items()} for c in courses
            },
            "naloxone_at_hand": naloxone,
        },
        sources=("Algera2021", "Dahan2005", "Degenhardt2014", "SouthAfricaSTG"),
        evidence=SIMULATED,
        missing=("other sedatives taken at the same time", "true strength of illicit supply"),
        would_change=("agonist treatment without a gap",),
    )


def _middle(relapse: Any) -> list[float]:
    values: list[float] = relapse["ventilation_minimum"].median("person").values.astype(float).tolist()
    return values


def _when(lowest: _Lowest) -> str:
    """On which day of which course, and from where it fell when it was lost on the way."""
    day, _ = lowest.worst
    first = min(lowest.by_day)
    fall = f" (to {lowest.by_day[first]:.0%} on day {first})" if day != first else ""
    return f'on day {day} of the course "{lowest.course.title}"{fall}'


def _least(ordered: Sequence[_Lowest]) -> str:
    """The course that keeps most breathing, where there is more than one."""
    if len(ordered) == 1:
        return ""
    _, value = ordered[-1].worst
    return f'; with "{ordered[-1].course.title}", where it falls least, to {value:.0%}'


def precipitated_withdrawal(
    case: Case, arm: Arm, course: ArmForecast, written: ArmForecast, library: Library
) -> list[dict[str, Any]]:
    """COWS that rises after the first dose of a partial agonist or antagonist.

    The rise is over the same people's course without the dose; where the case as written holds the dose
    itself there is no such course, and the rise is over the COWS at the dose.
    """
    numbers = library.safety["forecast"]["precipitated"]
    dose = _first_displacing_dose(case, arm, library)
    if dose is None:
        return []
    time = course.people["time_h"].values
    window = (time > dose.time_h) & (time <= dose.time_h + numbers["window"].value)
    if not window.any():
        return []
    treated = course.people["cows"].values
    at_dose = treated[max(int(np.searchsorted(time, dose.time_h, side="right")) - 1, 0)]
    alone = dose in case.doses
    over = "that at the dose" if alone else "the course without it"
    rise = (treated - (at_dose if alone else written.people["cows"].values))[window].max(axis=0)
    least, hours = numbers["rise"].value, numbers["window"].value
    share = float(np.mean(rise >= least))
    if share < numbers["possible"].value:
        return []
    likely = share >= numbers["likely"].value
    observed = _observed_before(dose, case, library, float(np.median(at_dose)))
    return [
        finding(
            f"induction.precipitated_withdrawal.{course.id}",
            "major" if likely else "moderate",
            f"Precipitated withdrawal is {'likely' if likely else 'possible'} ({course.title})",
            f"After {dose.title} {dose.amount_text} at {dose.time_h:g} h, COWS goes above {over} by "
            f"{np.median(rise):.0f} points (median) within {hours:g} h; {share:.0%} of the people rise by "
            f"{least:g} or more. COWS at the dose was {np.median(at_dose):.0f}.",
            f"Wait for objective withdrawal (COWS of {numbers['start'].value:g} or more, more after "
            "fentanyl), or start with very low doses, or use methadone.",
            rule=f"COWS within {hours:g} h of the first dose at least {least:g} points above {over}, "
            f"the same people's, in {numbers['possible'].value:.0%} of them or more",
            inputs={
                "dose_time_h": dose.time_h,
                "product": dose.product,
                "cows_at_dose": round(float(np.median(at_dose)), 1),
                "share_rising": round(share, 3),
                **({"observed": observed} if observed else {}),
            },
            sources=("Dunn2023", "Varshneya2022", "ASAM2020"),
            evidence=SIMULATED,
            missing=(f"why {observed}" if observed else "observed COWS at the dose",),
            would_change=("a later start", "a start with very low doses"),
        )
    ]


def _observed_before(dose: DoseEvent, case: Case, library: Library, simulated: float) -> str:
    """The COWS that was seen before the dose beside the simulated one; a forecast does not look at it."""
    window_h = library.safety["forecast"]["induction"]["cows_window"].to("h")
    seen = [
        o.value
        for o in case.observations
        if o.name == "COWS" and o.value is not None and 0 <= dose.time_h - o.time_h <= window_h
    ]
    return f"COWS was {seen[-1]:g} where {simulated:.0f} is simulated" if seen else ""


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
