"""Targets: plasma concentrations that an infusion reaches and holds, once or again and again.

Targets of one compound follow one another: what the first left in the tissues counts for the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ebbtide.case.quantities import in_unit, read_hours, read_quantity
from ebbtide.case.regimen import elapsed, repeat
from ebbtide.case.times import Clock
from ebbtide.library import InputError, Library, same_kind

from .parts import Given, Part, Steering
from .schema import RawStudyDose
from .steer import kinds_of

Array = NDArray[np.float64]
PLASMA = "plasma."
MOST_EPISODES = 60
"""A target that is held more often is refused: each time takes as many steps of the pump."""


@dataclass(frozen=True)
class Held:
    """One entry of an arm that holds a concentration."""

    dose: RawStudyDose
    at_h: float
    """Time of the typical person."""
    shift_h: Array | None
    """How much later each person has it, where that differs."""
    over_h: float
    factor: Array
    """1 for who is given it, 0 for who is not."""
    where: str


def read_target(dose: RawStudyDose, library: Library, where: str) -> tuple[str, float]:
    """The compound and the concentration (nM) that a dose holds.

    Raises
    ------
    InputError
        When it is no concentration above zero of a compound with kinetics.
    """
    target, place = dose.target, f"{where}.target"
    assert target is not None
    if not target.quantity.startswith(PLASMA):
        raise InputError(
            "a target is a plasma concentration", where=f"{place}.quantity", value=target.quantity,
            allowed="plasma.<compound>",
        )  # fmt: skip
    compound = library.compound(target.quantity.removeprefix(PLASMA), f"{place}.quantity")
    if compound.disposition is None:
        raise InputError("no kinetics in the library", where=f"{place}.quantity", value=compound.name)
    text = target.value
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = f"{text} {target.unit or 'nM'}"
    quantity = read_quantity(text, f"{place}.value", '"36 nM", "1 ng/mL"')
    if not same_kind(quantity.unit, "nM") and not same_kind(quantity.unit, "ng/mL"):
        raise InputError("a concentration is needed", where=f"{place}.value", value=str(text))
    value = in_unit(quantity, "nmol/L", f"{place}.value", compound.molar_mass.to("g/mol"))
    if value <= 0:
        raise InputError("a target is more than zero", where=f"{place}.value", value=str(text))
    return compound.name, value


def parts_and_doses(
    held: Sequence[Held], clock: Clock, library: Library, people: int
) -> tuple[list[Part], list[Given]]:
    """What the targets of one arm give, and each time that one is held.

    Raises
    ------
    InputError
        For targets that overlap, or of which some come at a time of each person's own and some do not.
    """
    joined: list[tuple[Steering, Held]] = []
    given: list[Given] = []
    for entry in held:
        compound, value = read_target(entry.dose, library, entry.where)
        times = _times(entry, clock)
        unknown = {compound: np.full(people, np.nan)}
        given += [Given(time_h, entry.dose.product, unknown, entry.shift_h) for time_h in times]
        episodes = [(time_h, time_h + entry.over_h, value) for time_h in times]
        same = next((i for i, (s, e) in enumerate(joined) if _together(s, e, compound, entry)), None)
        if same is not None:
            episodes += joined[same][0].episodes
        ordered = tuple(sorted(episodes))
        if any(b[0] < a[1] - 1e-9 for a, b in pairwise(ordered)):
            raise InputError("two targets at one time", where=f"{entry.where}.target")
        steering = Steering(compound, ordered, entry.dose.product)
        if same is None:
            joined.append((steering, entry))
        else:
            joined[same] = (steering, entry)
    parts = [
        Part(kind, entry.factor, shift_h=entry.shift_h, steering=steering)
        for steering, entry in joined
        for kind in kinds_of(steering)
    ]
    return parts, given


def _together(steering: Steering, first: Held, compound: str, entry: Held) -> bool:
    """Whether an entry goes on with a target of the same people and compound."""
    if steering.compound != compound or not (first.factor == entry.factor).all():
        return False
    one, other = (np.zeros(1) if e.shift_h is None else e.shift_h for e in (first, entry))
    if not np.allclose(one, other):
        raise InputError(
            "targets of one compound come at times that differ in the same way",
            where=f"{entry.where}.at",
            allowed="the same draw and quantiles equally far apart",
        )
    return True


def _times(entry: Held, clock: Clock) -> tuple[float, ...]:
    dose, where = entry.dose, entry.where
    if dose.every is None:
        return (entry.at_h,)
    interval_h = read_hours(dose.every, f"{where}.every")
    if interval_h < entry.over_h - 1e-9:
        raise InputError("two targets at one time", where=f"{where}.every", value=str(dose.every))
    if (dose.count is None) == (dose.until is None):
        raise InputError("a repeated target needs an end", where=f"{where}.count", allowed="count or until")
    until_h = None if dose.until is None else clock.read(dose.until, f"{where}.until").time_h
    times = repeat(elapsed(entry.at_h, interval_h), count=dose.count, until_h=until_h)
    if not 0 < len(times) <= MOST_EPISODES:
        raise InputError(
            "too many targets" if times else "no target falls between these times",
            where=f"{where}.every",
            allowed=f"1 to {MOST_EPISODES}",
        )
    return times
