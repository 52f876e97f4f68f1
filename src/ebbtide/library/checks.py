"""What holds between the entries of a library: names that are referred to exist, sources are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .errors import InputError, unknown_name
from .parameter import numbers_of
from .schema import Absorption, Compound, Product

if TYPE_CHECKING:
    from .loader import Library


SWALLOWED_FROM = ("sublingual", "buccal", "intranasal")


def check_references(library: Library) -> None:
    """Raise :class:`InputError` for the first reference to an entry that does not exist."""
    _check_sources(library)
    _check_metabolites(library)
    for compound in library.compounds.values():
        where = f"compounds/{compound.name}"
        if compound.name in library.physiology:
            raise InputError("a part of the body has this name", where=f"{where}: name", value=compound.name)
        for route, absorption in compound.absorption.items():
            _check_absorption(absorption, route, compound, f"{where}: absorption.{route}")
    symptoms = [*library.physiology["symptoms"], "craving"]
    for scale in library.scales.values():
        for item in scale.items:
            for symptom in item.symptoms:
                if symptom not in symptoms:
                    raise unknown_name("symptom", symptom, symptoms, f"scales/{scale.name}: {item.key}")
    for product in library.products.values():
        _check_product(product, library)


def _check_absorption(absorption: Absorption, route: str, compound: Compound, where: str) -> None:
    if route != "intravenous" and absorption.rate is None and not absorption.parts:
        raise InputError("key is missing", where=f"{where}.rate")
    if absorption.swallowed is None:
        return
    if route not in SWALLOWED_FROM:
        raise InputError(
            "nothing is swallowed by this route", where=where, value=route, allowed=", ".join(SWALLOWED_FROM)
        )
    oral = compound.absorption.get("oral")
    if oral is None or oral.bioavailability is None:
        raise InputError(
            f'"{compound.name}" has no bioavailability by mouth, which is needed here',
            where=f"{where}.swallowed",
        )
    swallowed = absorption.swallowed.value * oral.bioavailability.value
    if absorption.bioavailability is not None and swallowed > absorption.bioavailability.value + 1e-9:
        raise InputError(
            "more arrives of what is swallowed than in all",
            where=f"{where}.swallowed",
            value=f"{swallowed:.3g}",
            allowed=f"at most the bioavailability, {absorption.bioavailability.value:.3g}",
        )


def _check_sources(library: Library) -> None:
    groups: dict[str, Mapping[str, Any]] = {
        "compounds": library.compounds,
        "products": library.products,
        "physiology": library.physiology,
        "safety": library.safety,
    }
    for kind, table in groups.items():
        for name, entry in table.items():
            for path, number in numbers_of(entry):
                if number.source not in library.sources:
                    raise unknown_name(
                        "source", number.source, library.sources, f"{kind}/{name}: {path}.source"
                    )
    for scale in library.scales.values():
        for source in scale.sources:
            if source not in library.sources:
                raise unknown_name("source", source, library.sources, f"scales/{scale.name}")


def _check_metabolites(library: Library) -> None:
    """Metabolites exist under their own names, have kinetics of their own, and form no circle."""
    for compound in library.compounds.values():
        where = f"compounds/{compound.name}: metabolites"
        for formed in compound.metabolites:
            if formed.compound not in library.compounds:
                raise unknown_name("compound", formed.compound, library.compounds, where)
            if library.compounds[formed.compound].disposition is None:
                raise InputError("a metabolite needs a disposition", where=where, value=formed.compound)
        reached: set[str] = set()
        todo = [m.compound for m in compound.metabolites]
        while todo:
            name = todo.pop()
            if name == compound.name:
                raise InputError("metabolites form a circle", where=where, value=compound.name)
            if name not in reached:
                reached.add(name)
                found = library.compounds.get(name)
                todo += [m.compound for m in found.metabolites] if found else []


def _check_product(product: Product, library: Library) -> None:
    where = f"products/{product.name}"
    for content in product.contents:
        compound = library.compound(content.compound, f"{where}: contents")
        if compound.disposition is None or compound.name in product.absorption:
            continue
        if product.route not in compound.absorption:
            raise InputError(
                f'"{compound.name}" has no absorption by the route of this product',
                where=f"{where}: route",
                value=product.route,
                allowed=", ".join(compound.absorption),
            )
    library.compound(product.active, f"{where}: active")
    for name, absorption in product.absorption.items():
        place = f"{where}: absorption.{name}"
        if name not in {library.compound(c.compound).name for c in product.contents}:
            raise InputError("the product does not hold it", where=place)
        _check_absorption(absorption, product.route, library.compound(name), place)
