"""What of a record can be compared with the model: each observation as readings, or why it is not used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from ebbtide.case import Case, Observation
from ebbtide.library import Library, Parameter, Scale, ScaleItem, conversion

LABS = {
    "ALT": "liver.alt",
    "AST": "liver.ast",
    "ALP": "liver.alp",
    "bilirubin": "liver.bilirubin",
    "magnesium": "serum.magnesium",
    "QTc": "qtc_change",
}
"""Laboratory values that the model computes, and the quantity that each is."""
NIGHTLY = ("sleep.total", "sleep.latency")
"""What is told of the night before it is told."""
PLASMA = "plasma."
SYMPTOM = "symptom."
CRAVING = "craving"
WITHDRAWAL = "withdrawal"


class Noise(NamedTuple):
    """One source of noise: the number of the library that is its size, times ``factor``."""

    number: str
    factor: float = 1.0


@dataclass(frozen=True)
class Reading:
    """One number of the record, and how the model would show it."""

    place: int
    """Which observation of the case."""
    seen_h: float
    """When it was observed (h after the start)."""
    time_h: float
    """When the model is read: for sleep, bedtime of the night before."""
    title: str
    quantity: str
    """The result of the model that it can be drawn over; empty for an item of a scale."""
    parts: tuple[tuple[str, float], ...]
    """Results of the model, each with its weight in the sum that is expected."""
    noise: tuple[Noise, ...]
    """Independent sources."""
    low: float
    """Lowest value that the observation stands for; a measured value has ``low == high``."""
    high: float
    unit: str
    domain: str
    """Readings of one domain are about one thing: ``withdrawal``, or the quantity."""
    told: bool = False
    """Whether parts are symptoms as the person or a rater tells them."""
    relative: bool = False
    """Whether noise is a share of the level; then everything is compared on the scale of logarithms."""
    limit: float = 0.0
    """Added to a level before its logarithm is taken."""
    offset: str = ""
    """The number that is added: the person's own level of what the model computes the change of."""
    floor: float = -np.inf
    """Lowest value of the instrument: what would be lower is recorded so."""
    ceiling: float = np.inf
    headline: bool = True
    """False for an item whose total is told as well."""
    weighed: bool = True
    """False for a total whose items are weighed: it is forecast, and not counted twice."""


@dataclass(frozen=True)
class Unused:
    """An observation that is kept and not used."""

    place: int
    title: str
    time_h: float
    reason: str


@dataclass(frozen=True)
class Record:
    """The observations of a case, sorted into what is used and what is not."""

    readings: tuple[Reading, ...]
    """In order of the time at which they were observed."""
    unused: tuple[Unused, ...]

    @property
    def visits(self) -> tuple[tuple[int, ...], ...]:
        """Places of the readings of each visit: all that was observed at one time."""
        times = [r.seen_h for r in self.readings]
        cuts = [0, *(i for i, (a, b) in enumerate(pairwise(times), 1) if b > a), len(times)]
        return tuple(tuple(range(a, b)) for a, b in pairwise(cuts) if b > a)


def read_record(case: Case, library: Library, computed: Sequence[str]) -> Record:
    """The record of ``case``; ``computed`` are the quantities that the model has for it."""
    readings: list[Reading] = []
    unused: list[Unused] = []
    reader = _Reader(case, library, frozenset(computed))
    for place, seen in enumerate(case.observations):
        found = reader.read(place, seen)
        if isinstance(found, str):
            unused.append(Unused(place, seen.name, seen.time_h, found))
        else:
            readings += found
    return Record(tuple(sorted(readings, key=lambda r: r.seen_h)), tuple(unused))


def noise_of(quantity: str, library: Library) -> Noise | None:
    """The noise of one visit for a quantity, where the library knows it."""
    kind, _, name = quantity.partition(".")
    key = quantity.replace(".", "_")
    candidates = [f"measurement.relative.{key}", f"measurement.visit.{key}"]
    candidates += [f"observation.visit.{kind if kind == 'symptom' else key}"]
    candidates += [f"liver.measurement.{name}"] if kind == "liver" else []
    candidates += ["measurement.relative.plasma"] if kind == "plasma" else []
    return next((Noise(c) for c in candidates if _number(library, c) is not None), None)


def _number(library: Library, name: str) -> Parameter | None:
    file, *path = name.split(".")
    entry: Any = library.physiology.get(file, {})
    for key in path:
        entry = entry.get(key, {})
    return entry if isinstance(entry, Parameter) else None


