"""Vital signs and rating scales against their limits."""

from __future__ import annotations

from typing import Any, NamedTuple

from ebbtide.case import Observation
from ebbtide.library import Parameter

from .facts import Facts
from .findings import Finding, Severity, finding
from .laboratory import basis_of

NALOXONE = (
    "Call the emergency number now. Naloxone if it is at hand, and again every 2 to 3 minutes; support the "
    "breathing; stay."
)


class _Verdict(NamedTuple):
    severity: Severity
    title: str
    message: str
    advice: str
    limits: tuple[Parameter, ...]
    rule: str


def vital_findings(facts: Facts) -> list[Finding]:
    """``vital.<name>`` from the newest value of each, ``scale.<name>`` from the newest rating."""
    found: list[Finding] = []
    for name, judge in (
        ("respiratory_rate", _breathing),
        ("SpO2", _oxygen),
        ("heart_rate", _pulse),
        ("temperature", _temperature),
        ("GCS", _consciousness),
        ("blood_pressure", _pressure),
    ):
        newest = facts.latest("vital", name)
        if newest is not None and (verdict := judge(newest, facts)) is not None:
            found.append(_finding(f"vital.{name.lower()}", newest, verdict, facts))
    for name, rate in (("COWS", _cows), ("PHQ-9", _phq9), ("CIWA-Ar", _ciwa), ("AUDIT-C", _audit_c)):
        newest = facts.latest("scale", name)
        if newest is not None and (verdict := rate(newest, facts)) is not None:
            id = f"scale.{name.lower().replace('-', '_').replace('phq_9', 'phq9')}"
            found.append(_finding(id, newest, verdict, facts))
    return found


def _finding(id: str, newest: Observation, verdict: _Verdict, facts: Facts) -> Finding:
    related = [s for s in facts.present if s.sedation or s.is_("alpha2_agonist")]
    inputs: dict[str, Any] = {newest.name: facts.seen(newest)}
    if id.startswith("vital."):
        inputs |= {s.name: s.told for s in related}
    return finding(
        id,
        verdict.severity,
        verdict.title,
        verdict.message,
        verdict.advice,
        rule=verdict.rule,
        inputs=inputs,
        **basis_of(verdict.limits),
        missing=("how it was measured", "the value an hour before and after"),
        would_change=("a repeated value within the limits",),
    )


def _numbers(facts: Facts, name: str) -> Any:
    return facts.library.safety["vitals"][name]


def _breathing(newest: Observation, facts: Facts) -> _Verdict | None:
    limits, rate = _numbers(facts, "respiratory_rate"), newest.value or 0.0
    stop, slow, fast = limits["stop"], limits["slow"], limits["fast"]
    rule = (
        f"below {stop.value:g} a minute, or below {slow.value:g} with drowsiness: emergency; "
        f"over {fast.value:g}: today"
    )
    if rate < stop.value:
        text = "So few breaths are an overdose until shown otherwise."
        return _Verdict("emergency", f"{rate:.0f} breaths a minute", text, NALOXONE, (stop,), rule)
    if rate < slow.value:
        drowsy = near(newest, facts, "drowsiness", "unresponsive", "confusion") or _low_gcs(facts)
        sedated = any(s.sedation for s in facts.present)
        text = (
            "Slow breathing"
            + (" with drowsiness" if drowsy else "")
            + ": opioids and sedatives do this first."
        )
        advice = (
            NALOXONE
            if drowsy
            else "Wake the person, count over a full minute, oxygen saturation; no further sedative."
        )
        severity: Severity = "emergency" if drowsy else "urgent" if sedated else "moderate"
        return _Verdict(severity, f"{rate:.0f} breaths a minute", text, advice, (stop, slow), rule)
    if rate > fast.value:
        text = "Fast breathing is not withdrawal: infection, acidosis, a clot, lung oedema."
        return _Verdict(
            "urgent",
            f"{rate:.0f} breaths a minute",
            text,
            "Doctor today; oxygen saturation, temperature.",
            (fast,),
            rule,
        )
    return None


def _oxygen(newest: Observation, facts: Facts) -> _Verdict | None:
    limits = _numbers(facts, "SpO2")
    value, low, borderline = newest.value or 0.0, limits["low"], limits["borderline"]
    rule = (
        f"below {low.value:g} %: emergency; below {borderline.value:g} %: watch, "
        "unless lung disease explains it"
    )
    if value < low.value:
        text = "Oxygen is low; an oximeter misses the earlier rise of carbon dioxide."
        return _Verdict("emergency", f"SpO2 {value:.0f} %", text, NALOXONE + " Oxygen.", (low,), rule)
    if value < borderline.value and not facts.has_condition("copd"):
        text = "Oxygen is lower than usual."
        return _Verdict(
            "moderate",
            f"SpO2 {value:.0f} %",
            text,
            "Count breaths, wake the person, repeat within 15 minutes.",
            (borderline,),
            rule,
        )
    return None


