"""Rater and measurement noise: what one visit adds to the true value. Sizes are library data.

It matters where single visits are counted or spread is shown; the mean of many people is that of true values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.engine.quantities import SCALES, attributes
from ebbtide.library import Library

Array = NDArray[np.float64]
SIGNED = ("qtc_change",)
"""Quantities that may be below zero."""


@dataclass(frozen=True)
class Noise:
    """Sizes by quantity, and the stream that a visit's noise is drawn from."""

    visit: Mapping[str, float]
    """Standard deviation of a rating or measurement at one visit, in the unit of the quantity."""
    relative: Mapping[str, float]
    """Coefficient of variation of a laboratory value."""
    seed: int

    def seen(self, quantity: str, values: Array, people: NDArray[np.intp], arm: str, visit: float) -> Array:
        """``values`` of ``people`` as they are rated at ``visit`` (h); the same visit has the same noise."""
        size = self.visit.get(quantity)
        if not size:
            return values
        key = hashlib.sha256(f"{self.seed}/noise/{arm}/{quantity}/{visit:.4f}".encode()).digest()[:16]
        generator = np.random.Generator(np.random.Philox(key=int.from_bytes(key, "little")))
        drawn = generator.standard_normal(int(people.max()) + 1 if len(people) else 0)[people]
        noisy = values + size * drawn
        return noisy if quantity in SIGNED else np.clip(noisy, 0.0, SCALES.get(quantity))

    def told(self, quantity: str) -> str:
        """The size in words, or nothing."""
        size = self.visit.get(quantity)
        return f"{size:g} {attributes(quantity)['units']} a visit" if size else ""


def read_noise(library: Library, seed: int) -> Noise:
    """The noise of the library: in ``physiology/measurement.toml``, of liver tests in ``liver.toml``."""
    tables = library.physiology.get("measurement", {})
    labs = library.physiology.get("liver", {}).get("measurement", {})
    return Noise(
        visit={_quantity(name): number.value for name, number in tables.get("visit", {}).items()},
        relative={_quantity(name): number.value for name, number in tables.get("relative", {}).items()}
        | {f"liver.{name}": number.value for name, number in labs.items()},
        seed=seed,
    )


def _quantity(key: str) -> str:
    """The quantity of a key: ``sleep_total`` is ``sleep.total``, where there is such a quantity."""
    for start in ("sleep", "serum"):
        if key.startswith(f"{start}_"):
            return f"{start}.{key.removeprefix(f'{start}_')}"
    return key
