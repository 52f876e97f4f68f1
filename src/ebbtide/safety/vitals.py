"""Vital signs against their limits."""

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


class Verdict(NamedTuple):
    """What a limit says of a value."""

    severity: Severity
    title: str
    message: str
    advice: str
    limits: tuple[Parameter, ...]
    rule: str


def vital_findings(facts: Facts) -> list[Finding]:
    """``vital.<name>`` from the newest value of each."""
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
            found.append(_told(f"vital.{name.lower()}", newest, verdict, facts))
    return found


def _told(id: str, newest: Observation, verdict: Verdict, facts: Facts) -> Finding:
    """The finding of a verdict on the newest observation."""
    related = [s for s in facts.present if s.sedation or s.is_("alpha2_agonist")]
    inputs: dict[str, Any] = {newest.name: facts.seen(newest), **{s.name: s.told for s in related}}
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


def limits_of(facts: Facts, name: str) -> Any:
    """Limits of a vital sign."""
    return facts.library.safety["vitals"][name]


def _breathing(newest: Observation, facts: Facts) -> Verdict | None:
    limits, rate = limits_of(facts, "respiratory_rate"), newest.value or 0.0
    stop, slow, fast = limits["stop"], limits["slow"], limits["fast"]
    rule = (
        f"below {stop.value:g} a minute, or below {slow.value:g} with drowsiness: emergency; "
        f"over {fast.value:g}: today"
    )
    if rate < stop.value:
        text = "So few breaths are an overdose until shown otherwise."
        return Verdict("emergency", f"{rate:.0f} breaths a minute", text, NALOXONE, (stop,), rule)
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
        return Verdict(severity, f"{rate:.0f} breaths a minute", text, advice, (stop, slow), rule)
    if rate > fast.value:
        text = "Fast breathing is not withdrawal: infection, acidosis, a clot, lung oedema."
        return Verdict(
            "urgent",
            f"{rate:.0f} breaths a minute",
            text,
            "Doctor today; oxygen saturation, temperature.",
            (fast,),
            rule,
        )
    return None


def _oxygen(newest: Observation, facts: Facts) -> Verdict | None:
    limits = limits_of(facts, "SpO2")
    value, low, borderline = newest.value or 0.0, limits["low"], limits["borderline"]
    rule = (
        f"below {low.value:g} %: emergency; below {borderline.value:g} %: watch, "
        "unless lung disease explains it"
    )
    if value < low.value:
        text = "Oxygen is low; an oximeter misses the earlier rise of carbon dioxide."
        return Verdict("emergency", f"SpO2 {value:.0f} %", text, NALOXONE + " Oxygen.", (low,), rule)
    if value < borderline.value and not facts.has_condition("copd"):
        text = "Oxygen is lower than usual."
        return Verdict(
            "moderate",
            f"SpO2 {value:.0f} %",
            text,
            "Count breaths, wake the person, repeat within 15 minutes.",
            (borderline,),
            rule,
        )
    return None


def _pulse(newest: Observation, facts: Facts) -> Verdict | None:
    limits, value = limits_of(facts, "heart_rate"), newest.value or 0.0
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
        return Verdict(
            "emergency" if very else "urgent",
            title,
            text,
            advice,
            (limits["very_fast" if very else "fast"],),
            rule,
        )
    if value < limits["very_slow"].value:
        return Verdict(
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
        return Verdict(
            "urgent",
            title,
            text,
            "Hold the next dose, ECG, pressure; fainting: emergency number.",
            (limits["slow"],),
            rule,
        )
    return None


def _temperature(newest: Observation, facts: Facts) -> Verdict | None:
    limits, value = limits_of(facts, "temperature"), newest.value or 0.0
    rule = (
        f"{limits['fever'].value:g} degC or more: look for a cause; {limits['hot'].value:g} or more: "
        f"emergency; below {limits['cold'].value:g}: today"
    )
    title = f"Temperature {value:.1f} degC"
    if value >= limits["hot"].value:
        return Verdict(
            "emergency",
            title,
            "Serotonin toxicity, heat, sepsis.",
            "Emergency number; cool.",
            (limits["hot"],),
            rule,
        )
    if value >= limits["fever"].value:
        text = "Withdrawal rarely explains fever: infection, also of heart valves; serotonin toxicity."
        return Verdict(
            "urgent",
            title,
            text,
            "Look for the cause today; reflexes and clonus; blood cultures.",
            (limits["fever"],),
            rule,
        )
    if value < limits["cold"].value:
        return Verdict(
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
    return newest is not None and (newest.value or 15.0) <= limits_of(facts, "GCS")["drowsy"].value


def _consciousness(newest: Observation, facts: Facts) -> Verdict | None:
    limits, value = limits_of(facts, "GCS"), newest.value or 0.0
    rule = f"{limits['coma'].value:g} or less: emergency; {limits['drowsy'].value:g} or less: today"
    if value <= limits["coma"].value:
        return Verdict(
            "emergency",
            f"GCS {value:.0f}",
            "Coma: the airway is not safe.",
            NALOXONE,
            (limits["coma"],),
            rule,
        )
    if value <= limits["drowsy"].value:
        text = "Consciousness is clouded: sedation, seizure, glucose, infection."
        return Verdict(
            "urgent",
            f"GCS {value:.0f}",
            text,
            "Count breaths, glucose; not left alone; worse: emergency number.",
            (limits["drowsy"],),
            rule,
        )
    return None


def _pressure(newest: Observation, facts: Facts) -> Verdict | None:
    systolic, diastolic = newest.items["systolic"], newest.items["diastolic"]
    low, high = limits_of(facts, "systolic"), limits_of(facts, "diastolic")
    rule = (
        f"systolic below {low['low'].value:g} mmHg ({low['very_low'].value:g}: emergency), or "
        f"{low['high'].value:g} and more, "
        f"or diastolic {high['high'].value:g} and more"
    )
    title = f"Blood pressure {systolic}/{diastolic} mmHg"
    if systolic < low["very_low"].value:
        return Verdict(
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
        return Verdict(
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
        return Verdict(
            "emergency" if pain else "urgent", title, text, advice, (low["high"], high["high"]), rule
        )
    return None


def near(observation: Observation, facts: Facts, *signs: str) -> bool:
    """Whether any of some signs was seen near in time."""
    window_h = limits_of(facts, "signs")["together"].to("h")
    return any(
        o.kind == "sign" and o.name in signs and abs(o.time_h - observation.time_h) <= window_h
        for o in facts.case.observations
    )
