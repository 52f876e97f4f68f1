"""Products of the case's own: a lot of a library product with its assay, label and contaminants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ebbtide.library import Compound, InputError, Library, Medicine, Parameter, Product, unknown_name
from ebbtide.library.lazy import synonyms_of
from ebbtide.library.scales import folded
from ebbtide.library.schema import Content
from ebbtide.library.tables import words

from .amounts import CONTENT_UNITS, content_like
from .certificates import Certificate, Result, read_certificate
from .model import CaseProduct, Measured, Quantity
from .quantities import in_unit, read_quantity
from .results import is_count, read_result
from .schema import RawProduct
from .telling import shown_key

_EXAMPLE = '"15.3 mg/g", "1.2 %", "0.26 mg/mL", "7 mg/tablet"'
PLANT_ALKALOID = "kratom_alkaloid"
"""Class of the compounds that belong to a plant product even where its contents do not name them."""


@dataclass
class _Lot:
    """What is known of a lot so far, by compound or analyte."""

    base: Product
    library: Library
    assay: dict[str, Quantity] = field(default_factory=dict)
    bounds: dict[str, Measured] = field(default_factory=dict)
    contaminants: dict[str, Measured] = field(default_factory=dict)

    def taken(self, name: str) -> bool:
        return name in self.assay or name in self.bounds or name in self.contaminants


def read_product(raw: RawProduct, library: Library, where: str, folder: Path | None = None) -> CaseProduct:
    """A product from its table.

    An assay replaces the contents of the base as a whole: a compound of the base that was not
    assayed is unknown in this lot and left out (see :func:`not_assayed`).

    Parameters
    ----------
    raw
        The table.
    library
        For the base, its compounds and the names of analytes.
    where
        File and key, for errors.
    folder
        The folder of the case file, from which ``coa`` is found; None for a case that is in no file.

    Raises
    ------
    InputError
        For an unknown base or compound, an id that the library already uses, a content of an
        impossible size or unit, a compound that the base's route has no absorption for, a result
        that is given twice, or a certificate that cannot be read.
    """
    if raw.id in library.products or raw.id in synonyms_of(library.products):
        raise InputError("the library already has a product of this name", where=f"{where}.id", value=raw.id)
    base = library.product(raw.base, f"{where}.base")
    lot = _Lot(base, library)
    certificate = None
    if raw.coa is not None:
        certificate = _read_coa(raw.coa, folder, f"{where}.coa")
        _add_certificate(lot, certificate)
    if raw.assay is not None:
        _add_assay(lot, raw.assay, f"{where}.assay")
    for written, value in raw.contaminants.items():
        key = f"{where}.contaminants.{shown_key(written)}"
        name = analyte_name(written, library)
        if lot.taken(name):
            raise InputError(f'"{name}" is given twice', where=key)
        lot.contaminants[name] = _checked(read_result(value, key), key)
    _check_sum(lot.assay, where)
    contents = tuple(_content(name, content, raw.id) for name, content in lot.assay.items()) or base.contents
    title = raw.title or f"{base.title}, {raw.id}"
    return CaseProduct(
        id=raw.id,
        base=base.name,
        product=base.model_copy(
            update={"name": raw.id, "title": title, "synonyms": (), "contents": contents}
        ),
        assay=lot.assay,
        contaminants=lot.contaminants,
        bounds=lot.bounds,
        label=_read_label(raw.label, library, f"{where}.label"),
        certificate=None if certificate is None else {**certificate.about, "file": certificate.file},
    )


def not_assayed(product: CaseProduct, library: Library) -> tuple[str, ...]:
    """Compounds of the base that the assay says nothing about."""
    if not product.assay:
        return ()
    base = library.products[product.base]
    names = (library.compound(content.compound).name for content in base.contents)
    return tuple(name for name in names if name not in product.assay and name not in product.bounds)


def find_product(name: str, own: Mapping[str, CaseProduct], library: Library, where: str) -> Product:
    """The product called ``name``, of the case or the library; :class:`InputError` names the nearest."""
    if name in own:
        return own[name].product
    try:
        return library.product(name, where)
    except InputError as error:
        known = [*own, *library.products, *synonyms_of(library.products), *library.medicines.names]
        raise unknown_name("product", name, known, where) from error


def find_medicines(name: str, own: Mapping[str, CaseProduct], library: Library) -> tuple[Medicine, ...]:
    """The medicines known only by name that ``name`` means; none where it is a product."""
    if name in own or name in library.products or name in synonyms_of(library.products):
        return ()
    return library.medicines.find(name)


def analyte_name(written: str, library: Library) -> str:
    """The name of an analyte in the library's table, or ``written`` where it is not in there."""
    spelled = folded(written)
    for row in library.tables.get("analytes", ()):
        if spelled in {folded(word) for word in (row["id"], row["title"], *words(row["synonyms"]))}:
            return row["id"]
    return written.strip()


def _read_coa(file: str, folder: Path | None, where: str) -> Certificate:
    if folder is None:
        raise InputError("a certificate needs a case that is in a file", where=where, value=file)
    return read_certificate(folder / file, where)


