"""Use that ends: withdrawal that is dangerous, tolerance that is lost, and what belongs beside it."""

from __future__ import annotations

from typing import Any

from ebbtide.library.tables import words

from .facts import Facts, Taken, Use, is_depot
from .findings import Finding, Severity, cited, finding, severity_of

OPIOID = ("opioid", "seven_oh_product", "pseudoindoxyl_product")
TREATMENTS = ("methadone", "levomethadone", "buprenorphine")
BLOCKER = "naltrexone"


def stopping_findings(facts: Facts) -> list[Finding]:
    """``withdrawal.<class>``, ``relapse.lost_tolerance``, ``naloxone.absent``, ``treatment.agonist``, ..."""
    found: list[Finding | None] = [*_withdrawals(facts)]
    found += [_lost_tolerance(facts), _dependence(facts), _naloxone(facts), _treatment(facts)]
    found += _settings(facts)
    return [f for f in found if f is not None]


def dependent_opioids(facts: Facts) -> tuple[Taken, ...]:
    """Opioids and kratom products used regularly before the start, and not long gone."""
    least_h = facts.library.safety["presence"]["regular"].to("h")
    recent_h = facts.library.safety["forecast"]["tolerance"]["recent"].to("h")
    return tuple(
        s
        for s in facts.substances
        if (s.is_("opioid") or s.is_("kratom_product"))
        and any(not u.planned and u.lasting_h >= least_h and u.last_h >= -recent_h for u in s.uses)
    )


def _withdrawals(facts: Facts) -> list[Finding]:
    found = []
    for row in facts.library.tables.get("stopping", ()):
        least_h = float(row["least_d"]) * 24.0
        for selector in words(row["substance"]):
            stopped = [s for s in facts.substances if s.is_(selector) and _ends(s, least_h, facts)]
            going_on = [s for s in facts.substances if s.is_(selector) and _goes_on(s, least_h, facts)]
            if not stopped and not going_on:
                continue
            taken = stopped or going_on
            severity: Severity = severity_of(row) if stopped else "note"
            found.append(
                finding(
                    f"withdrawal.{selector}",
                    severity,
                    row["title"]
                    if stopped
                    else f"Not to be stopped abruptly: {', '.join(s.title for s in taken)}",
                    row["message"],
                    row["advice"],
                    rule=f"regular use for {row['least_d']} days or more"
                    + (", and none planned from the start on" if stopped else ", which goes on"),
                    inputs={s.name: s.told for s in taken},
                    **cited(row),
                    missing=("how much was really taken", "earlier withdrawal, with or without seizures"),
                    would_change=("it is continued and tapered" if stopped else "it stops",),
                )
            )
    return found


def _regular_before(s: Taken, least_h: float, facts: Facts) -> bool:
    recent_h = facts.library.safety["forecast"]["tolerance"]["withdrawal"].to("h")
    return any(not u.planned and u.lasting_h >= least_h and u.last_h >= -recent_h for u in s.uses)


def _ends(s: Taken, least_h: float, facts: Facts) -> bool:
    return _regular_before(s, least_h, facts) and not s.planned


def _goes_on(s: Taken, least_h: float, facts: Facts) -> bool:
    return _regular_before(s, least_h, facts) and s.planned


