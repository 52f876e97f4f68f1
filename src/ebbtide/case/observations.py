"""Observations: ratings, labs, vital signs, signs and quantities, checked against what is possible."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ebbtide.library import InputError, Library, Scale, same_kind, unknown_name

from .model import Observation, Quantity
from .quantities import in_unit, read_quantity
from .schema import RawObservation
from .scoring import Score, score_items, score_total, with_total
from .telling import shown
from .vocabulary import (
    LAB_SYNONYMS,
    LABS,
    PLASMA,
    QUANTITIES,
    SIGN_SYNONYMS,
    SIGNS,
    SYMPTOM,
    VITAL_SYNONYMS,
    VITALS,
    Measure,
)

_VALUE_KEYS = {
    "scale": {"total", "items", "rating"},
    "lab": {"value", "upper_limit"},
    "vital": {"value"},
    "sign": set[str](),
    "quantity": {"value"},
}
_KINDS = tuple(_VALUE_KEYS)
_BLOOD_PRESSURE = re.compile(r"\s*(\d{1,3})\s*/\s*(\d{1,3})\s*mm\s?Hg\s*", re.IGNORECASE)
_NUMBER_AND_WORDS = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?\s*")


def read_observation(raw: RawObservation, time_h: float, library: Library, where: str) -> Observation:
    """An observation from its table.

    Parameters
    ----------
    raw
        The table.
    time_h
        Its time, already read (h after the start).
    library
        For scales and the molar mass of compounds.
    where
        File and key, for errors.

    Raises
    ------
    InputError
        When it is not exactly one kind, names something unknown or has an impossible value.
    """
    kinds = [kind for kind in _KINDS if getattr(raw, kind) is not None]
    if len(kinds) != 1:
        raise InputError(
            "an observation is of one kind",
            where=where,
            value=", ".join(kinds) or None,
            allowed="one of " + ", ".join(_KINDS),
        )
    kind = kinds[0]
    for key in ("total", "items", "rating", "value", "upper_limit"):
        if getattr(raw, key) is not None and key not in _VALUE_KEYS[kind]:
            raise InputError(
                f"a {kind} takes no such key",
                where=f"{where}.{key}",
                allowed=", ".join(sorted(_VALUE_KEYS[kind])) or "no value",
            )
    reader: Callable[[RawObservation, float, Library, str], Observation] = {
        "scale": _scale,
        "lab": _lab,
        "vital": _vital,
        "sign": _sign,
        "quantity": _quantity,
    }[kind]
    return reader(raw, time_h, library, where)


def severity_range(scale: Scale, rating: int) -> tuple[int, int]:
    """Lowest and highest total that a severity of 0 (none) to 3 (severe) stands for.

    Totals below the first named band, or a band that starts at 0, are severity 0; the bands above
    the third are all 3 (COWS: 0-4, 5-12, 13-24, 25-48).
    """
    bands = sorted((band.low, band.high) for band in scale.bands)
    if bands and bands[0][0] > 0:
        bands.insert(0, (0, bands[0][0] - 1))
    if len(bands) < 4:
        raise InputError(f'"{scale.name}" has no severity bands', allowed="total or items")
    return bands[rating][0], bands[rating][1] if rating < 3 else scale.total_maximum


def _scale(raw: RawObservation, time_h: float, library: Library, where: str) -> Observation:
    scale = library.scale(str(raw.scale), f"{where}.scale")
    low = high = total = None
    items: Mapping[str, int] = {}
    if raw.rating is not None:
        if raw.total is not None or raw.items is not None:
            raise InputError(
                "a rating stands alone", where=f"{where}.rating", allowed="rating, or total or items"
            )
        try:
            low, high = severity_range(scale, raw.rating)
        except InputError as error:
            raise error.within(f"{where}.rating") from error
    elif raw.items is not None or raw.total is not None:
        score = read_score(raw.items, raw.total, scale, where)
        total, items = score.total, score.answers
        if total is None:
            low, high = score.lowest, score.highest
    else:
        raise InputError("a rating is missing", where=where, allowed="total, items or rating")
    return Observation(
        time_h=time_h,
        kind="scale",
        name=scale.name,
        value=total,
        unit="points",
        low=low,
        high=high,
        items=items,
        text=raw.text,
    )


def read_score(items: object, total: object, scale: Scale, where: str) -> Score:
    """The score of ``items``, of a ``total``, or of both; one of them is not None."""
    if items is None:
        return score_total(scale, total, f"{where}.total")
    score = score_items(scale, items, f"{where}.items")
    return score if total is None else with_total(score, total, f"{where}.total")


def _lab(raw: RawObservation, time_h: float, library: Library, where: str) -> Observation:
    name, molar_mass = str(raw.lab), None
    if name.startswith("plasma."):
        compound = library.compound(name.removeprefix("plasma."), f"{where}.lab")
        name, measure, molar_mass = f"plasma.{compound.name}", PLASMA, compound.molar_mass.to("g/mol")
    else:
        name = _named(name, LABS, LAB_SYNONYMS)
        if name not in LABS:
            raise unknown_name("lab", name, [*LABS, "plasma.<compound>"], f"{where}.lab")
        measure = LABS[name]
    value = _measured(raw.value, measure, f"{where}.value", molar_mass)
    upper_limit = None
    if raw.upper_limit is not None:
        limit = _measured(raw.upper_limit, measure, f"{where}.upper_limit", molar_mass)
        if limit.unit != value.unit:
            raise InputError(
                "value and upper limit need units of one kind",
                where=f"{where}.upper_limit",
                value=shown(raw.upper_limit),
            )
        upper_limit = limit.value
    return Observation(time_h, "lab", name, value.value, value.unit, upper_limit=upper_limit, text=raw.text)


def _vital(raw: RawObservation, time_h: float, library: Library, where: str) -> Observation:
    name = _named(str(raw.vital), VITALS, VITAL_SYNONYMS)
    if name not in VITALS:
        raise unknown_name("vital", name, VITALS, f"{where}.vital")
    if name == "blood_pressure":
        pressures = _blood_pressure(raw.value, VITALS[name], f"{where}.value")
        return Observation(time_h, "vital", name, unit="mmHg", items=pressures, text=raw.text)
    value = _measured(raw.value, VITALS[name], f"{where}.value")
    return Observation(time_h, "vital", name, value.value, value.unit, text=raw.text)


def _named(written: str, names: Mapping[str, Measure], synonyms: Mapping[str, str]) -> str:
    """The name that was meant, whatever its case; as written where there is none."""
    lowered = {name.lower(): name for name in names} | dict(synonyms)
    return lowered.get(written.lower(), written)


def _blood_pressure(value: object, measure: Measure, where: str) -> dict[str, int]:
    match = _BLOOD_PRESSURE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise InputError("not a blood pressure", where=where, value=shown(value), allowed=measure.example)
    systolic, diastolic = int(match[1]), int(match[2])
    if measure.high is not None and not 0 <= diastolic <= systolic <= measure.high:
        raise InputError(
            "impossible value",
            where=where,
            value=value,
            allowed=f"diastolic up to systolic up to {measure.high:g} mmHg",
        )
    return {"systolic": systolic, "diastolic": diastolic}


def _sign(raw: RawObservation, time_h: float, library: Library, where: str) -> Observation:
    written = str(raw.sign)
    name = SIGN_SYNONYMS.get(written, written)
    if name not in SIGNS:
        raise unknown_name("sign", name, [*SIGNS, *SIGN_SYNONYMS], f"{where}.sign")
    return Observation(time_h, "sign", name, text=raw.text)


def _quantity(raw: RawObservation, time_h: float, library: Library, where: str) -> Observation:
    name = str(raw.quantity)
    symptoms = {
        f"symptom.{s}" for scale in library.scales.values() for item in scale.items for s in item.symptoms
    }
    if name not in QUANTITIES and name not in symptoms:
        raise unknown_name("quantity to observe", name, [*QUANTITIES, *symptoms], f"{where}.quantity")
    value = _measured(raw.value, QUANTITIES.get(name, SYMPTOM), f"{where}.value")
    return Observation(time_h, "quantity", name, value.value, value.unit, text=raw.text)


def _measured(value: object, measure: Measure, where: str, molar_mass: float | None = None) -> Quantity:
    """The value in one of the units of ``measure``, refused when it is impossible."""
    if value is None:
        raise InputError("key is missing", where=where, allowed=measure.example)
    written = _written(value, measure) or read_quantity(value, where, measure.example)
    unit = next((unit for unit in measure.units if _converts(written.unit, unit, molar_mass)), None)
    if unit is None:
        raise InputError("a unit of another kind", where=where, value=shown(value), allowed=measure.example)
    number = in_unit(written, unit, where, molar_mass)
    if not measure.low <= number or (measure.high is not None and number > measure.high):
        limits = (
            f"{measure.low:g} or more" if measure.high is None else f"{measure.low:g} to {measure.high:g}"
        )
        raise InputError("impossible value", where=where, value=shown(value), allowed=f"{limits} {unit}")
    return Quantity(number, unit)


def _written(value: object, measure: Measure) -> Quantity | None:
    """A plain number where none is needed but that, or a number with a unit as the measure spells it."""
    plain = same_kind(measure.units[0], "dimensionless")
    if isinstance(value, int | float) and not isinstance(value, bool):
        percent_without_sign = measure.units[0] == "percent" and value > 1  # 0.97 is a fraction, 97 a slip
        return Quantity(value, "dimensionless") if plain and not percent_without_sign else None
    match = _NUMBER_AND_WORDS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    words = (match[2] or "").lower()
    if not words:
        return Quantity(float(match[1]), "dimensionless") if plain else None
    if words not in measure.spelt:
        return None
    size, unit = measure.spelt[words]
    return Quantity(float(match[1]) * size, unit)


def _converts(unit: str, to: str, molar_mass: float | None) -> bool:
    return same_kind(unit, to) or (molar_mass is not None and same_kind(unit, "ng/mL"))
