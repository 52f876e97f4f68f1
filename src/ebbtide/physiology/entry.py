"""How doses enter: the way in of a compound by a route, or by a product that is absorbed in its own way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ebbtide.library import Library, Parameter
from ebbtide.library.schema import Absorption

Array = NDArray[np.float64]
Input = tuple[str, str, str]
"""Compound, route, and the product where that is absorbed in its own way, else ``""``."""


@dataclass(frozen=True)
class Depot:
    """One depot of a way in: ``share`` of the dose goes into it, ``lag_h`` later."""

    role: str
    """Of the state that absorption starts from."""
    release: str
    """Of the state that a dose is put into: the same, or one before it."""
    rate: str
    """Name of its absorption rate."""
    release_rate: str
    share: str
    """Name of the number, or ``""`` for all."""
    lag_h: float


def absorption_of(library: Library, entry: Input) -> tuple[Absorption, str]:
    """What the library says of a way in, and the prefix of its numbers."""
    compound, route, form = entry
    if form:
        return library.products[form].absorption[compound], f"product.{form}.absorption.{compound}"
    return library.compounds[compound].absorption[route], f"{compound}.absorption.{route}"  # type: ignore[index]


def form_of(library: Library, product: str, compound: str, route: str) -> str:
    """``product`` where it says how it is absorbed by its own route, else ``""``."""
    entry = library.products.get(product)
    return product if entry is not None and route == entry.route and compound in entry.absorption else ""


def depots(library: Library, entry: Input) -> Iterator[Depot]:
    """The depots of a way in, none for a vein."""
    _, route, form = entry
    if route == "intravenous":
        return
    absorption, prefix = absorption_of(library, entry)
    place = f"{route}:{form}" if form else route
    if not absorption.parts:
        yield _depot(place, prefix, "", absorption.release_rate is not None, absorption.lag)
    for index, part in enumerate(absorption.parts):
        own = f"{prefix}.parts[{index}]"
        yield _depot(f"{place}#{index}", own, f"{own}.share", part.release_rate is not None, part.lag)


def _depot(place: str, prefix: str, share: str, released: bool, lag: Parameter | None) -> Depot:
    role = f"depot:{place}"
    return Depot(
        role=role,
        release=f"release:{place}" if released else role,
        rate=f"{prefix}.rate",
        release_rate=f"{prefix}.release_rate" if released else "",
        share=share,
        lag_h=0.0 if lag is None else lag.to("h"),
    )


def swallowed_name(library: Library, entry: Input) -> str:
    """Name of the share of a dose by ``entry`` that goes down by mouth, ``""`` where none does."""
    if entry[1] in ("intravenous", "oral"):
        return ""
    absorption, prefix = absorption_of(library, entry)
    return f"{prefix}.swallowed" if absorption.swallowed is not None else ""


def by_mouth(entry: Input) -> Input:
    """The way of what is swallowed of a dose by ``entry``."""
    return (entry[0], "oral", "")


def bioavailability(
    library: Library, numbers: Mapping[str, Array], entry: Input, dose_mg: float | None = None
) -> Array:
    """Fraction of a dose that reaches the circulation unchanged with normal enzymes, ``(people,)``.

    What is swallowed of a dose under the tongue counts.
    """
    absorption, prefix = absorption_of(library, entry)
    if absorption.dose_dependence is None:
        return numbers[f"{prefix}.bioavailability"]
    prefix += ".dose_dependence"
    decades = np.log10(dose_mg) if dose_mg else 0.0
    straight = numbers[f"{prefix}.at_1_mg"] + numbers[f"{prefix}.per_decade"] * decades
    return np.clip(straight, numbers[f"{prefix}.lowest"], 1.0)


def own_bioavailability(
    library: Library, numbers: Mapping[str, Array], entry: Input, dose_mg: float | None = None
) -> Array:
    """The part of :func:`bioavailability` that does not come by way of the mouth."""
    whole = bioavailability(library, numbers, entry, dose_mg)
    share = swallowed_name(library, entry)
    if not share:
        return whole
    return np.maximum(whole - numbers[share] * bioavailability(library, numbers, by_mouth(entry)), 0.0)
