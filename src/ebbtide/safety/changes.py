"""What changes in the course: withdrawal that jumps after a dose or does not ease, kratom that grows."""

from __future__ import annotations

from collections.abc import Iterator

from ebbtide.case import Observation

from .facts import Facts, Taken
from .findings import Finding, finding
from .laboratory import basis_of

DISPLACING = ("buprenorphine", "opioid_antagonist")
DAY_H = 24.0


def change_findings(facts: Facts) -> list[Finding]:
    """``induction.observed``, ``withdrawal.not_easing`` and ``dependence.rising_use``."""
    found = (_jump(facts), _not_easing(facts), _rising_use(facts))
    return [f for f in found if f is not None]


def _jump(facts: Facts) -> Finding | None:
    """COWS that rose within hours of a dose that displaces opioids: of several the steepest."""
    numbers = facts.library.safety["forecast"]["precipitated"]
    jumps = [j for s in facts.present if _displaces(s) for j in _jumps(s, facts)]
    rise, agent, time_h, before, after = max(jumps, key=lambda j: j[0], default=(0.0, None, 0.0, None, None))
    if agent is None or before is None or after is None or rise < numbers["rise"].value:
        return None
    antagonist = agent.is_("opioid_antagonist")
    severe = antagonist and (after.value or 0.0) >= numbers["moderate"].value
    hours = numbers["window"].to("h")
    return finding(
        "induction.observed",
        "emergency" if severe else "urgent",
        f"Withdrawal jumped by {rise:.0f} points after {agent.title}: precipitated withdrawal",
        f"COWS went from {before.value:g} to {after.value:g} within {hours:g} h of {agent.title}. "
        + (
            "An antagonist cannot be taken back: vomiting, loss of fluid and delirium may follow for a day."
            if antagonist
            else "It is at its worst in the first hours."
        ),
        "Call the emergency number now: fluids, an alpha-2 agonist, antiemetic; ask for kratom."
        if severe
        else "Prescriber and observation today: an alpha-2 agonist, antiemetic, fluids; ask for kratom."
        if antagonist
        else "Call the prescriber now: more buprenorphine treats it, with an alpha-2 agonist and fluids.",
        rule=f"a COWS within {hours:g} h after a dose at least {numbers['rise'].value:g} points above the "
        f"last one before it; an antagonist and {numbers['moderate'].value:g} points or more: emergency",
        inputs={
            "COWS_before": facts.seen(before),
            "COWS_after": facts.seen(after),
            agent.name: agent.told,
            "dose": facts.when(time_h),
        },
        **basis_of([numbers["rise"], numbers["window"], numbers["moderate"]]),
        missing=("what was used in the days before", "another illness that began at that time"),
        would_change=("another rating", "another cause found by the examination"),
    )


def _displaces(s: Taken) -> bool:
    """Whether withdrawal after it is harm; after naloxone for rescue it is the price of breathing."""
    return any(s.is_(selector) for selector in DISPLACING) and not s.is_("rescue_antagonist")


def _jumps(agent: Taken, facts: Facts) -> Iterator[tuple[float, Taken, float, Observation, Observation]]:
    """Rise of COWS over each planned dose of an agent, with the ratings around it."""
    window_h = facts.library.safety["forecast"]["precipitated"]["window"].to("h")
    ratings = [o for o in facts.all("scale", "COWS") if o.value is not None]
    for time_h in (time for use in agent.uses if use.planned for time, _ in use.masses):
        before = [o for o in ratings if time_h - DAY_H <= o.time_h <= time_h]
        after = [o for o in ratings if time_h < o.time_h <= time_h + window_h]
        if before and after:
            worst = max(after, key=lambda o: o.value or 0.0)
            yield (worst.value or 0.0) - (before[-1].value or 0.0), agent, time_h, before[-1], worst


def _not_easing(facts: Facts) -> Finding | None:
    """Withdrawal that is still rated high long after the opioid has gone."""
    numbers = facts.library.safety["forecast"]["not_easing"]
    newest = facts.latest("scale", "COWS")
    if newest is None or newest.value is None or newest.value < numbers["cows"].value:
        return None
    opioids = [s for s in facts.substances if s.is_("opioid") or s.is_("kratom_product")]
    gone = [u.gone_h for s in opioids for u in s.uses if u.start_h <= newest.time_h]
    if not gone or newest.time_h - max(gone) < numbers["after"].to("h"):
        return None
    days = (newest.time_h - max(gone)) / DAY_H
    return finding(
        "withdrawal.not_easing",
        "moderate",
        f"COWS {newest.value:g} {days:.0f} days after the last opioid has gone",
        "Withdrawal from opioids eases within days to two weeks: another cause, or use that was not told.",
        "Think of alcohol and sedatives, thyroid, infection, low cortisol, depression; drug test; review the "
        "setting and offer treatment with buprenorphine or methadone.",
        rule=f"newest COWS of {numbers['cows'].value:g} or more, {numbers['after'].to('d'):g} days or more "
        "after every opioid and kratom of the case has gone",
        inputs={"COWS": facts.seen(newest), **{s.name: s.told for s in opioids}},
        **basis_of([numbers["cows"], numbers["after"]]),
        missing=("use that was not told", "pulse, temperature and thyroid as measured"),
        would_change=("a lower rating", "a dose that the case does not list"),
    )


def _rising_use(facts: Facts) -> Finding | None:
    """Kratom whose daily amount grew to a multiple in the course."""
    times = facts.library.safety["forecast"]["dependence"]["times"]
    grown = [(s, change) for s in facts.present if (change := _growth(s)) and change >= times.value]
    if not grown:
        return None
    names = ", ".join(s.title for s, _ in grown)
    most = max(change for _, change in grown)
    return finding(
        "dependence.rising_use",
        "minor",
        f"{names[:1].upper()}{names[1:]}: the daily amount grows {most:.1f}-fold",
        "An amount that grows means tolerance: withdrawal, liver injury and seizures go with it.",
        "Assess for kratom use disorder (DSM-5); offer treatment with proof.",
        rule=f"kratom or 7-OH of the last planned day {times.value:g} times that of the time before or more",
        inputs={s.name: s.told for s, _ in grown},
        **basis_of([times]),
        missing=("what is really taken",),
        would_change=("an amount that does not grow",),
    )


def _growth(s: Taken) -> float | None:
    """Mass of the last planned day over that of the history, or of the first planned day."""
    if not s.is_("kratom_product"):
        return None
    planned = sorted(dose for use in s.uses if use.planned for dose in use.masses)
    before = [mass for use in s.uses if not use.planned for _, mass in use.masses]
    if not planned or any(mass is None for _, mass in planned) or None in before:
        return None
    first, last = planned[0][0], planned[-1][0]
    began = sum(mass or 0.0 for mass in before) or sum(m or 0.0 for t, m in planned if t < first + DAY_H)
    ended = sum(mass or 0.0 for time, mass in planned if time > last - DAY_H)
    return ended / began if began > 0 else None