def _lost_tolerance(facts: Facts) -> Finding | None:
    """Days without the opioid that the body was used to, unless agonist treatment fills them."""
    numbers = facts.library.safety["forecast"]["tolerance"]
    opioids = [s for s in dependent_opioids(facts) if s.is_("opioid") or s.is_("potent_kratom_opioid")]
    lapsed = facts.has_condition("recent_detoxification", "recent_release")
    if not opioids and not lapsed:
        return None
    gap_h = _longest_gap(opioids, facts) if opioids else 0.0
    treated = [s for s in facts.substances if s.name in TREATMENTS and s.planned]
    limit_h = numbers["gap"].to("h")
    lost = lapsed or gap_h >= limit_h
    recent_h = numbers["treatment"].to("h")
    goes_on = bool(opioids) and all(s.name in TREATMENTS and s.last_h >= -recent_h for s in opioids)
    blocked = [s for s in facts.substances if s.name == BLOCKER and s.planned]
    held = bool(treated or goes_on or blocked)
    severity: Severity = "note" if not lost else "moderate" if held else "major"
    names = ", ".join(s.title for s in opioids) or "opioids"
    inputs: dict[str, Any] = {s.name: s.told for s in (*opioids, *treated, *blocked)}
    inputs["longest_gap_days"] = round(gap_h / 24.0, 1)
    if lapsed:
        inputs["start"] = facts.when(0.0)
        inputs["conditions"] = [
            c for c in ("recent_detoxification", "recent_release") if facts.has_condition(c)
        ]
    return finding(
        "relapse.lost_tolerance",
        severity,
        "Tolerance goes while naltrexone blocks: a missed dose leaves no protection"
        if lost and blocked and not treated
        else "The former dose can kill after days without"
        if severity == "major"
        else "Tolerance is kept as long as treatment goes on",
        f"Tolerance to {names} is lost within days; breathing tolerance goes before the wish does. A "
        "return to the former "
        "amount is when most overdoses happen: after detoxification, prison and hospital.",
        "Say so at every contact. Naloxone at hand and a companion who can use it; never use alone; a "
        "small part of the "
        "former amount if use happens. Buprenorphine or methadone treatment keeps tolerance and lowers "
        "the risk of death.",
        rule=f"regular use of an opioid before the start and {limit_h / 24:g} days or more without any "
        "opioid or agonist "
        "treatment in the course, or a recent detoxification or release; moderate while agonist treatment or "
        "naltrexone is planned",
        inputs=inputs,
        sources=("SouthAfricaSTG", "VivitrolPI", "Degenhardt2014"),
        locators={"SouthAfricaSTG": "texts", "VivitrolPI": "texts"},
        evidence="cohort studies and labels; the number of days is practice",
        missing=("use that was not told", "true strength of illicit supply"),
        would_change=("agonist treatment that goes on without a gap",),
    )


def _longest_gap(opioids: list[Taken], facts: Facts) -> float:
    """The longest time (h) after the last regular dose without that opioid or agonist treatment."""
    last_h = max(u.last_h for s in opioids for u in s.uses if not u.planned)
    fillers = [s for s in facts.substances if s.name in TREATMENTS or s in opioids]
    filled = {(t, _covers(u, t, facts)) for s in fillers for u in s.uses if u.planned for t, _ in u.masses}
    gap, before = 0.0, last_h
    for time, until in sorted(filled | {(facts.case.duration_h, facts.case.duration_h)}):
        gap, before = max(gap, time - before), max(before, until)
    return gap


def _covers(use: Use, time_h: float, facts: Facts) -> float:
    """Until when one dose keeps tolerance: a depot for as long as it acts."""
    return time_h + use.gone_h - use.last_h if is_depot(use.product) else time_h


def _dependence(facts: Facts) -> Finding | None:
    """Tolerance to kratom and dependence on it after weeks of use."""
    numbers = facts.library.safety["forecast"]["dependence"]
    spans = {}
    for s in facts.present:
        uses = [u for u in s.uses if u.gone_h >= 0]
        if s.is_("kratom_product") and uses:
            spans[s.name] = max(u.last_h for u in uses) - min(u.start_h for u in uses)
    taken = [s for s in facts.present if s.name in spans]
    if max(spans.values(), default=0.0) < numbers["possible"].to("h"):
        return None
    days = max(spans.values()) / 24.0
    likely = days >= numbers["likely"].to("d")
    return finding(
        "dependence.kratom",
        "moderate" if likely else "minor",
        f"Kratom for {days:.0f} days: tolerance and dependence are {'likely' if likely else 'possible'}",
        "Daily use for weeks needs more for the same effect and brings withdrawal when it stops: aches, "
        "insomnia, anxiety, "
        "diarrhoea, craving.",
        "Assess for kratom use disorder (DSM-5) and offer treatment; no sudden stop alone in pregnancy or "
        "with other drugs. "
        "Kratom is no treatment with proof: buprenorphine and methadone are.",
        rule=f"kratom or 7-OH over {numbers['possible'].to('d'):g} days or more "
        f"(likely from {numbers['likely'].to('d'):g})",
        inputs={s.name: s.told for s in taken} | {"days": round(days, 1)},
        sources=("Smith2022KUD",),
        locators={"Smith2022KUD": "abstract"},
        evidence="survey; the number of days is set by Ebbtide",
        missing=("how much is taken on how many days", "withdrawal in earlier breaks"),
        would_change=("fewer days of use",),
    )


