"""What the people of one arm take: the arm's tables become doses and regular use, with a factor a person.

An arm is read as a case with typical amounts. What differs between people (amounts, shares, choices, amounts
per weight) is a factor on the jump that a dose makes, because kinetics are linear in the amount; the
bioavailability of a compound whose absorption depends on the dose is that of the typical amount.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.case import Case, CaseProduct, DoseEvent, HistoryStream, parse_case
from ebbtide.case.checking import checked
from ebbtide.case.quantities import read_hours
from ebbtide.case.times import Clock
from ebbtide.engine.regimen import DoseKind, Stream
from ebbtide.library import InputError, Library

from .cohort import Cohort
from .draws import Draws, lognormal_factor
from .schema import RawArm, RawLogNormal, RawStudyDose, RawStudyHistory
from .times import Timeline

Array = NDArray[np.float64]
Entry = RawStudyDose | RawStudyHistory
DOSE_DELAY_H = 1e-3
"""Doses come this much late, so that a reading at the very time of a dose is taken just before it."""
LONGEST = "400 d"
PIECE_H = 1.0 / 30.0
"""An infusion is given in pieces of about this length, within the two bounds that follow."""
FEWEST_PIECES = 24
MOST_PIECES = 240
STUDY_KEYS = {"choice", "share", "over", "rate", "target", "if_missing"}
NOT_YET = ("rate", "target")

_PER_WEIGHT = re.compile(r"/\s*(\d+(\.\d+)?)?\s*kg\b")
_BEFORE_START = re.compile(r"\s+before\s+start\s*$", re.IGNORECASE)


class ArmSkipped(InputError):
    """The library lacks a product without which the study says to leave the arm out."""


@dataclass(frozen=True)
class Part:
    """One entry of an arm."""

    kind: DoseKind
    factor: Array
    """What each person gets of the typical amount of one event."""
    times_h: tuple[float, ...] = ()
    stream: Stream | None = None
    """Regular use before the start; its kind is filled in when the arms are put together."""
    last_h: Array | None = None
    """Time of the last use where it differs between people (h after the start)."""


@dataclass(frozen=True)
class Given:
    """One administration as written, an infusion as one."""

    time_h: float
    product: str
    amounts_nmol: Mapping[str, Array]
    """Compound to the amount that each person gets."""


@dataclass(frozen=True)
class Protocol:
    """All that an arm says about time and intake."""

    name: str
    parts: tuple[Part, ...]
    given: tuple[Given, ...]
    """Doses from the start on, in order of time."""
    timeline: Timeline
    products: Mapping[str, CaseProduct]
    endless: bool
    """Some dose is repeated without an end."""
    notes: tuple[str, ...]


def read_protocol(
    arm: RawArm, start: str, cohort: Cohort, library: Library, draws: Draws, streams: str, where: str
) -> Protocol:
    """Read an arm.

    Parameters
    ----------
    start
        Instant of 0 h as text.
    cohort, draws
        The people of the arm and their quantiles.
    streams
        Prefix of the draws: empty where arms share them (crossover).

    Raises
    ------
    ArmSkipped
        When a product is missing and the study says ``if_missing = "skip arm"``.
    InputError
        For an entry that cannot be read or simulated.
    """
    if arm.supports:
        raise InputError("supports are not simulated yet", where=f"{where}.supports")
    if arm.observations:
        raise InputError("not supported yet", where=f"{where}.observations")
    notes: list[str] = []
    own = {product.id for product in arm.products}
    history = [
        h for i, h in enumerate(arm.history) if _usable(h, own, library, f"{where}.history[{i}]", notes)
    ]
    doses = [d for i, d in enumerate(arm.doses) if _usable(d, own, library, f"{where}.doses[{i}]", notes)]
    case = _as_case(arm, start, history, doses, cohort, library, where)
    people = _PeopleOfArm(cohort, draws, streams, where)
    parts = []
    for i, (use, entry) in enumerate(zip(case.history, history, strict=True)):
        factor = people.factor(entry, history, f"history[{i}]")
        last_h = people.last(entry, f"history[{i}]")
        parts.append(Part(_kind(use), factor, stream=_stream(use), last_h=last_h))
    given: list[Given] = []
    for i, rule in enumerate(doses):
        events = [event for event in case.doses if event.label == f"doses[{i}]"]
        factor = people.factor(rule, doses, f"doses[{i}]")
        times = [event.time_h for event in events]
        amounts = {c: n * factor for c, n in events[0].amounts_nmol.items()}
        given += [Given(time_h, events[0].product, amounts) for time_h in times]
        times_h, share = _pieces(times, rule.over, f"{where}.doses[{i}].over")
        parts.append(Part(_kind(events[0]), factor * share, times_h=times_h))
    given.sort(key=lambda dose: dose.time_h)
    return Protocol(
        name=arm.name,
        parts=tuple(parts),
        given=tuple(given),
        timeline=Timeline(Clock(case.start), [(g.time_h, g.product) for g in given], _synonyms(library)),
        products=case.products,
        endless=any(d.every is not None and d.count is None and d.until is None for d in doses),
        notes=(*notes, *case.notes),
    )


def _usable(entry: Entry, own: set[str], library: Library, where: str, notes: list[str]) -> bool:
    """Whether the library can simulate the product; else what ``if_missing`` says."""
    for key in NOT_YET:
        if getattr(entry, key, None) is not None:
            raise InputError("not supported yet", where=f"{where}.{key}")
    if isinstance(entry, RawStudyDose) and isinstance(entry.at, dict):
        raise InputError("not supported yet", where=f"{where}.at.quantiles")
    try:
        known = entry.product in own or _has_kinetics(entry.product, library, f"{where}.product")
        if not known:
            raise InputError("no kinetics in the library", where=f"{where}.product", value=entry.product)
    except InputError as missing:
        if entry.if_missing == "ignore":
            notes.append(f"left out as the study says: {entry.product} is not in the library")
            return False
        if entry.if_missing == "skip arm":
            raise ArmSkipped(missing.what, where=missing.where, value=missing.value) from missing
        raise
    return True


def _has_kinetics(product: str, library: Library, where: str) -> bool:
    contents = library.product(product, where).contents
    return any(library.compound(content.compound).disposition is not None for content in contents)


def _as_case(
    arm: RawArm,
    start: str,
    history: Sequence[RawStudyHistory],
    doses: Sequence[RawStudyDose],
    cohort: Cohort,
    library: Library,
    where: str,
) -> Case:
    raw = {
        "case": {"id": "arm", "start": start, "duration": LONGEST},
        "person": {"weight_kg": float(cohort.weight_kg.mean())},
        "products": [p.model_dump(by_alias=True, exclude_none=True) for p in arm.products],
        "history": [_case_entry(entry, f"{where}.history[{i}]") for i, entry in enumerate(history)],
        "doses": [_case_entry(entry, f"{where}.doses[{i}]") for i, entry in enumerate(doses)],
    }
    return parse_case(raw, library, where)


def _case_entry(entry: Entry, where: str) -> dict[str, object]:
    """The entry as a case has it: typical amount and typical last use."""
    raw = entry.model_dump(by_alias=True, exclude_none=True, exclude=STUDY_KEYS)
    for key in ("amount", "last"):
        if isinstance(raw.get(key), dict):
            raw[key] = checked(RawLogNormal, raw[key], f"{where}.{key}").median
    return raw


def _kind(intake: DoseEvent | HistoryStream) -> DoseKind:
    amounts = tuple(sorted((c, n) for c, n in intake.amounts_nmol.items() if n > 0))
    return DoseKind(intake.product, intake.route, intake.active_mg, amounts)


def _stream(use: HistoryStream) -> Stream:
    count = max(int(use.duration_h / use.interval_h + 1e-9), 1)
    return Stream(-1, use.interval_h, use.last_h - (count - 1) * use.interval_h, use.last_h)


def _pieces(times: Sequence[float], over: object, where: str) -> tuple[tuple[float, ...], float]:
    """When doses go in and which part of the dose each time: an infusion is many small doses."""
    if over is None:
        return tuple(t + DOSE_DELAY_H for t in times), 1.0
    lasting = read_hours(over, where)
    if not 0 < lasting <= 400 * 24:
        raise InputError("impossible length of an infusion", where=where, value=over)
    count = int(np.clip(np.ceil(lasting / PIECE_H), FEWEST_PIECES, MOST_PIECES))
    middles = (np.arange(count) + 0.5) * lasting / count
    return tuple(float(t + m) for t in times for m in middles), 1.0 / count


def _synonyms(library: Library) -> dict[str, str]:
    return {synonym: p.name for p in library.products.values() for synonym in p.synonyms}


@dataclass(frozen=True)
class _PeopleOfArm:
    """How the entries of one arm differ between its people."""

    cohort: Cohort
    draws: Draws
    streams: str
    where: str

    def factor(self, entry: Entry, siblings: Sequence[Entry], label: str) -> Array:
        """Each person's amount over the typical one; 0 for who does not get it."""
        where = f"{self.where}.{label}"
        factor = np.ones(self.draws.people)
        text = entry.amount
        if isinstance(entry.amount, dict):
            spread = checked(RawLogNormal, entry.amount, f"{where}.amount")
            text = spread.median
            factor *= lognormal_factor(spread, self._quantile(spread, f"{label}.amount"), f"{where}.amount")
        if isinstance(text, str) and _PER_WEIGHT.search(text):
            factor *= self.cohort.weight_kg / self.cohort.weight_kg.mean()
        if entry.choice is not None:
            factor *= self._chosen(entry, [s for s in siblings if s.choice == entry.choice], where)
        elif entry.share is not None:
            factor *= self.draws.quantiles(f"{self.streams}{label}.share") < entry.share
        return factor

    def last(self, entry: RawStudyHistory, label: str) -> Array | None:
        """Time of the last use of each person where it differs (h after the start)."""
        if not isinstance(entry.last, dict):
            return None
        where = f"{self.where}.{label}.last"
        spread = checked(RawLogNormal, entry.last, where)
        bare = {
            key: text and _BEFORE_START.sub("", text)
            for key, text in spread.model_dump().items()
            if key != "cv"
        }
        spread = checked(RawLogNormal, bare | {"cv": spread.cv}, where)
        factor = lognormal_factor(spread, self._quantile(spread, f"{label}.last"), where)
        return np.asarray(-read_hours(spread.median, where) * factor)

    def _quantile(self, spread: RawLogNormal, own: str) -> Array:
        return self.draws.quantiles(self.streams + (f"draw/{spread.draw}" if spread.draw else own))

    def _chosen(self, entry: Entry, alternatives: Sequence[Entry], where: str) -> NDArray[np.bool_]:
        shares = [a.share if a.share is not None else 1.0 / len(alternatives) for a in alternatives]
        if sum(shares) > 1.0 + 1e-6:
            raise InputError(
                "shares of a choice sum to more than 1", where=f"{where}.share", value=sum(shares)
            )
        index = next(i for i, a in enumerate(alternatives) if a is entry)
        quantile = self.draws.quantiles(f"{self.streams}choice/{entry.choice}")
        below = sum(shares[:index])
        return np.asarray((quantile >= below) & (quantile < below + shares[index]))
