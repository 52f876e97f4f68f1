"""An arm that is followed: people weighted by how well they fit what was observed in the real ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ebbtide.case import Observation
from ebbtide.library import InputError, Library

from .course import Course
from .noise import Noise

Array = NDArray[np.float64]
LABS = {
    "ALT": "liver.alt", "AST": "liver.ast", "ALP": "liver.alp", "bilirubin": "liver.bilirubin",
    "magnesium": "serum.magnesium",
}  # fmt: skip
PLASMA = "plasma"
ALLOWED = "a scale, a lab or a quantity that is simulated"
LOWEST = 1e-9
FEW = 20.0
"""A smaller effective number of people is worth a warning."""


def quantity_of(observation: Observation, library: Library, where: str) -> str:
    """The simulated quantity that an observation is of.

    Raises
    ------
    InputError
        Where there is none, or the observation has no number.
    """
    name = observation.name
    if observation.kind == "scale":
        name = library.scale(name, where).quantity
    elif observation.kind == "lab":
        name = LABS.get(name, name if name.startswith(f"{PLASMA}.") else "")
    elif observation.kind != "quantity":
        name = ""
    if not name or (observation.value is None and observation.low is None):
        raise InputError("cannot weight people by it", where=where, value=observation.name, allowed=ALLOWED)
    return name


def weights(
    course: Course, observations: Sequence[tuple[str, Observation]], noise: Noise, where: str
) -> Array:
    """Likelihood of the observations for each person, the largest 1.

    Raises
    ------
    InputError
        When an observation is of something whose noise the library does not know.
    """
    log = np.zeros(len(course.people))
    for quantity, seen in observations:
        values = course.at(quantity, seen.time_h)
        kind = PLASMA if quantity.startswith(f"{PLASMA}.") else quantity
        if seen.value is None:
            # a severity: as far outside its range as the total is
            sd = _known(noise.visit, quantity, where)
            low, high = seen.low or 0.0, np.inf if seen.high is None else seen.high
            log -= 0.5 * ((values - np.clip(values, low, high)) / sd) ** 2
        elif kind in noise.relative:
            cv = _known(noise.relative, kind, where)
            spread = np.sqrt(np.log1p(cv**2))
            ratio = np.maximum(values, LOWEST) / max(float(seen.value), LOWEST)
            log -= 0.5 * (np.log(ratio) / spread) ** 2
        else:
            log -= 0.5 * ((values - seen.value) / _known(noise.visit, quantity, where)) ** 2
    return np.asarray(np.exp(log - log.max()))


def effective(weight: Array) -> float:
    """Effective number of people (Kish): as many equally weighted ones would tell as much."""
    total = float(np.sum(weight**2))
    return float(np.sum(weight)) ** 2 / total if total > 0 else 0.0


def _known(sizes: Mapping[str, float], quantity: str, where: str) -> float:
    size = sizes.get(quantity)
    if not size:
        raise InputError("the noise of it is not known", where=where, value=quantity)
    return float(size)