def _add_certificate(lot: _Lot, certificate: Certificate) -> None:
    """Each result where it belongs: the plant's and the base's compounds are contents, all else is not."""
    for result in certificate.results:
        measured = _per_amount(
            read_result(result.text, result.where, result.unit, result.bound), certificate, result
        )
        compound = _compound(result.analyte, lot.library)
        if compound is not None and _is_content(compound, lot):
            name = compound.name
        else:
            compound, name = None, analyte_name(result.analyte, lot.library)
        if lot.taken(name):
            raise InputError(f'"{name}" is given twice', where=result.where)
        if compound is None:
            lot.contaminants[name] = _checked(measured, result.where)
        else:
            _add_content(lot, name, measured, result.where)


def _per_amount(measured: Measured, certificate: Certificate, result: Result) -> Measured:
    """A result per serving as one per gram or per tablet, by the size of the serving."""
    if measured.value is None or not measured.unit.endswith("/serving"):
        return measured
    serving = certificate.about.get("serving")
    if serving is None:
        raise InputError(
            "a result per serving needs the size of the serving",
            where=result.where,
            value=result.text,
            allowed='serving = "2 g"',
        )
    size = read_quantity(serving, f"{certificate.file or result.where}: serving", '"2 g"')
    if size.value <= 0:
        raise InputError("a serving is more than nothing", where=result.where, value=serving)
    unit = f"{measured.unit.removesuffix('/serving')}/{size.unit}"
    return Measured(measured.kind, measured.value / size.value, unit, measured.sample, measured.text)


def _compound(written: str, library: Library) -> Compound | None:
    """The compound that a certificate means, however it spells it."""
    names = {folded(name): name for name in library.compounds}
    names |= {folded(synonym): name for synonym, name in synonyms_of(library.compounds).items()}
    for spelled in (folded(written), folded(written.partition("(")[0])):
        if spelled in names:
            return library.compounds[names[spelled]]
    return None


def _is_content(compound: Compound, lot: _Lot) -> bool:
    named = {lot.library.compound(c.compound).name for c in lot.base.contents}
    plant = any(PLANT_ALKALOID in lot.library.compounds[name].classes for name in named)
    if compound.name not in named and not (plant and PLANT_ALKALOID in compound.classes):
        return False
    return compound.disposition is None or lot.base.route in compound.absorption


def _add_assay(lot: _Lot, raw: Mapping[str, object], where: str) -> None:
    if not raw:
        raise InputError("an assay names at least one compound", where=where)
    for written, value in raw.items():
        key = f"{where}.{shown_key(written)}"
        compound = lot.library.compound(written, key)
        if lot.taken(compound.name):
            raise InputError(f'"{compound.name}" is given twice', where=key)
        if compound.disposition is not None and lot.base.route not in compound.absorption:
            raise InputError(
                f'"{compound.name}" has no absorption by the route of "{lot.base.name}"',
                where=key,
                value=lot.base.route,
                allowed=", ".join(compound.absorption),
            )
        _add_content(lot, compound.name, read_result(value, key), key)


def _add_content(lot: _Lot, name: str, measured: Measured, where: str) -> None:
    if measured.kind == "value" and measured.value is not None:
        content = Quantity(measured.value, measured.unit)
        _check_content(content, measured.text, where)
        lot.assay[name] = content
    else:
        lot.bounds[name] = _checked(measured, where)


def _checked(measured: Measured, where: str) -> Measured:
    if measured.value is not None:
        quantity = Quantity(measured.value, measured.unit)
        if not is_count(quantity):
            _check_content(quantity, measured.text, where, counted=True)
    return measured


def _check_content(content: Quantity, written: str, where: str, *, counted: bool = False) -> None:
    like = content_like(content.unit)
    if like is None:
        allowed = "a unit like " + ", ".join((*CONTENT_UNITS, "CFU/g") if counted else CONTENT_UNITS)
        raise InputError("not a content", where=where, value=written, allowed=allowed)
    if like == "mg/g" and in_unit(content, "mg/g", where) > 1000:
        raise InputError(
            "a product cannot hold more than its own mass",
            where=where,
            value=written,
            allowed="0 to 1000 mg/g",
        )


def _check_sum(assay: Mapping[str, Quantity], where: str) -> None:
    by_mass = sum(in_unit(c, "mg/g", where) for c in assay.values() if content_like(c.unit) == "mg/g")
    if by_mass > 1000:
        raise InputError(
            "the assay sums to more than the product itself",
            where=f"{where}.assay",
            value=f"{by_mass:g} mg/g",
        )


def _read_label(raw: Mapping[str, object], library: Library, where: str) -> dict[str, Quantity]:
    label: dict[str, Quantity] = {}
    for written, value in raw.items():
        key = f"{where}.{shown_key(written)}"
        compound = library.compound(written, key)
        if compound.name in label:
            raise InputError(f'"{compound.name}" is given twice', where=key)
        content = read_quantity(value, key, _EXAMPLE)
        if content.value < 0:
            raise InputError("a content is not negative", where=key, value=value)
        _check_content(content, str(value), key)
        label[compound.name] = content
    return label


def _content(compound: str, content: Quantity, lot: str) -> Content:
    amount = Parameter(value=content.value, unit=content.unit, source=f"assay of {lot}", basis="measured")
    return Content(compound=compound, amount=amount)
