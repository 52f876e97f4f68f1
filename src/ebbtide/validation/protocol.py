"""What the people of one arm take: the arm's tables become doses and regular use, with a factor a person.

An arm is read as a case with typical amounts. What differs between people (amounts, shares, choices, amounts
per weight) is a factor on the jump that a dose makes, because kinetics are linear in the amount; the
bioavailability of a compound whose absorption depends on the dose is that of the typical amount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ebbtide.case import Case, CaseProduct, Observation, parse_case
from ebbtide.case.checking import checked
from ebbtide.case.times import Clock, read_instant
from ebbtide.engine.regimen import build_regimen
from ebbtide.library import InputError, Library

from .cohort import Cohort
from .draws import Draws
from .groups import Group, make_groups
from .infusion import Infusion, read_infusion
from .parts import Given, Part, parts_of_doses, parts_of_use
from .schema import RawArm, RawLogNormal, RawQuantiles, RawStudyDose, RawStudyHistory
from .targets import Held, parts_and_doses
from .times import Timeline
from .who import Entry, PeopleOfArm

Array = NDArray[np.float64]
LONGEST = "400 d"
STUDY_KEYS = {"choice", "share", "if_missing", "amount", "last"}
DOSE_KEYS = {"over", "lasting", "rate", "target", "at"}


class ArmSkipped(InputError):
    """The library lacks a product without which the study says to leave the arm out."""


@dataclass(frozen=True)
class Protocol:
    """All that an arm says about time and intake."""

    name: str
    parts: tuple[Part, ...]
    groups: tuple[Group, ...]
    """People of about the same times: one group where all have the same."""
    products: Mapping[str, CaseProduct]
    endless: bool
    """Some dose is repeated without an end."""
    observations: tuple[Observation, ...]
    """What was seen in the people, to weight them by."""
    notes: tuple[str, ...]

    @property
    def typical(self) -> Group:
        """The group in the middle."""
        return self.groups[len(self.groups) // 2]

    @property
    def compounds(self) -> frozenset[str]:
        """All compounds that are given before or after the start."""
        return frozenset(c for part in self.parts for c, _ in part.kind.amounts_nmol)


@dataclass
class _Reader:
    """One arm while it is read."""

    arm: RawArm
    clock: Clock
    library: Library
    people: PeopleOfArm
    where: str
    notes: list[str] = field(default_factory=list)

    def usable(self, entry: Entry, label: str) -> bool:
        """Whether the library can simulate the product; else what ``if_missing`` says."""
        where = f"{self.where}.{label}.product"
        own = {product.id: product.base for product in self.arm.products}
        try:
            product = self.library.product(own.get(entry.product, entry.product), where)
            known = any(self.library.compound(c.compound).disposition is not None for c in product.contents)
            if not known:
                raise InputError("no kinetics in the library", where=where, value=entry.product)
        except InputError as missing:
            if entry.if_missing == "ignore":
                self.notes.append(f"left out as the study says: {entry.product} is not in the library")
                return False
            if entry.if_missing == "skip arm":
                raise ArmSkipped(missing.what, where=missing.where, value=missing.value) from missing
            raise
        return True

    def at(self, dose: RawStudyDose, label: str) -> tuple[float, Array | None]:
        """Time of the first dose (h), and how much later each person has it where that differs."""
        if not isinstance(dose.at, dict):
            return self.clock.read(dose.at, f"{self.where}.{label}.at").time_h, None
        raw = checked(RawQuantiles, dose.at, f"{self.where}.{label}.at")
        times = self.people.at(raw, self.clock, label)
        typical = float(np.median(times))
        return typical, times - typical


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
    clock = Clock(read_instant(start, where))
    people = PeopleOfArm(cohort, draws, streams, where)
    reader = _Reader(arm, clock, library, people, where)
    history = [h for i, h in enumerate(arm.history) if reader.usable(h, f"history[{i}]")]
    doses = [d for i, d in enumerate(arm.doses) if reader.usable(d, f"doses[{i}]")]
    times = [reader.at(d, f"doses[{i}]") for i, d in enumerate(doses)]
    infusions = [
        read_infusion(d, clock, t, f"{where}.doses[{i}]")
        for i, (d, (t, _)) in enumerate(zip(doses, times, strict=True))
    ]
    plain = [i for i, d in enumerate(doses) if d.target is None]
    case = _as_case(
        arm, start, history, [(doses[i], infusions[i], times[i][0]) for i in plain], cohort, library, where
    )
    parts: list[Part] = []
    given: list[Given] = []
    for i, (use, entry) in enumerate(zip(case.history, history, strict=True)):
        factor = people.factor(entry, entry.amount, history, f"history[{i}]")
        parts += parts_of_use(use, library, factor, people.last(entry, f"history[{i}]"))
    for place, i in enumerate(plain):
        events = [event for event in case.doses if event.label == f"doses[{place}]"]
        factor = people.factor(doses[i], infusions[i].amount, doses, f"doses[{i}]")
        parts += parts_of_doses(events, library, factor, times[i][1])
        amounts = {c: n * factor for c, n in events[0].amounts_nmol.items()}
        given += [Given(e.time_h, e.product, amounts, times[i][1]) for e in events]
    held = []
    for i, dose in enumerate(doses):
        over_h = infusions[i].over_h
        if dose.target is None or over_h is None:
            continue
        factor = people.factor(dose, None, doses, f"doses[{i}]")
        held.append(Held(dose, *times[i], over_h, factor, f"{where}.doses[{i}]"))
    steered, at_targets = parts_and_doses(held, clock, library, draws.people)
    parts += steered
    given += at_targets
    parts += _supports(case, library, draws.people)
    given.sort(key=lambda dose: dose.time_h)
    timeline = Timeline(clock, [], _synonyms(library), [(use.last_h, use.product) for use in case.history])
    return Protocol(
        name=arm.name,
        parts=tuple(parts),
        groups=make_groups(parts, given, timeline, draws.people),
        products=case.products,
        endless=any(d.every is not None and d.count is None and d.until is None for d in doses),
        observations=case.observations,
        notes=(*reader.notes, *case.notes),
    )


def _as_case(
    arm: RawArm,
    start: str,
    history: Sequence[RawStudyHistory],
    doses: Sequence[tuple[RawStudyDose, Infusion, float]],
    cohort: Cohort,
    library: Library,
    where: str,
) -> Case:
    """The arm as a case has it: typical amounts, typical times."""
    raw = {
        "case": {"id": "arm", "start": start, "duration": LONGEST},
        "person": {"weight_kg": float(cohort.weight_kg.mean())},
        "products": [p.model_dump(by_alias=True, exclude_none=True) for p in arm.products],
        "history": [
            _written(h)
            | {"amount": _median(h.amount, f"{where}.history[{i}].amount")}
            | {"last": _median(h.last, f"{where}.history[{i}].last")}
            for i, h in enumerate(history)
        ],
        "doses": [_dose(*dose, f"{where}.doses[{i}]") for i, dose in enumerate(doses)],
        "supports": [s.model_dump(by_alias=True, exclude_none=True) for s in arm.supports],
        "observations": [
            o.model_dump(by_alias=True, exclude_none=True, exclude={"use"})
            for o in arm.observations
            if o.use == "condition"
        ],
    }
    return parse_case(raw, library, where)


def _written(entry: Entry) -> dict[str, object]:
    left_out = STUDY_KEYS | (DOSE_KEYS if isinstance(entry, RawStudyDose) else set())
    return entry.model_dump(by_alias=True, exclude_none=True, exclude=left_out)


def _dose(dose: RawStudyDose, infusion: Infusion, at_h: float, where: str) -> dict[str, object]:
    raw = _written(dose)
    raw["at"] = f"{at_h:.12g} h" if isinstance(dose.at, dict) else dose.at
    raw["amount"] = _median(infusion.amount, f"{where}.amount")
    if raw["amount"] is None:
        raise InputError("key is missing", where=f"{where}.amount", allowed="amount, or rate")
    if infusion.over_h is not None:
        raw["over"] = f"{infusion.over_h:.12g} h"
    if infusion.ends:
        del raw["until"]
    return raw


def _median(given: object, where: str) -> object:
    return checked(RawLogNormal, given, where).median if isinstance(given, dict) else given


def _supports(case: Case, library: Library, people: int) -> list[Part]:
    """Supports are at work for everybody."""
    regimen = build_regimen(library, (), [()], [case.supports])
    times: dict[int, list[float]] = {}
    for time_h, kind in regimen.arms[0]:
        times.setdefault(kind, []).append(time_h)
    return [Part(regimen.kinds[kind], np.ones(people), times_h=tuple(own)) for kind, own in times.items()]


def _synonyms(library: Library) -> dict[str, str]:
    return {synonym: p.name for p in library.products.values() for synonym in p.synonyms}
