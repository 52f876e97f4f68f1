"""What is known of the person for a rule: a value, a range, or nothing; nothing is never taken for normal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from ebbtide.library.tables import words

from .facts import Facts
from .labs import in_unit, levels

Answer = Literal["yes", "no", "possible", "unknown"]
"""``possible``: what is known leaves both open and makes it worth saying; ``unknown``: nothing is known."""

UNKNOWN = "unknown"
TITLES = {
    "egfr": "eGFR",
    "child_pugh": "Child-Pugh class",
    "cyp2d6": "CYP2D6 phenotype",
    "age_years": "age",
    "qtc": "QTc",
    "heart_rate": "heart rate",
    "systolic": "blood pressure",
    "alt_times": "ALT over its upper limit",
}
_RANGE = re.compile(r"(<|>)?(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?")


@dataclass(frozen=True)
class Span:
    """The values that a number may have: ``low <= value < high`` (a single one has both ends alike)."""

    low: float
    high: float
    told: str
    """What is known, in words."""

    @property
    def exact(self) -> bool:
        """Whether it is one value."""
        return self.low == self.high


def span(trait: str, facts: Facts) -> Span | None:
    """What is known of a number of the person, or None."""
    if trait == "egfr":
        return _egfr(facts)
    value = numeric(trait, facts)
    if value is None:
        return None
    unit = {"age_years": " years", "qtc": " ms", "heart_rate": " /min", "systolic": " mmHg"}.get(trait, "")
    return Span(value, value, f"{TITLES[trait]} {value:g}{unit}{_seen(trait, facts)}")


def numeric(trait: str, facts: Facts) -> float | None:
    """A number of the person that is known exactly, or None."""
    if trait == "age_years":
        return facts.person.age_years
    if trait == "alt_times":
        found = levels("ALT", facts)
        return found[-1].times if found else None
    if trait == "qtc":
        newest = facts.latest("lab", "QTc")
    elif trait == "heart_rate":
        newest = facts.latest("vital", "heart_rate")
    elif trait == "systolic":
        pressure = facts.latest("vital", "blood_pressure")
        return None if pressure is None else float(pressure.items["systolic"])
    else:
        egfr = _egfr(facts)
        return egfr.low if egfr is not None and egfr.exact else None
    return None if newest is None else newest.value


def _seen(trait: str, facts: Facts) -> str:
    kinds = {
        "qtc": ("lab", "QTc"),
        "heart_rate": ("vital", "heart_rate"),
        "systolic": ("vital", "blood_pressure"),
    }
    newest = facts.latest(*kinds[trait]) if trait in kinds else None
    return "" if newest is None else f", {facts.when(newest.time_h)}"


def _egfr(facts: Facts) -> Span | None:
    """As written or observed, from creatinine, or the range that a diagnosis leaves."""
    observed = facts.latest("lab", "eGFR")
    if observed is not None and observed.value is not None:
        return Span(observed.value, observed.value, f"eGFR {facts.seen(observed)}")
    if facts.person.egfr is not None:
        return Span(facts.person.egfr, facts.person.egfr, f"eGFR {facts.person.egfr:g} mL/min/1.73 m2")
    computed = _ckd_epi(facts)
    if computed is not None:
        return computed
    numbers = facts.library.safety["labs"]["egfr"]
    for condition in ("dialysis", "kidney_disease"):
        if facts.has_condition(condition):
            high = numbers[condition].value
            return Span(0.0, high, f"{condition.replace('_', ' ')}, eGFR not given")
    return None


def _ckd_epi(facts: Facts) -> Span | None:
    """CKD-EPI 2021 from creatinine, age and sex (Inker and others 2021)."""
    creatinine = facts.latest("lab", "creatinine")
    age, sex = facts.person.age_years, facts.person.sex
    if creatinine is None or creatinine.value is None or age is None or sex is None or age < 18:
        return None
    numbers = facts.library.safety["labs"]["ckd_epi"]
    value = in_unit(creatinine, "mg/dL", facts)
    if value <= 0:
        return None
    kappa, alpha = numbers[sex]["kappa"].value, numbers[sex]["alpha"].value
    ratio = value / kappa
    egfr = (
        numbers["scale"].value
        * min(ratio, 1.0) ** alpha
        * max(ratio, 1.0) ** numbers["slope"].value
        * numbers["age"].value ** age
        * numbers[sex]["factor"].value
    )
    return Span(egfr, egfr, f"eGFR {egfr:.0f} mL/min/1.73 m2 from creatinine {facts.seen(creatinine)}")


def meets(test: str, facts: Facts) -> Answer:
    """Whether a test such as ``condition:pregnancy``, ``egfr:<30`` or ``child_pugh:B C`` holds.

    Alternatives are separated by ``;`` and the strongest answer counts.
    """
    order: tuple[Answer, ...] = ("yes", "possible", "unknown", "no")
    answers = [_meets_one(part, facts) for part in words(test)]
    return min(answers, key=order.index)


def trait_of(test: str) -> str:
    """The trait that a test is about (of several alternatives the first)."""
    return words(test)[0].partition(":")[0]


def _meets_one(test: str, facts: Facts) -> Answer:
    trait, _, asked = test.partition(":")
    if trait == "condition":
        return "yes" if facts.has_condition(asked) else "no"
    if trait == "child_pugh":
        return _child_pugh(asked.split(), facts)
    if trait == "cyp2d6":
        known = facts.person.cyp2d6
        return "unknown" if known == UNKNOWN else "yes" if known in asked.split() else "no"
    known_span = span(trait, facts)
    if known_span is None:
        return "unknown"
    return _inside(asked, known_span)


def _child_pugh(asked: list[str], facts: Facts) -> Answer:
    known = facts.person.child_pugh
    if known is not None:
        return "yes" if known in asked else "no"
    if facts.has_condition("cirrhosis", "acute_liver_failure"):
        return "possible"
    return "unknown"


def _inside(asked: str, known: Span) -> Answer:
    match = _RANGE.fullmatch(asked)
    if match is None:
        raise ValueError(f"no test of a number: {asked}")
    sign, first, last = match[1], float(match[2]), match[3]
    if known.exact:
        value = known.low
        if sign == "<":
            return "yes" if value < first else "no"
        if sign == ">":
            return "yes" if value > first else "no"
        return "yes" if first <= value < float(last or first) else "no"
    low, high = (
        (0.0, first)
        if sign == "<"
        else (first, float("inf"))
        if sign == ">"
        else (first, float(last or first))
    )
    return "possible" if known.low < high and low < known.high else "no"
