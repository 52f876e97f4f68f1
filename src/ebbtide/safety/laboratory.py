"""Laboratory values other than of the liver: electrolytes, QTc, kidney, muscle, lead, clotting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ebbtide.library import Parameter

from .facts import Facts, Taken
from .findings import Finding, Severity, finding
from .labs import in_unit, levels, limits_missing

ELECTROLYTES = ("magnesium", "potassium", "sodium", "calcium", "glucose")
CAUSES = {
    (
        "magnesium",
        "low",
    ): "Low magnesium brings cramps, rhythm disturbances and seizures, and makes a long QT more dangerous",
    ("magnesium", "high"): "Too much magnesium slows reflexes, breathing and the heart",
    ("potassium", "low"): "Vomiting and diarrhoea waste potassium; low potassium makes torsades more likely",
    ("potassium", "high"): "High potassium stops the heart",
    (
        "sodium",
        "low",
    ): "Water without salt, vomiting, thiazides and antidepressants lower sodium: confusion and seizures",
    ("sodium", "high"): "Loss of water raises sodium",
    ("calcium", "low"): "Low calcium brings cramps, seizures and a long QT",
    ("calcium", "high"): "High calcium brings confusion and rhythm disturbances",
    ("glucose", "low"): "Low glucose looks like sedation or withdrawal",
    ("glucose", "high"): "High glucose with vomiting may be ketoacidosis",
}
ACTIONS = {
    ("magnesium", "low"): "Replace magnesium, with potassium; ECG",
    (
        "magnesium",
        "high",
    ): "Stop magnesium; creatinine; calcium and hospital with weakness, slow breathing or a changed ECG",
    ("potassium", "low"): "Replace potassium and magnesium; ECG",
    ("potassium", "high"): "Repeat at once, ECG; hospital",
    ("sodium", "low"): "Hospital when below 125 mmol/L or confused; slow correction",
    ("sodium", "high"): "Fluids; hospital",
    ("calcium", "low"): "ECG, magnesium; hospital with cramps",
    ("calcium", "high"): "Fluids; hospital",
    ("glucose", "low"): "Sugar by mouth when awake, into a vein when not; ask about insulin and tablets",
    ("glucose", "high"): "Ketones; hospital with vomiting",
}


def laboratory_findings(facts: Facts) -> list[Finding]:
    """``lab.<value>_low``, ``lab.<value>_high``, ``lab.qtc`` and others, each from the newest value."""
    found = [_electrolyte(name, facts) for name in ELECTROLYTES]
    found += [_qtc(facts), _qtc_rise(facts), _creatinine(facts), _muscle(facts), _lead(facts), _inr(facts)]
    return [f for f in found if f is not None]


def _electrolyte(name: str, facts: Facts) -> Finding | None:
    newest = facts.latest("lab", name)
    if newest is None:
        return None
    numbers = facts.library.safety["labs"][name]
    value = in_unit(newest, numbers["high"].unit, facts)
    side = "high" if value > numbers["high"].value else "low" if value < numbers["low"].value else ""
    if not side:
        return None
    far = numbers.get("dangerous" if (name, side) == ("magnesium", "high") else f"very_{side}")
    extreme = far is not None and (value >= far.value if side == "high" else value < far.value)
    severity, related = _electrolyte_severity(name, side, extreme, facts)
    limit = numbers[side]
    return finding(
        f"lab.{name}_{side}",
        severity,
        f"{name.capitalize()} {side}: {value:.2f} {limit.unit}",
        f"{CAUSES[name, side]}.",
        f"{ACTIONS[name, side]}.",
        rule=f"newest {name} {'over' if side == 'high' else 'below'} {limit.value:g} {limit.unit}"
        + (
            ""
            if far is None
            else f"; {'from' if side == 'high' else 'below'} {far.value:g} {far.unit} dangerous"
        ),
        inputs={name: facts.seen(newest), **{s.name: s.told for s in related}},
        **_parameters(
            numbers, (side, *(["dangerous"] if far is numbers.get("dangerous") else [f"very_{side}"]))
        ),
        missing=("symptoms at the time of the test", "ECG" if name != "glucose" else "ketones"),
        would_change=("a repeated value within the limits",),
    )


def _electrolyte_severity(
    name: str, side: str, extreme: bool, facts: Facts
) -> tuple[Severity, tuple[Taken, ...]]:
    related: tuple[Taken, ...] = ()
    if (name, side) == ("magnesium", "high"):
        related = facts.tagged("magnesium")
    elif side == "low" and name in ("magnesium", "potassium", "calcium"):
        related = facts.tagged("qt_prolonging")
    elif name == "glucose":
        related = facts.tagged("hypoglycaemic")
    if extreme:
        return ("urgent" if (name, side) == ("magnesium", "low") else "emergency"), related
    if name == "sodium" or (name == "glucose" and side == "low") or related:
        return "urgent", related
    return "moderate", related


def _qtc(facts: Facts) -> Finding | None:
    newest = facts.latest("lab", "QTc")
    numbers = facts.library.safety["labs"]["qtc"]
    if newest is None or newest.value is None or newest.value <= numbers["borderline"].to("ms"):
        return None
    agents = [s for s in facts.present if s.qt]
    long = newest.value > numbers["long"].to("ms")
    names = ", ".join(s.title for s in agents)
    return finding(
        "lab.qtc",
        "emergency" if long else "major" if any(s.qt == "known" for s in agents) else "moderate",
        f"QTc {newest.value:.0f} ms",
        (
            "Over 500 ms torsades is near. "
            if long
            else "Borderline: torsades becomes more likely with each further rise. "
        )
        + (
            f"Present and lengthening QT: {names}."
            if names
            else "No substance of the case is known to lengthen QT."
        ),
        (
            "Hospital with a monitor: stop or replace what lengthens QT (methadone only with its clinic), "
            "potassium over 4 "
            "mmol/L, magnesium."
            if long
            else "Talk about the risk, remove other QT substances, potassium and magnesium, ECG again."
        ),
        rule=f"newest QTc over {numbers['borderline'].value:g} ms; "
        f"over {numbers['long'].value:g} ms emergency",
        inputs={"QTc": facts.seen(newest), **{s.name: s.told for s in agents}},
        **_parameters(numbers, ("borderline", "long")),
        missing=("how QT was corrected", "potassium and magnesium at the time"),
        would_change=("a repeated ECG at or under 450 ms",),
    )


def _qtc_rise(facts: Facts) -> Finding | None:
    values = [o for o in facts.all("lab", "QTc") if o.value is not None]
    if len(values) < 2:
        return None
    rise = (values[-1].value or 0.0) - (values[0].value or 0.0)
    limit = facts.library.safety["labs"]["qtc"]["rise"]
    if rise < limit.to("ms"):
        return None
    return finding(
        "lab.qtc_rise",
        "urgent",
        f"QTc rose by {rise:.0f} ms",
        "A rise this large counts like a QTc over 500 ms.",
        "Stop or replace what lengthens QT, potassium, magnesium, ECG again within a day.",
        rule=f"newest QTc {limit.value:g} ms or more above the first",
        inputs={"first": facts.seen(values[0]), "newest": facts.seen(values[-1])},
        **_parameters(facts.library.safety["labs"]["qtc"], ("rise",)),
        missing=("how QT was corrected",),
        would_change=("a repeated ECG near the first",),
    )


def _creatinine(facts: Facts) -> Finding | None:
    values = facts.all("lab", "creatinine")
    if len(values) < 2:
        return None
    numbers = facts.library.safety["labs"]
    window_h, times = numbers["window"]["creatinine"].to("h"), numbers["creatinine"]["rise"].value
    newest = values[-1]
    before = [o for o in values[:-1] if newest.time_h - o.time_h <= window_h]
    if not before:
        return None
    lowest = min(before, key=lambda o: in_unit(o, "mg/dL", facts))
    if in_unit(newest, "mg/dL", facts) < times * in_unit(lowest, "mg/dL", facts):
        return None
    return finding(
        "lab.creatinine_rise",
        "urgent",
        "Creatinine rose by half or more within a week",
        "Acute kidney injury: loss of fluid, muscle breakdown, NSAIDs. Magnesium, gabapentinoids, "
        "morphine, lithium and "
        "lofexidine build up.",
        "Fluids; CK; stop NSAIDs and magnesium; review the doses of what the kidneys clear; hospital "
        "without urine.",
        rule=f"newest creatinine {times:g} times or more an earlier one within {window_h / 24:g} days",
        inputs={"before": facts.seen(lowest), "newest": facts.seen(newest)},
        **_parameters(numbers["creatinine"], ("rise",)),
        missing=("urine output", "CK"),
        would_change=("a repeated value near the earlier one",),
    )


def _muscle(facts: Facts) -> Finding | None:
    found = levels("CK", facts)
    times = facts.library.safety["labs"]["ck"]["muscle"]
    if not found or found[-1].times < times.value:
        return None
    return finding(
        "lab.ck",
        "urgent",
        f"CK {found[-1].times:.0f} times the upper limit",
        "Muscle breakdown: agitation, seizures, lying long after an overdose, statins with inhibitors.",
        "Fluids, potassium, creatinine; hospital with dark urine.",
        rule=f"newest CK {times.value:g} times the upper limit or more",
        inputs={"CK": facts.seen(found[-1].observation)},
        **_parameters(facts.library.safety["labs"]["ck"], ("muscle",)),
        missing=(*limits_missing(found[-1:], facts), "creatinine and potassium at the time"),
        would_change=("a repeated value that falls",),
    )


def _lead(facts: Facts) -> Finding | None:
    newest = facts.latest("lab", "blood_lead")
    if newest is None:
        return None
    numbers = facts.library.safety["labs"]["blood_lead"]
    value = in_unit(newest, "ug/dL", facts)
    age = facts.person.age_years
    frail = facts.has_condition("pregnancy", "breastfeeding") or (age is not None and age < 18)
    limit = numbers["child" if frail else "raised"]
    if value < limit.value:
        return None
    dangerous, high = value >= numbers["dangerous"].value, value >= numbers["high"].value
    severity: Severity = "urgent" if dangerous else "major" if high or frail else "moderate"
    return finding(
        "lab.blood_lead",
        severity,
        f"Blood lead {value:.1f} ug/dL",
        "Lead comes with some kratom products and builds up over months: anaemia, belly pain, nerves, "
        "kidneys; harm to an "
        "unborn child.",
        "Stop the product and have it tested; ask about other sources; repeat in a month; specialist from "
        "20 ug/dL, the same "
        "week from 50.",
        rule=f"newest blood lead {limit.value:g} ug/dL or more "
        f"({'pregnancy, breastfeeding or under 18' if frail else 'adult'})",
        inputs={"blood_lead": facts.seen(newest), **{s.name: s.told for s in facts.tagged("kratom_product")}},
        **_parameters(numbers, ("child" if frail else "raised", "high", "dangerous")),
        missing=("other sources of lead",),
        would_change=("a repeated value under the limit",),
    )


def _inr(facts: Facts) -> Finding | None:
    newest = facts.latest("lab", "INR")
    limit = facts.library.safety["labs"]["inr"]["high"]
    if newest is None or newest.value is None or newest.value < limit.value:
        return None
    agents = facts.tagged("anticoagulant")
    return finding(
        "lab.inr_high",
        "urgent",
        f"INR {newest.value:.1f}",
        "Bleeding is near.",
        "Hold the anticoagulant, vitamin K by the local rule; look for what raised it: new medicines, "
        "liver injury, no food.",
        rule=f"newest INR {limit.value:g} or more",
        inputs={"INR": facts.seen(newest), **{s.name: s.told for s in agents}},
        **_parameters(facts.library.safety["labs"]["inr"], ("high",)),
        missing=("bleeding", "ALT and bilirubin"),
        would_change=("a repeated INR in range",),
    )


def _parameters(numbers: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Basis of some numbers of the library: sources, where they were read, and whether they were."""
    used = [numbers[name] for name in names if isinstance(numbers.get(name), Parameter)]
    return basis_of(used)


def basis_of(used: Sequence[Parameter]) -> dict[str, Any]:
    """``sources``, ``locators`` and ``evidence`` of numbers of the library."""
    read = [p for p in used if p.verified and p.basis != "assumption"]
    kinds = []
    if read:
        kinds.append("limits read in the sources")
    if len(read) < len(used):
        kinds.append("limits of practice (remembered or set by Ebbtide; the text was not read)")
    return {
        "sources": [p.source for p in used],
        "locators": {p.source: p.locator for p in used if p.locator and p in read},
        "evidence": "; ".join(kinds),
    }
