"""Starting buprenorphine or an antagonist while another opioid is on board."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ebbtide.case import Observation
from ebbtide.library.tables import Row, words

from .facts import Facts, Taken, Use
from .findings import Finding, Severity, at_most, cited, finding, rank, severity_of, worst


@dataclass(frozen=True)
class _Start:
    """A dose of a displacing agent after an opioid."""

    row: Row
    agent: Taken
    opioid: Taken
    gap_h: float
    severity: Severity
    cows: Observation | None
    why: str


def induction_findings(facts: Facts) -> list[Finding]:
    """``induction.precipitated_withdrawal``: the worst start of the course."""
    starts = list(_starts(facts))
    if not starts:
        return []
    starts.sort(key=lambda s: (rank(s.severity), s.agent.name, s.opioid.name, s.row["id"]))
    lead = starts[0]
    severity = worst([s.severity for s in starts])
    likely = "likely" if severity == "major" else "possible"
    inputs: dict[str, Any] = {}
    for s in starts:
        inputs[s.agent.name], inputs[s.opioid.name] = s.agent.told, s.opioid.told
        inputs[f"hours_from_{s.opioid.name}_to_{s.agent.name}"] = round(s.gap_h, 1)
        if s.cows is not None:
            inputs["COWS"] = facts.seen(s.cows)
    rows = list({s.row["id"]: s.row for s in starts}.values())
    return [
        finding(
            "induction.precipitated_withdrawal",
            severity,
            f"Precipitated withdrawal is {likely}: {lead.agent.title} {_hours(lead.gap_h)} after "
            f"{lead.opioid.title}",
            " ".join(dict.fromkeys(s.why for s in starts)),
            lead.row["advice"],
            rule="; ".join(_rule(row) for row in rows),
            inputs=inputs,
            **cited(*rows),
            missing=[
                *(
                    ["COWS within 4 h before the first dose"]
                    if any(s.row["cows"] and s.cows is None for s in starts)
                    else []
                ),
                "use that was not told; the true strength of illicit supply",
            ],
            would_change=(
                "a later start",
                "objective withdrawal scored before the first dose",
                "a low-dose start",
            ),
        )
    ]


def _rule(row: Row) -> str:
    text = (
        f"{' or '.join(words(row['agent']))} less than {float(row['wait_h']):g} h after "
        f"{' or '.join(words(row['after']))}".replace("_", " ")
    )
    return text + (f", or with COWS under {row['cows']}" if row["cows"] else "")


def _starts(facts: Facts) -> Iterator[_Start]:
    medicines = facts.library.medicines
    for agent in facts.present:
        times = _doses_that_displace(agent, facts)
        if not times:
            continue
        for opioid in facts.substances:
            rows = [
                (row, selector)
                for row in facts.library.tables.get("induction", ())
                if any(agent.is_(a) for a in words(row["agent"])) and opioid.name != agent.name
                for selector in words(row["after"])
                if opioid.is_(selector)
            ]
            if rows:
                row, _ = min(rows, key=lambda r: 1 if r[1] in medicines else medicines.count(r[1]))
                found = [s for start in times if (s := _judged(row, agent, start, opioid, facts)) is not None]
                if found:
                    yield min(found, key=lambda s: (rank(s.severity), s.gap_h))


def _doses_that_displace(agent: Taken, facts: Facts) -> list[tuple[float, float]]:
    """Time of each planned dose that may displace an opioid, and of the dose of the agent before it (h).

    Left out: naloxone for rescue, patches, first low doses and what they prepare, and treatment that goes
    on from before the start.
    """
    if agent.is_("rescue_antagonist"):
        return []
    numbers = facts.library.safety["forecast"]["induction"]
    by_mouth = [use for use in agent.uses if use.planned and use.route != "transdermal"]
    doses = sorted((dose for use in by_mouth for dose in use.masses), key=lambda dose: dose[0])
    found: list[tuple[float, float]] = []
    low, before = 0, -float("inf")
    for time, mass in doses:
        goes_on = any(not u.planned and u.start_h < time <= u.gone_h for u in agent.uses)
        if agent.name == "buprenorphine" and mass is not None and mass <= numbers["low_dose"].to("mg"):
            low += 1
        elif not goes_on and low < numbers["low_doses"].value:
            found.append((time, before))
        before = time
    return found


def _judged(row: Row, agent: Taken, times: tuple[float, float], opioid: Taken, facts: Facts) -> _Start | None:
    """What a dose of the agent means after the last opioid since the agent's dose before it."""
    start_h, before_h = times
    last_h = max((t for u in opioid.uses if (t := _last_before(u, start_h)) is not None), default=None)
    if last_h is None or last_h < before_h:
        return None
    gap_h, wait_h, clear_h = start_h - last_h, float(row["wait_h"]), float(row["clear_h"])
    if gap_h >= clear_h:
        return None
    cows = _cows_before(start_h, facts) if row["cows"] else None
    least = float(row["cows"]) if row["cows"] else 0.0
    presence = facts.library.safety["presence"]
    dependent = opioid.regular_h(presence["regular"].to("h")) > 0
    base: Severity = severity_of(row)
    limit: Severity = base if dependent else "moderate"
    told = f"{agent.title.capitalize()} {_hours(gap_h)} after the last {opioid.title}"
    if row["cows"] and cows is not None and cows.value is not None:
        if cows.value >= least:
            return None
        severity = at_most(base, limit) if gap_h < 2 * wait_h else "moderate"
        why = f"{told}, with COWS {cows.value:g}, under {least:g}."
    elif gap_h < wait_h:
        severity, why = at_most(base, limit), f"{told}; at least {_hours(wait_h)} is the usual wait."
    elif row["cows"]:
        severity, why = "minor", f"{told}: long enough in most people, but no COWS at the start is on record."
    else:
        return None
    return _Start(row, agent, opioid, gap_h, severity, cows, why)


def _last_before(use: Use, time_h: float) -> float | None:
    """Time of the last dose of a use before a time, None where it began later."""
    if not use.planned:
        return use.last_h if use.last_h < time_h else None
    times = [time for time, _ in use.masses if time < time_h]
    return max(times, default=None)


def _cows_before(time_h: float, facts: Facts) -> Observation | None:
    window_h = facts.library.safety["forecast"]["induction"]["cows_window"].to("h")
    found = [
        o
        for o in facts.all("scale", "COWS")
        if o.value is not None and time_h - window_h <= o.time_h <= time_h
    ]
    return found[-1] if found else None


def _hours(hours: float) -> str:
    return f"{hours / 24:.0f} d" if hours >= 72 else f"{hours:.0f} h"