def _pulse(newest: Observation, facts: Facts) -> _Verdict | None:
    limits, value = _numbers(facts, "heart_rate"), newest.value or 0.0
    rule = (
        f"over {limits['fast'].value:g} or, with a medicine that slows the pulse, below "
        f"{limits['slow'].value:g} a minute; "
        f"emergency over {limits['very_fast'].value:g} or below {limits['very_slow'].value:g}"
    )
    title = f"Pulse {value:.0f} a minute"
    if value > limits["fast"].value:
        very = value > limits["very_fast"].value
        text = "Faster than withdrawal explains: fever, loss of fluid, alcohol withdrawal, stimulants."
        advice = "Emergency number; ECG." if very else "ECG, temperature, fluids; look for the cause today."
        return _Verdict(
            "emergency" if very else "urgent",
            title,
            text,
            advice,
            (limits["very_fast" if very else "fast"],),
            rule,
        )
    if value < limits["very_slow"].value:
        return _Verdict(
            "emergency",
            title,
            "So slow a pulse stops the brain's supply.",
            "Emergency number; ECG.",
            (limits["very_slow"],),
            rule,
        )
    slowing = facts.tagged("bradycardic")
    if value < limits["slow"].value and slowing:
        names = ", ".join(s.title for s in slowing)
        text = f"Slow pulse with {names}."
        return _Verdict(
            "urgent",
            title,
            text,
            "Hold the next dose, ECG, pressure; fainting: emergency number.",
            (limits["slow"],),
            rule,
        )
    return None


def _temperature(newest: Observation, facts: Facts) -> _Verdict | None:
    limits, value = _numbers(facts, "temperature"), newest.value or 0.0
    rule = (
        f"{limits['fever'].value:g} degC or more: look for a cause; {limits['hot'].value:g} or more: "
        f"emergency; below {limits['cold'].value:g}: today"
    )
    title = f"Temperature {value:.1f} degC"
    if value >= limits["hot"].value:
        return _Verdict(
            "emergency",
            title,
            "Serotonin toxicity, heat, sepsis.",
            "Emergency number; cool.",
            (limits["hot"],),
            rule,
        )
    if value >= limits["fever"].value:
        text = "Withdrawal rarely explains fever: infection, also of heart valves; serotonin toxicity."
        return _Verdict(
            "urgent",
            title,
            text,
            "Look for the cause today; reflexes and clonus; blood cultures.",
            (limits["fever"],),
            rule,
        )
    if value < limits["cold"].value:
        return _Verdict(
            "urgent",
            title,
            "Cold: sedation, alcohol, exposure, low thyroid.",
            "Warm; glucose; count breaths.",
            (limits["cold"],),
            rule,
        )
    return None


def _low_gcs(facts: Facts) -> bool:
    newest = facts.latest("vital", "GCS")
    return newest is not None and (newest.value or 15.0) <= _numbers(facts, "GCS")["drowsy"].value


def _consciousness(newest: Observation, facts: Facts) -> _Verdict | None:
    limits, value = _numbers(facts, "GCS"), newest.value or 0.0
    rule = f"{limits['coma'].value:g} or less: emergency; {limits['drowsy'].value:g} or less: today"
    if value <= limits["coma"].value:
        return _Verdict(
            "emergency",
            f"GCS {value:.0f}",
            "Coma: the airway is not safe.",
            NALOXONE,
            (limits["coma"],),
            rule,
        )
    if value <= limits["drowsy"].value:
        text = "Consciousness is clouded: sedation, seizure, glucose, infection."
        return _Verdict(
            "urgent",
            f"GCS {value:.0f}",
            text,
            "Count breaths, glucose; not left alone; worse: emergency number.",
            (limits["drowsy"],),
            rule,
        )
    return None


