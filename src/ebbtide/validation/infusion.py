"""The speed of an infusion: ``rate`` with a duration or an amount becomes an amount that goes in evenly."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ebbtide.case.checking import checked
from ebbtide.case.quantities import read_hours, read_quantity
from ebbtide.case.times import Clock
from ebbtide.library import InputError, conversion

from .schema import RawLogNormal, RawStudyDose

EXAMPLE = '"10 mg/kg/h", "75 ug/h", "4 mg/h/70 kg" or "50 mL/h"'
LONGEST_H = 400 * 24.0
_WEIGHT = re.compile(r"(\d+(?:\.\d+)?)?\s*kg")


@dataclass(frozen=True)
class Speed:
    """What goes in each hour: ``number`` of ``unit``, or of that for each ``per_kg`` of body weight."""

    number: float
    unit: str
    per_kg: float | None

    def in_hours(self, hours: float) -> str:
        """The amount that goes in meanwhile, as a case writes amounts."""
        amount = f"{self.number * hours:.12g} {self.unit}"
        return amount if self.per_kg is None else f"{amount}/{self.per_kg:g} kg"


def read_speed(text: object, where: str) -> Speed:
    """The speed that ``text`` means.

    Raises
    ------
    InputError
        When it is no amount per time.
    """
    if not isinstance(text, str):
        raise InputError("not a rate", where=where, value=str(text), allowed=EXAMPLE)
    amount, *below = (part.strip() for part in text.split("/"))
    per_kg, hours = None, None
    for part in below:
        if (weight := _WEIGHT.fullmatch(part)) and per_kg is None:
            per_kg = float(weight[1] or 1.0)
        elif hours is None:
            hours = read_hours(part if part[:1].isdigit() else f"1 {part}", where, EXAMPLE)
        else:
            raise InputError("not a rate", where=where, value=text, allowed=EXAMPLE)
    quantity = read_quantity(amount, where, EXAMPLE)
    if hours is None or hours <= 0 or quantity.value <= 0 or per_kg == 0:
        raise InputError("not a rate", where=where, value=text, allowed=EXAMPLE)
    return Speed(quantity.value / hours, quantity.unit, per_kg)


@dataclass(frozen=True)
class Infusion:
    """How long the doses of an entry last, and what goes in."""

    amount: object
    """As a case writes it, or ``{ median, ... }``; None where a target sets it."""
    over_h: float | None
    ends: bool
    """``until`` says when the infusion ends, not when the last dose is."""


def read_infusion(dose: RawStudyDose, clock: Clock, at_h: float, where: str) -> Infusion:
    """Amount and duration of a dose that begins at ``at_h``.

    Raises
    ------
    InputError
        For keys that contradict each other or leave the duration open.
    """
    if dose.over is not None and dose.lasting is not None:
        raise InputError("over and for mean the same", where=f"{where}.for")
    lasting = dose.over if dose.over is not None else dose.lasting
    over_h = None if lasting is None else read_hours(lasting, f"{where}.over")
    steered = dose.rate is not None or dose.target is not None
    ends = steered and dose.until is not None and dose.every is None
    if ends:
        if over_h is not None:
            raise InputError("over and until exclude each other", where=f"{where}.until")
        over_h = clock.read(dose.until, f"{where}.until").time_h - at_h
    if dose.target is not None and (dose.amount is not None or dose.rate is not None):
        raise InputError("a target sets the amount", where=f"{where}.target")
    if dose.rate is not None:
        amount, over_h = _by_rate(dose, over_h, where)
    else:
        amount = dose.amount
    if over_h is None and steered:
        raise InputError("key is missing", where=f"{where}.over", allowed="over, for or until")
    if over_h is not None and not 0 < over_h <= LONGEST_H:
        raise InputError("impossible length of an infusion", where=f"{where}.over", value=f"{over_h:g} h")
    return Infusion(amount, over_h, ends)


def _by_rate(dose: RawStudyDose, over_h: float | None, where: str) -> tuple[object, float | None]:
    place = f"{where}.rate"
    spread = checked(RawLogNormal, dose.rate, place) if isinstance(dose.rate, dict) else None
    speed = read_speed(dose.rate if spread is None else spread.median, place)
    if dose.amount is not None:
        if over_h is not None or spread is not None or isinstance(dose.amount, dict):
            raise InputError(
                "amount and rate say how long it lasts", where=place, allowed="two of amount, rate and over"
            )
        whole = read_speed(f"{dose.amount}/h", f"{where}.amount")
        if (whole.per_kg is None) != (speed.per_kg is None):
            raise InputError("amount and rate are both per weight or neither", where=place)
        per = (speed.per_kg or 1.0) / (whole.per_kg or 1.0)
        over_h = whole.number * conversion(whole.unit, speed.unit, place) * per / speed.number
        return dose.amount, over_h
    if over_h is None:
        return None, None
    if spread is None:
        return speed.in_hours(over_h), over_h
    bounds = {
        key: text and read_speed(text, f"{place}.{key}").in_hours(over_h)
        for key, text in (("median", spread.median), ("low", spread.low), ("high", spread.high))
    }
    return {**spread.model_dump(exclude_none=True), **{k: v for k, v in bounds.items() if v}}, over_h
