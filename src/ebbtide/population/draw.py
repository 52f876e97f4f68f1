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
    latent = draw_latent(name, parameter, people, seed, spread, first)
    return value_at(name, parameter, latent, seed, spread)


def draw_latent(
    name: str, parameter: Parameter, people: int, seed: int, spread: Spread, first: int = 0
) -> NDArray[np.float64]:
    """Where in its distribution each person's value lies: a standard normal number, 0 for the typical value.

    For one person, how people differ and how little is known of the typical value add up.
    """
    if parameter.shape == "bernoulli":
        return _normals(seed, f"between/{name}", people, first) if spread.between else np.zeros(people)
    latent = np.zeros(people)
    for kind, size in _sizes(parameter, spread).items():
        latent += size * _normals(seed, f"{kind}/{name}", people, first)
    return latent / (width(parameter, spread) or 1.0)


def value_at(
    name: str, parameter: Parameter, latent: NDArray[np.float64], seed: int, spread: Spread
) -> NDArray[np.float64]:
    """The values of one parameter at given places in its distribution, in its internal unit."""
    value = internal_value(parameter)
    if parameter.shape == "bernoulli":
        return _who_has_it(name, parameter, latent, seed, spread)
    deviation = width(parameter, spread) * latent
    if parameter.shape == "normal":
        return np.asarray(value * (1.0 + deviation))
    if parameter.shape == "logitnormal":
        odds = value / (1.0 - value) * np.exp(deviation)
        return np.asarray(odds / (1.0 + odds))
    return np.asarray(value * np.exp(deviation))


def width(parameter: Parameter, spread: Spread) -> float:
    """How far one standard normal unit moves a parameter on its own scale; 0 for one that is known."""
    return float(np.sqrt(sum(size**2 for size in _sizes(parameter, spread).values())))


def _sizes(parameter: Parameter, spread: Spread) -> dict[str, float]:
    """Width of each kind of not knowing that is wanted."""
    kinds = (
        (spread.between, "between", parameter.between_cv),
        (spread.uncertain, "uncertain", parameter.uncertainty_cv),
    )
    return {kind: spread_on_scale(parameter, cv) for wanted, kind, cv in kinds if wanted and cv > 0}


def _who_has_it(
    name: str, parameter: Parameter, latent: NDArray[np.float64], seed: int, spread: Spread
) -> NDArray[np.float64]:
    if not spread.between:
        return np.zeros(len(latent))
    share: Any = parameter.value
    if spread.uncertain and parameter.uncertainty_cv > 0:
        odds = (
            share / (1.0 - share) * np.exp(parameter.uncertainty_cv * _normals(seed, f"uncertain/{name}", 1))
        )
        share = float(odds[0] / (1.0 + odds[0]))
    return np.asarray(ndtr(latent) < share, dtype=np.float64)


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
    """All numbers of the body and of ``compounds``, by name: see :func:`parameters_of`."""
    return {
        name: draw_parameter(name, parameter, people, seed, spread, first)
        for name, parameter in parameters_of(library, compounds, forms).items()
    }


def parameters_of(
    library: Library, compounds: Iterable[str], forms: Iterable[str] = ()
) -> dict[str, Parameter]:
    """Every parameter of the body and of ``compounds``, by name: ``mitragynine.disposition.volume``.

    Those of products in ``forms``, which are absorbed in their own way, are called
    ``product.<name>.absorption...``.
    """
    entries: dict[str, Any] = {**library.physiology, **{name: library.compounds[name] for name in compounds}}
    entries |= {f"product.{name}": {"absorption": library.products[name].absorption} for name in forms}
    return {
        f"{prefix}.{path}": parameter
        for prefix, entry in entries.items()
        for path, parameter in numbers_of(entry)
    }


def draw_product_factors(
    products: Mapping[str, Mapping[str, Parameter]], people: int, seed: int, spread: Spread, first: int = 0
) -> dict[tuple[str, str], NDArray[np.float64]]:
    """How much more or less of a compound than its typical content each person's product holds."""
    return {
        (product, compound): draw_parameter(
            content_name(product, compound), content, people, seed, spread, first
        )
        / internal_value(content)
        for product, contents in products.items()
        for compound, content in contents.items()
    }


def content_name(product: str, compound: str) -> str:
    """The name that the content of a product is drawn under."""
    return f"product/{product}/{compound}"