def _naloxone(facts: Facts) -> Finding | None:
    opioids = [s for s in (*facts.present, *dependent_opioids(facts)) if any(s.is_(tag) for tag in OPIOID)]
    if not opioids:
        return None
    at_hand = [s for s in facts.substances if s.name in ("naloxone", "nalmefene")]
    names = sorted({s.title for s in opioids})
    return finding(
        "naloxone.absent" if not at_hand else "naloxone.at_hand",
        "moderate" if not at_hand else "note",
        "No naloxone in the case" if not at_hand else "Naloxone is at hand: companions should know how",
        f"With {', '.join(names)} an overdose is possible at any time; naloxone given by a companion saves "
        "lives." + (" It wears off in 30 to 60 minutes, the opioid may not." if at_hand else ""),
        "Supply at least two doses, teach a companion; more doses with fentanyl or buprenorphine; never "
        "alone. Overdose "
        "in spite of it: emergency number first.",
        rule="an opioid or 7-OH in the case, and naloxone " + ("among what is taken" if at_hand else "not"),
        inputs={s.name: s.told for s in {s.name: s for s in opioids}.values()},
        sources=("COSSUPNaloxone", "VivitrolPI"),
        locators={"COSSUPNaloxone": "steps 1 and 3", "VivitrolPI": "2.2 access to reversal agent"},
        evidence="guideline",
        missing=("whether there is a kit at home that the case does not list",),
        would_change=("naloxone at hand",),
    )


def _treatment(facts: Facts) -> Finding | None:
    """What is proven, beside what was entered."""
    dependent = dependent_opioids(facts)
    disorder = facts.has_condition("opioid_use_disorder")
    if not dependent and not disorder:
        return None
    treated = [s for s in facts.substances if s.name in TREATMENTS and s.planned]
    return finding(
        "treatment.agonist",
        "note",
        "Treatment with proof is planned"
        if treated
        else "Buprenorphine or methadone is the treatment with proof",
        "In dependence on opioids, treatment with buprenorphine or methadone keeps people in care, eases "
        "withdrawal and "
        "about halves deaths. Withdrawal alone is mostly followed by relapse. No trial has shown kratom "
        "to treat "
        "withdrawal.",
        ("Keep it going. " if treated else "Offer it at every contact, whatever else is chosen. ")
        + "In dependence on kratom, case reports "
        "describe buprenorphine.",
        rule="regular use of an opioid or kratom before the start, or opioid use disorder",
        inputs={s.name: s.told for s in (*dependent, *treated)} or {"conditions": ["opioid_use_disorder"]},
        sources=("ASAM2020", "Degenhardt2014", "UICDIG2023"),
        locators={"UICDIG2023": "review of case reports"},
        evidence="guideline and cohort studies (remembered; the texts were not read); case reports",
        missing=("what the person wants", "what was tried before"),
        would_change=("a dependence that is ruled out", "another choice of the person"),
    )


def _settings(facts: Facts) -> list[Finding]:
    """People who should not go through withdrawal without supervision."""
    dependent = dependent_opioids(facts)
    treated = any(s.name in TREATMENTS and s.planned for s in facts.substances)
    ends = dependent and not treated
    found = []
    for row in facts.library.tables.get("settings", ()):
        if not dependent or not facts.has_condition(*words(row["condition"])):
            continue
        severity: Severity = severity_of(row) if ends else "note"
        names = [c for c in words(row["condition"]) if facts.has_condition(c)]
        found.append(
            finding(
                f"withdrawal.{row['id']}",
                severity,
                row["title"],
                row["message"],
                row["advice"],
                rule=f"{' or '.join(words(row['condition']))} with regular use of an opioid or kratom "
                "before the start" + ("" if ends else "; agonist treatment is planned").replace("_", " "),
                inputs={"conditions": names, **{s.name: s.told for s in dependent}},
                **cited(row),
                missing=("where withdrawal is to take place",),
                would_change=("agonist treatment in place of withdrawal", "a supervised setting"),
            )
        )
    return found
