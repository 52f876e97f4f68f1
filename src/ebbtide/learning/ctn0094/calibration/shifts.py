"""The numbers of the body that are fitted, as shifts on the scale on which the library spreads them.

A shift of 0 is the library's value, and its prior is normal with the library's ``uncertainty_cv``: a shift of
the logarithm, of the log odds for shares. Shifts act on numbers that are ready for the engine, so that JAX
differentiates through them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ebbtide.library import Library, Parameter
from ebbtide.physiology.adaptation import PARTS
from ebbtide.physiology.arrays import Values
from ebbtide.physiology.body import BodyNumbers
from ebbtide.population import spread_on_scale

HALF_LIVES = tuple(f"adaptation.{part}.half_life" for part in PARTS)
SHARES = tuple(f"adaptation.{part}.share" for part in PARTS)
THRESHOLD = "withdrawal.drive.threshold"
REBOUND = "withdrawal.rebound.half_life"
SENSITIVITY = "withdrawal.person.sensitivity"
GAIN = "symptoms.rebound_gain"
STEEPNESS = "symptoms.steepness"
NAMES = (*HALF_LIVES, *SHARES, THRESHOLD, REBOUND, SENSITIVITY, GAIN, STEEPNESS)
"""In this order in every vector of shifts. The last two are factors of several numbers at once."""
PERSON = ("sensitivity", "adaptation")
"""What differs between people besides the tendency to report: both are directions in the space of shifts."""


def person_directions() -> Float[NDArray[np.float64], "person shifts"]:
    """A more sensitive person has symptoms at less drive; a faster one forgets all of adaptation sooner."""
    result = np.zeros((len(PERSON), len(NAMES)))
    result[0, NAMES.index(SENSITIVITY)] = -1.0
    result[1, [NAMES.index(name) for name in HALF_LIVES]] = -1.0
    return result


def shifted(
    numbers: BodyNumbers,
    shifts: Float[Values, " shifts"],
    shares: Sequence[float],
) -> BodyNumbers:
    """Numbers of the body with all shifts.

    Parameters
    ----------
    shares
        The library's shares of adaptation, before they are brought to sum to 1.
    """
    by = dict(zip(NAMES, shifts, strict=True))
    half_life = jnp.stack([by[name] for name in HALF_LIVES])[:, None]
    odds = jnp.stack([s / (1.0 - s) * jnp.exp(by[name]) for s, name in zip(shares, SHARES, strict=True)])
    share = odds / (1.0 + odds)
    old = numbers.withdrawal
    return numbers._replace(
        adaptation=numbers.adaptation._replace(
            rate=numbers.adaptation.rate * jnp.exp(-half_life),
            share=jnp.broadcast_to((share / share.sum())[:, None], numbers.adaptation.share.shape),
        ),
        withdrawal=old._replace(
            threshold=old.threshold * jnp.exp(by[THRESHOLD]),
            rebound_rate=old.rebound_rate * jnp.exp(-by[REBOUND]),
            rebound_gain=old.rebound_gain * jnp.exp(by[GAIN]),
            steepness=old.steepness * jnp.exp(by[STEEPNESS]),
            log_half_effect=old.log_half_effect + by[SENSITIVITY],
        ),
    )


def of_numbers(library: Library) -> dict[str, tuple[Parameter, ...]]:
    """The library's numbers that each shift moves."""
    physiology = library.physiology
    every = [*physiology["symptoms"].values(), physiology["craving"]["craving"]]
    found = {name: (_at(physiology, name),) for name in NAMES if name not in (GAIN, STEEPNESS)}
    return found | {
        GAIN: tuple(entry["rebound_gain"] for entry in every),
        STEEPNESS: tuple(entry["steepness"] for entry in every),
    }


def prior_sd(library: Library) -> Float[NDArray[np.float64], " shifts"]:
    """Standard deviations of the priors; a factor of several numbers has that of the first of them."""
    numbers = of_numbers(library)
    return np.array([spread_on_scale(numbers[name][0], numbers[name][0].uncertainty_cv) for name in NAMES])


def moved(parameter: Parameter, shift: float) -> float:
    """The value of a number after a shift, in its own unit."""
    if parameter.shape == "logitnormal":
        odds = parameter.value / (1.0 - parameter.value) * np.exp(shift)
        return float(odds / (1.0 + odds))
    return float(parameter.value * np.exp(shift))


def library_shares(library: Library) -> tuple[float, ...]:
    """The shares of adaptation as the library holds them."""
    return tuple(float(_at(library.physiology, name).value) for name in SHARES)


def _at(physiology: Mapping[str, object], name: str) -> Parameter:
    entry: object = physiology
    for part in name.split("."):
        assert isinstance(entry, Mapping)
        entry = entry[part]
    assert isinstance(entry, Parameter)
    return entry
