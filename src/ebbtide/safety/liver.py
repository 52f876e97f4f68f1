"""Liver injury: ALT, AST and ALP against the limit or the person's own baseline; Hy's law; R."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ebbtide.case import Observation

from .facts import Facts, Taken
from .findings import Finding, Severity, finding
from .laboratory import basis_of
from .labs import Level, in_unit, levels, limits_missing

SYMPTOMS = (
    "fatigue", "nausea", "vomiting", "right_upper_abdominal_pain", "abdominal_pain", "fever", "rash",
    "itching", "dark_urine", "pale_stools", "jaundice",
)  # fmt: skip
STOP = "Stop kratom and other suspects, with the prescriber where one was prescribed"
SCHIMMEL = "Schimmel2020"


def liver_findings(facts: Facts) -> list[Finding]:
    """``liver.hys_law``, ``liver.alt``, ``liver.ast``, ``liver.alp``, ``liver.pattern``."""
    found: list[Finding | None] = [
        _hys_law(facts),
        _transaminase("ALT", facts),
        _transaminase("AST", facts),
        _alp(facts),
        _pattern(facts),
    ]
    return [f for f in found if f is not None]


def suspects(facts: Facts) -> tuple[Taken, ...]:
    """Substances of the case with reports of liver injury, also those that were stopped before."""
    return tuple(s for s in facts.substances if s.is_("hepatotoxic") or s.is_("kratom_product"))


def _hys_law(facts: Facts) -> Finding | None:
    """Injury of liver cells with jaundice (FDA 2009): newest bilirubin, highest ALT or AST before it."""
    numbers = facts.library.safety["labs"]
    bilirubin = levels("bilirubin", facts)
    if not bilirubin or bilirubin[-1].times <= numbers["bilirubin"]["jaundice"].value:
        return None
    newest = bilirubin[-1]
    enzyme = _peak(("ALT", "AST"), newest.observation, facts)
    if enzyme is None or enzyme.times < numbers["transaminase"]["hy"].value:
        return None
    alp = _peak(("ALP",), newest.observation, facts)
    if alp is not None and alp.times >= numbers["alp"]["cholestasis"].value:
        return None
    used = [newest, enzyme, *([alp] if alp else [])]
    names = enzyme.observation.name
    return finding(
        "liver.hys_law",
        "emergency",
        "Liver injury with jaundice: Hy's law",
        f"{names} is {enzyme.times:.1f} times and bilirubin {newest.times:.1f} times the upper limit, "
        "without a rise of ALP "
        "that would explain it: of people with this picture from a medicine one in ten or more die or "
        "need a transplant.",
        f"{STOP}. Hospital today: ALT, AST, ALP, bilirubin and INR again, viruses, ultrasound.",
        rule=f"ALT or AST {numbers['transaminase']['hy'].value:g} times the upper limit or more, "
        "with bilirubin over "
        f"{numbers['bilirubin']['jaundice'].value:g} times and ALP under "
        f"{numbers['alp']['cholestasis'].value:g} times",
        inputs=inputs_of(used, facts),
        **basis_of(
            [numbers["transaminase"]["hy"], numbers["bilirubin"]["jaundice"], numbers["alp"]["cholestasis"]]
        ),
        missing=(
            *limits_missing(used, facts),
            *(() if alp else ("ALP: raised twofold or more, the rule would not apply",)),
            "other causes: viral hepatitis, gallstones, alcohol, low blood flow",
        ),
        would_change=("another cause found", "ALP twice the upper limit or more"),
    )


def _peak(names: Sequence[str], until: Observation, facts: Facts) -> Level | None:
    """The highest level of some labs in the weeks before an observation, and a week after it."""
    window = facts.library.safety["labs"]["window"]
    from_h = until.time_h - window["peak"].to("h")
    to_h = until.time_h + window["symptoms"].to("h")
    found = [one for name in names for one in levels(name, facts) if from_h <= one.observation.time_h <= to_h]
    return max(found, key=lambda one: one.times, default=None)


def _transaminase(name: str, facts: Facts) -> Finding | None:
    numbers = facts.library.safety["labs"]["transaminase"]
    found = levels(name, facts)
    if not found or found[-1].times <= 1.0:
        return None
    newest, first = found[-1], found[0]
    symptoms = _symptoms(newest.observation, facts)
    before = len(found) > 1 and first.times >= numbers["raised_before"].value
    severity, rule = (
        _against_baseline(newest, first, facts) if before else _against_limit(newest, bool(symptoms), facts)
    )
    # A rise of AST alone may come from muscle or alcohol.
    multiple = f"{newest.times:.1f} times the upper limit"
    if before:
        multiple += f", {newest.times / first.times:.1f} times the person's baseline"
    used_numbers = [
        numbers[key]
        for key in (("baseline_repeat", "baseline_stop") if before else ("three", "five", "eight"))
    ]
    return finding(
        f"liver.{name.lower()}",
        severity,
        f"{name} {multiple}" + (", with symptoms" if symptoms else ""),
        f"{suspected(facts)}{_course(found)}",
        _advice(severity),
        rule=rule,
        inputs={
            **inputs_of([newest, *([first] if before else [])], facts),
            **(
                {"symptoms": [f"{o.name.replace('_', ' ')}, {facts.when(o.time_h)}" for o in symptoms]}
                if symptoms
                else {}
            ),
        },
        **basis_of(used_numbers),
        missing=(
            *limits_missing([newest], facts),
            *(() if before or len(found) > 1 else (f"{name} before the substances began (baseline)",)),
            *(() if facts.latest("lab", "bilirubin") else ("bilirubin",)),
            *(() if facts.latest("lab", "ALP") else ("ALP",)),
        ),
        would_change=("a repeated value at or under the limit", "another cause found"),
    )


def _against_limit(newest: Level, symptoms: bool, facts: Facts) -> tuple[Severity, str]:
    numbers = facts.library.safety["labs"]["transaminase"]
    three, five, eight = (numbers[key].value for key in ("three", "five", "eight"))
    rule = (
        f"multiples of the upper limit: {three:g} with symptoms, {five:g} without, "
        f"{eight:g} whatever the symptoms: stop"
    )
    if newest.times >= five or (symptoms and newest.times >= three):
        return "urgent", rule
    return ("moderate" if newest.times >= three else "minor"), rule


def _against_baseline(newest: Level, first: Level, facts: Facts) -> tuple[Severity, str]:
    """Where the first value was raised already, multiples of it count."""
    numbers = facts.library.safety["labs"]["transaminase"]
    ratio, value = newest.times / first.times, in_unit(newest.observation, "U/L", facts)
    rule = (
        f"first value {numbers['raised_before'].value:g} times the upper limit or more: multiples of it "
        "count; "
        f"{numbers['baseline_repeat'].value:g} times or {numbers['baseline_repeat_level'].value:g} U/L "
        "repeat, "
        f"{numbers['baseline_stop'].value:g} times or {numbers['baseline_stop_level'].value:g} U/L stop"
    )
    if ratio >= numbers["baseline_stop"].value or value >= numbers["baseline_stop_level"].value:
        return "urgent", rule
    if ratio >= numbers["baseline_repeat"].value or value >= numbers["baseline_repeat_level"].value:
        return "moderate", rule
    return "minor", rule


def _advice(severity: Severity) -> str:
    return {
        "urgent": f"{STOP} today; ALT, AST, ALP, bilirubin and INR again in 2-5 days; the same day with "
        "jaundice or confusion.",
        "moderate": "Repeat with AST, ALP, bilirubin and INR in 2-5 days; stop kratom; any symptom of the "
        "liver: the same day.",
        "minor": "Repeat within 2-4 weeks; alcohol and other suspects aside.",
    }[severity]


def _alp(facts: Facts) -> Finding | None:
    numbers = facts.library.safety["labs"]["alp"]
    found = levels("ALP", facts)
    if not found or found[-1].times < numbers["cholestasis"].value:
        return None
    newest = found[-1]
    return finding(
        "liver.alp",
        "urgent",
        f"ALP {newest.times:.1f} times the upper limit",
        f"Blocked bile. Kratom injury is often of this kind (median R 3.4). {suspected(facts)}".strip(),
        f"{STOP}; bilirubin, GGT, INR and ultrasound today.",
        rule=f"newest ALP {numbers['cholestasis'].value:g} times the upper limit or more",
        inputs=inputs_of([newest], facts),
        **basis_of([numbers["cholestasis"]]),
        missing=(
            *limits_missing([newest], facts),
            *(() if facts.latest("lab", "GGT") else ("GGT: without it ALP may come from bone",)),
        ),
        would_change=("a repeated value under the limit", "bone or pregnancy as the source"),
    )


def _pattern(facts: Facts) -> Finding | None:
    """R: ALT over ALP, each as a multiple of its limit."""
    numbers = facts.library.safety["labs"]["alp"]
    alt, alp = levels("ALT", facts), levels("ALP", facts)
    if (
        not alt
        or not alp
        or alp[-1].times <= 0
        or max(alt[-1].times, alp[-1].times) < numbers["cholestasis"].value
    ):
        return None
    r = alt[-1].times / alp[-1].times
    high, low = numbers["r_hepatocellular"].value, numbers["r_cholestatic"].value
    kind = "hepatocellular" if r >= high else "cholestatic" if r <= low else "mixed"
    return finding(
        "liver.pattern",
        "note",
        f"Pattern of liver injury: {kind} (R {r:.1f})",
        "Kratom injury was mostly mixed or cholestatic (median R 3.4, 0.24-10.4), so that Hy's law may "
        "stay silent.",
        "Use it to look for the cause; RUCAM is counted by the pattern.",
        rule=f"R = ALT / ALP, each over its upper limit: {high:g} or more hepatocellular, "
        f"{low:g} or less cholestatic",
        inputs=inputs_of([alt[-1], alp[-1]], facts) | {"R": round(r, 2)},
        sources=("AASLDDILI2022", SCHIMMEL),
        locators={"AASLDDILI2022": "Table 5", SCHIMMEL: "median R 3.4"},
        evidence="definition; case reports",
        missing=(*limits_missing([alt[-1], alp[-1]], facts), "ALT and ALP of the first day of injury"),
        would_change=("newer values",),
    )


def _symptoms(newest: Observation, facts: Facts) -> list[Observation]:
    window_h = facts.library.safety["labs"]["window"]["symptoms"].to("h")
    return [
        o
        for o in facts.case.observations
        if o.kind == "sign" and o.name in SYMPTOMS and abs(o.time_h - newest.time_h) <= window_h
    ]


def suspected(facts: Facts) -> str:
    """What of the case may have done it, as a sentence."""
    names = ", ".join(s.title for s in suspects(facts))
    return f"Of what is taken, liver injury is on record with: {names}. " if names else ""


def _course(found: Sequence[Level]) -> str:
    if len(found) < 2:
        return "One value only: its course is not known."
    change = "falling" if found[-1].times < found[-2].times else "rising"
    return f"It is {change}: {found[-2].times:.1f}, then {found[-1].times:.1f} times the limit."


def inputs_of(used: Sequence[Level], facts: Facts) -> dict[str, Any]:
    """Values with their times, and the suspects."""
    told: dict[str, Any] = {}
    for one in used:
        told.setdefault(one.observation.name, []).append(facts.seen(one.observation))
    return told | {s.name: s.told for s in suspects(facts)}
