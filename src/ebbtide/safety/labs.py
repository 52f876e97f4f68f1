"""Laboratory values with their limits: levels in one unit, the laboratory's own limit first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ebbtide.case import Observation
from ebbtide.library import Parameter, conversion

from .facts import Facts


@dataclass(frozen=True)
class Level:
    """A value as a multiple of its upper limit."""

    observation: Observation
    times: float
    """Value over the upper limit."""
    own_limit: bool
    """Whether the limit is the laboratory's own; else a usual one stood in."""


def in_unit(observation: Observation, unit: str, facts: Facts) -> float:
    """The value of an observation in a unit of the same kind, or of mass in place of moles."""
    assert observation.value is not None
    if observation.unit == unit:
        return observation.value
    numbers = facts.library.safety["labs"].get(observation.name, {})
    molar_mass = numbers["molar_mass"].to("g/mol") if "molar_mass" in numbers else None
    return observation.value * conversion(observation.unit, unit, observation.name, molar_mass)


def level(observation: Observation, facts: Facts) -> Level | None:
    """How far a value is above its limit; None for a lab without a limit of its own or a usual one."""
    if observation.value is None:
        return None
    if observation.upper_limit:
        return Level(observation, observation.value / observation.upper_limit, True)
    usual = facts.library.safety["labs"]["usual"].get(observation.name)
    if usual is None:
        return None
    return Level(observation, in_unit(observation, usual.unit, facts) / usual.value, False)


def levels(name: str, facts: Facts) -> list[Level]:
    """All values of a lab with their multiples, in order of time."""
    found = (level(o, facts) for o in facts.all("lab", name))
    return [one for one in found if one is not None]


def limits_missing(used: Sequence[Level], facts: Facts) -> list[str]:
    """What to say of limits that the laboratory did not give."""
    usual = facts.library.safety["labs"]["usual"]
    names = dict.fromkeys(one.observation.name for one in used if not one.own_limit)
    return [
        f"the laboratory's own upper limit of {n}; {usual[n].value:g} {usual[n].unit} was taken"
        for n in names
    ]


def newest_qtc(facts: Facts) -> Observation | None:
    """The newest QTc."""
    return facts.latest("lab", "QTc")


def is_low(name: str, facts: Facts) -> bool | None:
    """Whether the newest value of an electrolyte is below its lower limit; None where none was measured."""
    newest = facts.latest("lab", name)
    if newest is None:
        return None
    low: Parameter = facts.library.safety["labs"][name]["low"]
    return in_unit(newest, low.unit, facts) < low.value