def _pressure(newest: Observation, facts: Facts) -> _Verdict | None:
    systolic, diastolic = newest.items["systolic"], newest.items["diastolic"]
    low, high = _numbers(facts, "systolic"), _numbers(facts, "diastolic")
    rule = (
        f"systolic below {low['low'].value:g} mmHg ({low['very_low'].value:g}: emergency), or "
        f"{low['high'].value:g} and more, "
        f"or diastolic {high['high'].value:g} and more"
    )
    title = f"Blood pressure {systolic}/{diastolic} mmHg"
    if systolic < low["very_low"].value:
        return _Verdict(
            "emergency",
            title,
            "Shock, loss of fluid or too much of an alpha-2 agonist.",
            "Emergency number; lie down, legs up; fluids.",
            (low["very_low"],),
            rule,
        )
    if systolic < low["low"].value:
        names = ", ".join(
            s.title for s in (*facts.tagged("alpha2_agonist"), *facts.tagged("antihypertensive"))
        )
        text = f"Low pressure{f' with {names}' if names else ''}."
        return _Verdict(
            "urgent",
            title,
            text,
            "Hold the next dose of what lowers pressure; fluids; fainting: emergency number.",
            (low["low"],),
            rule,
        )
    if systolic >= low["high"].value or diastolic >= high["high"].value:
        pain = near(newest, facts, "chest_pain", "severe_headache", "confusion")
        text = "A surge of pressure: a stopped alpha-2 agonist, stimulants, MAO inhibitors, withdrawal."
        advice = (
            "Emergency number."
            if pain
            else "Repeat after rest; restart what was stopped, with the prescriber; today."
        )
        return _Verdict(
            "emergency" if pain else "urgent", title, text, advice, (low["high"], high["high"]), rule
        )
    return None


def near(observation: Observation, facts: Facts, *signs: str) -> bool:
    """Whether any of some signs was seen near in time."""
    window_h = _numbers(facts, "signs")["together"].to("h")
    return any(
        o.kind == "sign" and o.name in signs and abs(o.time_h - observation.time_h) <= window_h
        for o in facts.case.observations
    )


_COWS_BANDS: dict[str, tuple[Severity, str, str]] = {
    "cows_severe": (
        "emergency",
        "severe withdrawal",
        "Hospital. Score again: totals this high are rare; look for another cause. Buprenorphine or "
        "methadone.",
    ),
    "cows_moderately_severe": (
        "urgent",
        "moderately severe withdrawal",
        "Supervised setting today; buprenorphine or methadone, fluids.",
    ),
    "cows_moderate": (
        "moderate",
        "moderate withdrawal",
        "Clinician today: buprenorphine or methadone; an alpha-2 agonist where these are not wanted.",
    ),
    "cows_mild": (
        "note",
        "mild withdrawal",
        "Support, fluids; score again in 4-6 hours. Buprenorphine or methadone is offered at every stage.",
    ),
}


def _cows(newest: Observation, facts: Facts) -> _Verdict | None:
    limits = _numbers(facts, "scales")
    total = newest.value if newest.value is not None else newest.low
    if total is None:
        return None
    bands = ("cows_severe", "cows_moderately_severe", "cows_moderate", "cows_mild")
    band = next((b for b in bands if total >= limits[b].value), None)
    if band is None:
        return None
    severity, words, advice = _COWS_BANDS[band]
    return _Verdict(
        severity,
        f"COWS {total:g}: {words}",
        f"By the scale's own bands this is {words}.",
        advice,
        tuple(limits[b] for b in bands),
        "newest COWS: mild from 5, moderate from 13, moderately severe from 25, severe from 37",
    )


def _phq9(newest: Observation, facts: Facts) -> _Verdict | None:
    limit = _numbers(facts, "scales")["phq9_item"]
    if newest.items.get("self_harm", 0) < limit.value:
        return None
    return _Verdict(
        "urgent",
        "PHQ-9: thoughts of self-harm",
        "Item 9 is above zero.",
        "Risk assessment today; with a plan or intent: emergency number or crisis line, not left alone.",
        (limit,),
        "PHQ-9 item 9 of 1 or more",
    )


def _ciwa(newest: Observation, facts: Facts) -> _Verdict | None:
    limits, total = _numbers(facts, "scales"), newest.value or 0.0
    if total < limits["ciwa_treat"].value:
        return None
    severe = total >= limits["ciwa_severe"].value
    return _Verdict(
        "emergency" if severe else "urgent",
        f"CIWA-Ar {total:g}: alcohol withdrawal",
        "Alcohol withdrawal brings seizures and delirium.",
        "Hospital; benzodiazepine by protocol, thiamine." if severe else "Treat by protocol today; thiamine.",
        (limits["ciwa_treat"], limits["ciwa_severe"]),
        f"CIWA-Ar {limits['ciwa_treat'].value:g} or more, severe from {limits['ciwa_severe'].value:g}",
    )


def _audit_c(newest: Observation, facts: Facts) -> _Verdict | None:
    limits = _numbers(facts, "scales")
    limit = limits["audit_c_male" if facts.person.sex == "male" else "audit_c_female"]
    total = newest.value or 0.0
    if total < limit.value:
        return None
    return _Verdict(
        "moderate",
        f"AUDIT-C {total:g}: risky drinking",
        "Alcohol adds to sedation with opioids, kratom and sedatives, and to liver injury.",
        "Ask for daily amounts and earlier withdrawal; no sudden stop after heavy daily use.",
        (limit,),
        f"AUDIT-C {limit.value:g} or more",
    )
