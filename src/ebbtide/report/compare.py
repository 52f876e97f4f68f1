"""What each option changes: one outcome a person, and differences within each person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .answers import area, hours_at_or_above, since, spread_of, time_of_peak

if TYPE_CHECKING:
    from ebbtide.engine.forecast import ArmForecast

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """One number a person, e.g. the worst COWS, for every person of an arm."""

    key: str
    title: str
    unit: str
    decimals: int
    values: Array

    @property
    def spread(self) -> dict[str, float]:
        """Mean, median and 5-95 % over people."""
        return spread_of(self.values)


def person_values(arm: ArmForecast, quantity: str) -> Array | None:
    """Time x person of one quantity; None where the arm does not have it."""
    if quantity not in arm.people:
        return None
    values = arm.people[quantity].transpose("time_h", "person").values
    return np.asarray(values, dtype=np.float64)


def outcomes(arm: ArmForecast, moderate_level: float) -> dict[str, Outcome]:
    """The outcomes of an arm by key; those whose quantity is absent are left out."""
    time_h = np.asarray(arm.people["time_h"].values, dtype=np.float64)
    found: list[Outcome] = []
    cows = person_values(arm, "cows")
    if cows is not None:
        level = f"{moderate_level:.0f}"
        found += [
            Outcome("cows_peak", "Peak COWS", "points", 1, cows.max(axis=0)),
            Outcome("cows_peak_day", "Peak reached after", "days", 1, time_of_peak(time_h, cows) / 24),
            Outcome(
                f"cows_hours_at_or_above_{level}",
                f"Time with COWS ≥ {level}",
                "h",
                0,
                hours_at_or_above(time_h, cows, moderate_level),
            ),
            Outcome("cows_area", "COWS area under the curve", "points × day", 1, area(time_h, cows) / 24),
        ]
    craving = person_values(arm, "craving")
    if craving is not None:
        length = time_h[-1] - time_h[0]
        mean = area(time_h, craving) / length if length > 0 else craving[0]
        found.append(Outcome("craving_mean", "Mean craving", "of 100", 0, mean))
    ventilation = person_values(arm, "ventilation")
    if ventilation is not None:
        lowest = ventilation.min(axis=0) * 100
        found.append(Outcome("ventilation_minimum", "Lowest breathing", "% of baseline", 0, lowest))
    return {outcome.key: outcome for outcome in found}


def difference(option: Outcome, reference: Outcome) -> Outcome:
    """The difference within each person, option minus the case as written.

    Raises
    ------
    ValueError
        When the two arms do not hold the same people.
    """
    if option.values.shape != reference.values.shape:
        raise ValueError(f"{option.key}: arms hold {option.values.size} and {reference.values.size} people")
    paired = option.values - reference.values
    return Outcome(option.key, option.title, option.unit, option.decimals, paired)


def share_reaching(arm: ArmForecast, quantity: str, level: float, since_h: float = 0.0) -> float | None:
    """The fraction of people who are at or above ``level`` at some time from ``since_h`` on."""
    values = person_values(arm, quantity)
    if values is None:
        return None
    ahead = values[since(arm.people["time_h"].values, since_h)]
    return float((ahead.max(axis=0) >= level).mean())


def presented(arms: Sequence[ArmForecast]) -> list[ArmForecast]:
    """The order of the report: the case as written, then standard treatments, then whatever was entered."""
    first, rest = arms[0], list(arms[1:])
    return [first, *sorted(rest, key=lambda arm: not arm.evidence_based)]


def relapse_spread(arm: ArmForecast) -> list[tuple[int, dict[str, float]]]:
    """Days after the start at which the former dose is taken, and the lowest ventilation (% of baseline)."""
    if arm.relapse is None:
        return []
    data = arm.relapse["ventilation_minimum"].transpose("day", "person")
    days = [int(d) for d in data["day"].values]
    values = np.asarray(data.values, dtype=np.float64) * 100
    return [(day, spread_of(row)) for day, row in zip(days, values, strict=True)]