@dataclass(frozen=True)
class _Reader:
    case: Case
    library: Library
    computed: frozenset[str]

    def read(self, place: int, seen: Observation) -> list[Reading] | str:
        """Readings of an observation, or why there are none."""
        if seen.kind in ("vital", "sign"):
            return f"the model does not compute this {'vital sign' if seen.kind == 'vital' else 'sign'}"
        if seen.time_h < 0:
            return "observed before the start; the model computes what comes after it"
        if seen.time_h > self.case.duration_h:
            return "observed after the end of the forecast: give the case a longer duration"
        if seen.kind == "scale":
            return self._scale(place, seen)
        quantity = LABS.get(seen.name, "") if seen.kind == "lab" else seen.name
        if seen.kind == "lab" and seen.name.startswith(PLASMA):
            quantity = seen.name
        if quantity not in self.computed:
            if quantity.startswith(PLASMA):
                return "nothing in the case gives this compound or forms it, so no level is computed"
            return "the model does not compute it"
        return self._measured(place, seen, quantity)

    def _measured(self, place: int, seen: Observation, quantity: str) -> list[Reading] | str:
        noise = noise_of(quantity, self.library)
        if noise is None:
            return "how much it varies from one measurement to the next is not known"
        assert seen.value is not None
        time_h = self._bedtime(seen.time_h) if quantity in NIGHTLY else seen.time_h
        if time_h < 0:
            return "the night that it tells of began before the start"
        value = self._in_unit(seen, quantity)
        relative = "relative" in noise.number or noise.number.startswith("liver.")
        limit = self.library.physiology["observation"]["assay"]["plasma_limit"].value
        tops = {CRAVING: 100.0, "pain": 10.0}
        whole = quantity in tops
        half = 0.5 if whole else 0.0
        bounded = whole or quantity.startswith(SYMPTOM) or quantity == "sedation"
        return [
            Reading(
                place=place,
                seen_h=seen.time_h,
                time_h=time_h,
                title=seen.name,
                quantity=quantity,
                parts=((quantity, 1.0),),
                noise=(noise,),
                low=value - half,
                high=value + half,
                unit="mg/dL" if quantity == "liver.bilirubin" else seen.unit,
                domain=quantity,
                relative=relative,
                limit=limit if quantity.startswith(PLASMA) else 0.0,
                offset="observation.baseline.qtc" if quantity == "qtc_change" else "",
                floor=0.0 if bounded else -np.inf,
                ceiling=tops.get(quantity, 1.0) if bounded else np.inf,
            )
        ]

    def _in_unit(self, seen: Observation, quantity: str) -> float:
        """The value in the unit of the model's result."""
        assert seen.value is not None
        unit = {"liver.bilirubin": "mg/dL", "serum.magnesium": "mmol/L"}.get(quantity, seen.unit)
        if unit == seen.unit:
            return seen.value
        molar_mass: Parameter = self.library.safety["labs"][seen.name]["molar_mass"]
        return seen.value * conversion(seen.unit, unit, seen.name, molar_mass.to("g/mol"))

    def _bedtime(self, seen_h: float) -> float:
        """The last bedtime before, in hours after the start, by the clock of the case."""
        start = self.case.start
        at = (start.astimezone(UTC) + timedelta(hours=seen_h)).astimezone(start.tzinfo)
        hour = int(self.library.safety["forecast"]["course"]["night_from"].value)
        bed = datetime(at.year, at.month, at.day, hour, tzinfo=start.tzinfo)
        if bed > at:
            bed -= timedelta(days=1)
        return (bed.astimezone(UTC) - start.astimezone(UTC)) / timedelta(hours=1)

    def _scale(self, place: int, seen: Observation) -> list[Reading] | str:
        scale = self.library.scale(seen.name)
        quantity = scale.quantity
        if not quantity or quantity not in self.computed:
            return "the model does not compute this scale"
        noise = noise_of(quantity, self.library)
        if noise is None:
            return "how much raters differ from one visit to the next is not known"
        readings = list(self._items(place, seen, scale, noise)) if seen.items else []
        low = seen.value if seen.value is not None else seen.low
        high = seen.value if seen.value is not None else seen.high
        if low is not None and high is not None and (seen.value is not None or not readings):
            readings.append(
                Reading(
                    place=place,
                    seen_h=seen.time_h,
                    time_h=seen.time_h,
                    title=scale.name,
                    quantity=quantity,
                    parts=((quantity, 1.0),),
                    noise=(noise,),
                    low=low - 0.5,
                    high=high + 0.5,
                    unit="points",
                    domain=WITHDRAWAL,
                    floor=0.0,
                    ceiling=float(scale.total_maximum),
                    weighed=not readings,
                )
            )
            readings = [replace(r, headline=r.quantity != "") for r in readings]
        return readings or "it holds no answer"

    def _items(self, place: int, seen: Observation, scale: Scale, noise: Noise) -> Iterator[Reading]:
        """Each answered item: its part of the noise of the total, and noise of its own."""
        length = float(np.sqrt(sum(item.maximum**2 for item in scale.items)))
        for item in scale.items:
            if item.key not in seen.items:
                continue
            low, high = _range(item, seen.items[item.key])
            yield Reading(
                place=place,
                seen_h=seen.time_h,
                time_h=seen.time_h,
                title=f"{scale.name} {item.key}",
                quantity="",
                parts=_weights(item),
                noise=(
                    noise._replace(factor=item.maximum / length),
                    Noise("observation.visit.item", item.maximum),
                ),
                low=low,
                high=high,
                unit="points",
                domain="",
                told=True,
                floor=0.0,
                ceiling=float(item.maximum),
            )


def _weights(item: ScaleItem) -> tuple[tuple[str, float], ...]:
    total = sum(item.symptoms.values())
    return tuple(
        (CRAVING if name == CRAVING else f"{SYMPTOM}{name}", item.maximum * part / total)
        for name, part in item.symptoms.items()
    )


def _range(item: ScaleItem, score: int) -> tuple[float, float]:
    """What would be rated with this score: to the middle between it and the next scores that exist."""
    place = item.allowed.index(score)
    low = (item.allowed[place - 1] + score) / 2 if place else score - 0.5
    high = (item.allowed[place + 1] + score) / 2 if place + 1 < len(item.allowed) else score + 0.5
    return low, high
