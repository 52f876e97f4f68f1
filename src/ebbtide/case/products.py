"""Products of the case's own: a lot of a library product with its assay and contaminants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ebbtide.library import InputError, Library, Medicine, Parameter, Product, unknown_name
from ebbtide.library.lazy import synonyms_of
from ebbtide.library.schema import Content

from .amounts import CONTENT_UNITS, content_like
from .model import CaseProduct, Quantity
from .quantities import in_unit, read_quantity
from .schema import RawProduct
from .telling import shown_key

_EXAMPLE = '"15.3 mg/g", "1.2 %", "0.26 mg/mL", "7 mg/tablet"'
_CONTAMINANT_EXAMPLE = '"0.8 ug/g", "1.2 ppm", "5 ug/tablet"'


def read_product(raw: RawProduct, library: Library, where: str) -> CaseProduct:
    """A product from its table.

    An assay replaces the contents of the base as a whole: a compound of the base that was not
    assayed is unknown in this lot and left out (see :func:`not_assayed`).

    Raises
    ------
    InputError
        For an unknown base or compound, an id that the library already uses, a content of an
        impossible size or unit, or a compound that the base's route has no absorption for.
    """
    if raw.id in library.products or raw.id in synonyms_of(library.products):
        raise InputError("the library already has a product of this name", where=f"{where}.id", value=raw.id)
    base = library.product(raw.base, f"{where}.base")
    assay = {} if raw.assay is None else _read_assay(raw.assay, base, library, f"{where}.assay")
    contents = tuple(_content(name, content, raw.id) for name, content in assay.items()) or base.contents
    title = raw.title or f"{base.title}, {raw.id}"
    return CaseProduct(
        id=raw.id,
        base=base.name,
        product=base.model_copy(
            update={"name": raw.id, "title": title, "synonyms": (), "contents": contents}
        ),
        assay=assay,
        contaminants={
            name: _read_content(value, f"{where}.contaminants.{shown_key(name)}", _CONTAMINANT_EXAMPLE)
            for name, value in raw.contaminants.items()
        },
    )


def not_assayed(product: CaseProduct, library: Library) -> tuple[str, ...]:
    """Compounds of the base that the assay says nothing about."""
    if not product.assay:
        return ()
    base = library.products[product.base]
    names = (library.compound(content.compound).name for content in base.contents)
    return tuple(name for name in names if name not in product.assay)


def find_product(name: str, own: Mapping[str, CaseProduct], library: Library, where: str) -> Product:
    """The product called ``name``, of the case or the library; :class:`InputError` names the nearest."""
    if name in own:
        return own[name].product
    try:
        return library.product(name, where)
    except InputError as error:
        known = [*own, *_names(library.products.values()), *library.medicines.names]
        raise unknown_name("product", name, known, where) from error


def find_medicines(name: str, own: Mapping[str, CaseProduct], library: Library) -> tuple[Medicine, ...]:
    """The medicines known only by name that ``name`` means; none where it is a product."""
    if name in own or name in library.products or name in synonyms_of(library.products):
        return ()
    return library.medicines.find(name)


def _names(products: Iterable[Product]) -> list[str]:
    return [name for product in products for name in (product.name, *product.synonyms)]


def _read_assay(
    raw: Mapping[str, object], base: Product, library: Library, where: str
) -> dict[str, Quantity]:
    if not raw:
        raise InputError("an assay names at least one compound", where=where)
    assay: dict[str, Quantity] = {}
    for written, value in raw.items():
        key = f"{where}.{shown_key(written)}"
        compound = library.compound(written, key)
        if compound.name in assay:
            raise InputError(f'"{compound.name}" is given twice', where=key)
        if compound.disposition is not None and base.route not in compound.absorption:
            raise InputError(
                f'"{compound.name}" has no absorption by the route of "{base.name}"',
                where=key,
                value=base.route,
                allowed=", ".join(compound.absorption),
            )
        assay[compound.name] = _read_content(value, key, _EXAMPLE)
    by_mass = sum(in_unit(c, "mg/g", where) for c in assay.values() if content_like(c.unit) == "mg/g")
    if by_mass > 1000:
        raise InputError(
            "the assay sums to more than the product itself", where=where, value=f"{by_mass:g} mg/g"
        )
    return assay


def _read_content(value: object, where: str, example: str) -> Quantity:
    content = read_quantity(value, where, example)
    if content.value < 0:
        raise InputError("a content is not negative", where=where, value=value)
    like = content_like(content.unit)
    if like is None:
        raise InputError(
            "not a content", where=where, value=value, allowed="a unit like " + ", ".join(CONTENT_UNITS)
        )
    if like == "mg/g" and in_unit(content, "mg/g", where) > 1000:
        raise InputError(
            "a product cannot hold more than its own mass", where=where, value=value, allowed="0 to 1000 mg/g"
        )
    return content


def _content(compound: str, content: Quantity, lot: str) -> Content:
    amount = Parameter(value=content.value, unit=content.unit, source=f"assay of {lot}", basis="measured")
    return Content(compound=compound, amount=amount)
