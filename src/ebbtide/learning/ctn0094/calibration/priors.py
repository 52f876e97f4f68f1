"""Priors of the fit: each number a standard normal one, moved and stretched, some through an exponential.

Numbers of the body have the library's values and uncertainty; how courses become ratings in these trials
is in ``library/ctn0094/calibration.toml``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ebbtide.library import Library, Parameter
from ebbtide.physiology.arrays import Values
from ebbtide.population import spread_on_scale

from ..tables import SHIPPED
from .courses import natural_maximum
from .shifts import NAMES, prior_sd

SCALES = ("cows", "sows")
CUTS = ("mild", "moderate", "severe")
STEPS = ("mild", "to_moderate", "to_severe")
"""Log odds of the first cut, then distances."""
LEAVING = ("level", "by_tendency", "by_severity")
FOLLOWED = (30, 51)
"""Trials in which people were rated again and again."""
PERSON = ("sensitivity", "adaptation")
PROTOCOL = ("cows.waited", "sows.waited", "induced")
"""Rules of the trials: :mod:`.protocol`."""


class Reporting(NamedTuple):
    """How courses become ratings; log odds are of a scale's points over the points that are left."""

    cuts: Float[Values, "scales cuts"]
    """Log odds between ratings 0, 1, 2 and 3."""
    noise: Float[Values, " scales"]
    """Scale of the logistic spread from visit to visit."""
    background: Float[Values, " scales"]
    """Log odds without withdrawal."""
    tendency: Float[Values, " scales"]
    """Standard deviation between people."""
    person: Float[Values, " person"]
    """The same of sensitivity and of the rate of adaptation (logarithms)."""
    waited: Float[Values, " scales"]
    """Log odds that a first dose of an agonist was held back until the first cut was passed."""
    induced: Float[Values, ""]
    """What people who got through detoxification tell more, on the scale of the log odds."""
    leaving: Float[Values, "trials leaving"]
    """Of the log odds that a rating is the last: level, slope on tendency (in its SD) and on log odds."""


@dataclass(frozen=True)
class Prior:
    """One number of the fit."""

    name: str
    centre: float
    sd: float
    exponential: bool = False

    def value(self, standard: Values) -> Values:
        """From a standard normal number."""
        moved = self.centre + self.sd * standard
        return jnp.exp(moved) if self.exponential else moved


@lru_cache(maxsize=1)
def settings() -> dict[str, Any]:
    """What ``calibration.toml`` holds, numbers as parameters."""
    raw = tomllib.loads((SHIPPED / "calibration.toml").read_text(encoding="utf-8"))

    def read(entry: Any) -> Any:
        if isinstance(entry, dict):
            return (
                Parameter.model_validate(entry)
                if "value" in entry
                else {k: read(v) for k, v in entry.items()}
            )
        return entry

    return {str(name): read(entry) for name, entry in raw.items()}


def log_odds(points: float, most: float) -> float:
    """Of points over those that are left."""
    return float(np.log(points / (most - points)))


@dataclass(frozen=True)
class Priors:
    """All of them: first the shifts of the body's numbers, then the rest."""

    all: tuple[Prior, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """A name each."""
        return tuple(prior.name for prior in self.all)

    def shifts(self, standard: Float[Values, " numbers"]) -> Float[Values, " shifts"]:
        """Shifts of the body's numbers."""
        return jnp.stack([p.value(u) for p, u in zip(self.all[: len(NAMES)], standard, strict=False)])

    def reporting(self, standard: Float[Values, " numbers"]) -> Reporting:
        """The rest."""
        by = {p.name: p.value(u) for p, u in zip(self.all, standard, strict=True)}

        def each(what: str) -> Values:
            return jnp.stack([by[f"{scale}.{what}"] for scale in SCALES])

        steps = jnp.stack([each(step) for step in STEPS], axis=1)
        return Reporting(
            cuts=jnp.cumsum(steps, axis=1),
            noise=each("noise"),
            background=each("background"),
            tendency=each("tendency"),
            person=jnp.stack([by[f"person.{name}"] for name in PERSON]),
            waited=jnp.stack([by[f"protocol.{scale}.waited"] for scale in SCALES]),
            induced=by["protocol.induced"],
            leaving=jnp.stack([jnp.stack([by[f"leaving.{t}.{n}"] for n in LEAVING]) for t in FOLLOWED]),
        )


def priors(library: Library) -> Priors:
    """Those of the library."""
    found = [Prior(name, 0.0, float(sd)) for name, sd in zip(NAMES, prior_sd(library), strict=True)]
    given = settings()
    for scale in SCALES:
        own, most = given[scale], natural_maximum(library, scale)
        odds = [log_odds(own[cut].value, most) for cut in CUTS]
        spread = [spread_on_scale(own[cut], own[cut].uncertainty_cv) for cut in CUTS]
        found.append(Prior(f"{scale}.{STEPS[0]}", odds[0], spread[0]))
        # later cuts by their distance from the one before, so that they stay in order
        for i in (1, 2):
            distance = odds[i] - odds[i - 1]
            found.append(Prior(f"{scale}.{STEPS[i]}", float(np.log(distance)), spread[i] / distance, True))
        points = own["background"]
        found.append(
            Prior(
                f"{scale}.background",
                log_odds(points.value, most),
                spread_on_scale(points, points.uncertainty_cv),
            )
        )
        found += [_positive(f"{scale}.{name}", own[name]) for name in ("noise", "tendency")]
    found += [_positive(f"person.{name}", given["person"][name]) for name in PERSON]
    rules = given["protocol"]
    for name in PROTOCOL:
        rule = name.rpartition(".")[2]
        found.append(Prior(f"protocol.{name}", rules[rule].value, rules[f"{rule}_sd"].value))
    leaving = given["leaving"]
    slope = leaving["slope_sd"].value
    for trial in FOLLOWED:
        level = leaving["level"]
        found.append(
            Prior(
                f"leaving.{trial}.level",
                level.value,
                abs(level.value) * spread_on_scale(level, level.uncertainty_cv),
            )
        )
        found += [Prior(f"leaving.{trial}.{name}", leaving[name].value, slope) for name in LEAVING[1:]]
    return Priors(tuple(found))


def _positive(name: str, number: Parameter) -> Prior:
    return Prior(name, float(np.log(number.value)), spread_on_scale(number, number.uncertainty_cv), True)
