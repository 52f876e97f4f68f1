r"""Staying: hazards (per day) of returning to use and of leaving the programme.

.. math::
    \ln h = \ln h_0 + \ln f + b_c \frac{c}{100} + b_w \frac{W}{W + W_{50}} + b_s \max(0, n - s)
    - b_S S - b_B B + \sum_u q_u

with craving :math:`c` (0-100), COWS :math:`W`, hours of sleep :math:`s` missing from :math:`n`, the mu signal
:math:`S`, the block :math:`B` (receptors held without efficacy, of an antagonist nearly all) and supports
:math:`u`. The frailty :math:`f` of a person is shared by both hazards: those at high risk are the first to
go, which flattens the curves of a group. Linear in :math:`W`, the fit to relapse in the first week after
detoxification made the hazard of full withdrawal thousands a day. Both are hazards only: the person's state
does not change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Float

from .arrays import Numbers, Values
from .part import EVERY, Moment, Sensed
from .supports import effects, log_factor

HOURS_A_DAY = 24
CAUSES = ("craving", "withdrawal", "lost_sleep", "signal", "block")
PROTECTIVE = ("signal", "block")
EVENTS = ("return_to_use", "leave_programme")


class Hazard(NamedTuple):
    """One hazard: its level (per day) without any of the causes, and what they add to its logarithm."""

    level: Float[Values, " people"]
    slope: dict[str, Float[Values, " people"]]
    support: dict[str, Float[Values, " people"]]


class StayingNumbers(NamedTuple):
    """The numbers of a group of people."""

    sleep_need: Float[Values, " people"]
    half_withdrawal: Float[Values, " people"]
    """COWS at which withdrawal adds half of what it can."""
    hazards: tuple[Hazard, ...]


@dataclass(frozen=True)
class Staying:
    """See the module."""

    states: tuple[str, ...] = ()
    quantities: tuple[str, ...] = tuple(f"risk.{event}" for event in EVENTS)

    @property
    def order(self) -> tuple[slice, ...]:
        """No states."""
        return ()

    def prepare(self, numbers: Numbers) -> StayingNumbers:
        """Collect the numbers."""

        def hazard(event: str) -> Hazard:
            slope = {
                cause: -numbers[f"staying.{event}.{cause}"]
                if cause in PROTECTIVE
                else numbers[f"staying.{event}.{cause}"]
                for cause in CAUSES
            }
            level = HOURS_A_DAY * numbers[f"staying.{event}.baseline"] * numbers["staying.person.frailty"]
            return Hazard(level, slope, effects(numbers, event))

        return StayingNumbers(
            sleep_need=numbers["staying.person.sleep_need"],
            half_withdrawal=numbers["staying.person.half_withdrawal"],
            hazards=tuple(hazard(event) for event in EVENTS),
        )

    def target(
        self,
        own: Float[Values, "states people"],
        now: Sensed,
        numbers: StayingNumbers,
        group: slice = EVERY,
    ) -> Float[Values, "rows people"]:
        """It has no states."""
        return own

    def rates(self, numbers: StayingNumbers) -> Float[Values, "states people"]:
        """It has no states."""
        return jnp.zeros((0, *jnp.shape(numbers.sleep_need)))

    def observe(
        self,
        own: Float[Values, "states people"],
        now: Moment,
        seen: Mapping[str, Float[Values, " people"]],
        numbers: StayingNumbers,
    ) -> tuple[Float[Values, " people"], ...]:
        """Both hazards, per day."""
        cause = {
            "craving": seen["craving"] / 100,
            "withdrawal": seen["cows"] / (seen["cows"] + numbers.half_withdrawal),
            "lost_sleep": jnp.maximum(numbers.sleep_need - seen["sleep.total"], 0.0),
            "signal": now.signal,
            "block": jnp.maximum(now.binding.occupied - now.stimulus, 0.0),
        }

        def value(hazard: Hazard) -> Float[Values, " people"]:
            log = log_factor(hazard.support, now.support)
            for name, slope in hazard.slope.items():
                log = log + slope * cause[name]
            return hazard.level * jnp.exp(log)

        return tuple(value(hazard) for hazard in numbers.hazards)
