"""Draw the numbers of people: every parameter of the library, once for each person.

Two kinds of not knowing stay apart. ``between`` draws how people differ, ``uncertain`` draws how
little is known of the typical value. The stream of a parameter depends on the seed and the
parameter's name alone, so that the same person keeps the same numbers whatever else a case
holds and however many people are drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from ebbtide.library import Library, Parameter, numbers_of
from ebbtide.library.units import conversion, registry

Numbers = dict[str, NDArray[np.float64]]
"""Parameter name -> one number a person, in internal units (h, nmol, L, nM)."""

INTERNAL_UNITS = ("L", "L/h", "1/h", "h", "nmol/L", "g/mol", "kg", "dimensionless")


@dataclass(frozen=True)
class Spread:
    """Which of the two kinds of not knowing are drawn."""

    between: bool
    uncertain: bool

    @property
    def basis(self) -> str:
        """The name of the band that people drawn so give."""
        return "with_parameter_uncertainty" if self.uncertain else "between_person"


BLOCK = 1024
"""People whose numbers come from one generator: those of any block can be drawn alone."""
TYPICAL = Spread(between=False, uncertain=False)
BETWEEN_PERSON = Spread(between=True, uncertain=False)
WITH_UNCERTAINTY = Spread(between=True, uncertain=True)


def internal_value(parameter: Parameter) -> float:
    """The value in the internal unit of its kind; unlike kinds of unit keep their own."""
    return parameter.value * _internal_factor(parameter.unit)


@lru_cache(maxsize=256)
def _internal_factor(unit: str) -> float:
    dimension = registry().Unit(unit).dimensionality
    for internal in INTERNAL_UNITS:
        if registry().Unit(internal).dimensionality == dimension:
            return conversion(unit, internal)
    return 1.0


def _normals(seed: int, stream: str, people: int, first: int = 0) -> NDArray[np.float64]:
    """Of the people from number ``first`` on: nobody's depend on how many others are drawn."""
    parts = []
    for block in range(first // BLOCK, (first + people - 1) // BLOCK + 1):
        key = f"{seed}/{stream}/{block}" if block else f"{seed}/{stream}"
        digest = hashlib.sha256(key.encode()).digest()[:16]
        stop = min(first + people - block * BLOCK, BLOCK)
        generator = np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
        parts.append(generator.standard_normal(stop)[max(first - block * BLOCK, 0) :])
    return np.concatenate(parts)


def draw_parameter(
    name: str, parameter: Parameter, people: int, seed: int, spread: Spread, first: int = 0
) -> NDArray[np.float64]:
    """``people`` values of one parameter, from person number ``first`` on, in its internal unit."""
    value = internal_value(parameter)
    if parameter.shape == "bernoulli":
        return _who_has_it(name, parameter, people, seed, spread, first)
    deviation = np.zeros(people)
    for wanted, kind, cv in (
        (spread.between, "between", parameter.between_cv),
        (spread.uncertain, "uncertain", parameter.uncertainty_cv),
    ):
        if wanted and cv > 0:
            deviation += spread_on_scale(parameter, cv) * _normals(seed, f"{kind}/{name}", people, first)
    if parameter.shape == "normal":
        return np.asarray(value * (1.0 + deviation))
    if parameter.shape == "logitnormal":
        odds = value / (1.0 - value) * np.exp(deviation)
        return np.asarray(odds / (1.0 + odds))
    return np.asarray(value * np.exp(deviation))


def _who_has_it(
    name: str, parameter: Parameter, people: int, seed: int, spread: Spread, first: int = 0
) -> NDArray[np.float64]:
    if not spread.between:
        return np.zeros(people)
    share: Any = parameter.value
    if spread.uncertain and parameter.uncertainty_cv > 0:
        odds = (
            share / (1.0 - share) * np.exp(parameter.uncertainty_cv * _normals(seed, f"uncertain/{name}", 1))
        )
        share = float(odds[0] / (1.0 + odds[0]))
    return np.asarray(ndtr(_normals(seed, f"between/{name}", people, first)) < share, dtype=np.float64)


def spread_on_scale(parameter: Parameter, cv: float) -> float:
    """Standard deviation, where a number is drawn: of its logarithm, its log odds, or over its value."""
    if parameter.shape == "normal":
        return cv
    if parameter.shape == "logitnormal":
        return cv / (1.0 - parameter.value)
    return float(np.sqrt(np.log1p(cv**2)))


def draw_numbers(
    library: Library,
    compounds: Iterable[str],
    people: int,
    seed: int,
    spread: Spread,
    forms: Iterable[str] = (),
    first: int = 0,
) -> Numbers:
    """All numbers of the body and of ``compounds``, by name: ``mitragynine.disposition.volume``.

    Those of products in ``forms``, which are absorbed in their own way, are called
    ``product.<name>.absorption...``.
    """
    entries: dict[str, Any] = {**library.physiology, **{name: library.compounds[name] for name in compounds}}
    entries |= {f"product.{name}": {"absorption": library.products[name].absorption} for name in forms}
    return {
        f"{prefix}.{path}": draw_parameter(f"{prefix}.{path}", parameter, people, seed, spread, first)
        for prefix, entry in entries.items()
        for path, parameter in numbers_of(entry)
    }


def draw_product_factors(
    products: Mapping[str, Mapping[str, Parameter]], people: int, seed: int, spread: Spread, first: int = 0
) -> dict[tuple[str, str], NDArray[np.float64]]:
    """How much more or less of a compound than its typical content each person's product holds."""
    return {
        (product, compound): draw_parameter(
            f"product/{product}/{compound}", content, people, seed, spread, first
        )
        / internal_value(content)
        for product, contents in products.items()
        for compound, content in contents.items()
    }
