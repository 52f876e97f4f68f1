"""Amounts: "2 g" of leaf, "1 tablet" or "5 ug/kg" becomes nmol of each compound that the product holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ebbtide.library import (
    Compound,
    InputError,
    Library,
    Parameter,
    Product,
    conversion,
    same_kind,
    unknown_name,
)

from .model import Quantity
from .quantities import in_unit, read_quantity

_AMOUNT_OF = {
    "mg/g": 'a mass such as "2 g" or "8 mg"',
    "mg/mL": 'a volume such as "5 mL"',
    "mg/tablet": 'a number such as "1 tablet"',
    "mg/capsule": 'a number such as "1 capsule"',
    "mg/film": 'a number such as "1 film"',
    "mg/spray": 'a number such as "2 sprays"',
    "mg/drop": 'a number such as "10 drops"',
}
CONTENT_UNITS = tuple(_AMOUNT_OF)
"""A content is like one of these; a pure fraction or a percentage is mass per mass, like mg/g."""

MOST_MG = 1e6
"""More of a compound than this in one dose (1 kg) is a slip of the unit ("Mg" is megagram)."""

_PER_WEIGHT = re.compile(r"(.+?)\s*/\s*(\d{1,3}(?:\.\d+)?)?\s*kg\s*")


@dataclass(frozen=True)
class Dosed:
    """The compounds in one dose."""

    active_mg: float | None
    """Mass of the product's active compound (mg); None where the contents do not name it."""
    amounts_nmol: Mapping[str, float]


def content_like(unit: str) -> str | None:
    """The one of ``CONTENT_UNITS`` that a known unit is of the same kind as, or None."""
    return next((like for like in CONTENT_UNITS if same_kind(unit, like)), None)


def read_amount(
    text: object,
    product: Product,
    library: Library,
    where: str,
    *,
    as_compound: str | None,
    weight_kg: float | None,
) -> Dosed:
    """The compounds in an amount of a product.

    An amount that the contents can be multiplied by (g with mg/g, mL with mg/mL, tablets with
    mg/tablet) is of the product. A mass of a medicine whose contents are per volume or per unit is
    of its active compound, and so is every amount in moles; the other contents follow in
    proportion. With ``as_compound`` the amount is of that compound.

    Parameters
    ----------
    text
        As written, e.g. ``"2 g"``, ``"5 mL"``, ``"1 tablet"``, ``"5 ug/kg"``, ``"0.15 mg/70 kg"``.
    product, library
        What the amount is of, and where its compounds are found.
    where
        The entry, e.g. ``case.toml: doses[0]``, for errors.
    as_compound
        Name of the compound that the amount is of.
    weight_kg
        Weight of the person, for an amount per weight.

    Raises
    ------
    InputError
        For an amount of zero or less, one that the product's contents cannot be applied to, or
        one per weight when the weight is not known.
    """
    key = f"{where}.amount"
    if text is None:
        raise InputError("key is missing", where=key, allowed='"2 g", "8 mg", "5 mL", "1 tablet", "5 ug/kg"')
    amount = _read_total(text, key, weight_kg)
    active = library.compound(product.active, key)
    contents = {library.compound(c.compound, key).name: c.amount for c in product.contents}
    if as_compound is not None or same_kind(amount.unit, "mol"):
        of = active if as_compound is None else _named_content(as_compound, contents, product, library, where)
        masses_mg = _in_proportion(_mass_mg(amount, of, text, key), of.name, contents, product, key)
    elif all(_applies(amount, content) for content in contents.values()):
        masses_mg = {name: _product_mg(amount, content, key) for name, content in contents.items()}
    elif same_kind(amount.unit, "mg") and not product.amount_is_product:
        masses_mg = _in_proportion(in_unit(amount, "mg", key), active.name, contents, product, key)
    else:
        what, allowed = f'the amount does not fit "{product.name}"', _fitting(product, contents)
        raise InputError(what, where=key, value=text, allowed=allowed)
    if max(masses_mg.values()) > MOST_MG:
        raise InputError(
            "more than 1 kg of a compound in one dose",
            where=key,
            value=text,
            allowed="mg is milligram, Mg megagram",
        )
    return Dosed(
        active_mg=masses_mg.get(active.name),
        amounts_nmol={name: _nmol(mass, library.compound(name)) for name, mass in masses_mg.items()},
    )


def read_mass_mg(text: object, where: str, weight_kg: float | None) -> float | None:
    """Mass (mg) of an amount of a medicine without kinetics; None where it is counted, e.g. in tablets.

    An amount per weight of a person whose weight is not known has no mass either.

    Raises
    ------
    InputError
        For an amount of zero or less, or one without a known unit.
    """
    if weight_kg is None and isinstance(text, str) and (per_weight := _PER_WEIGHT.fullmatch(text)):
        _read_total(per_weight[1], where, None)
        return None
    amount = _read_total(text, where, weight_kg)
    return in_unit(amount, "mg", where) if same_kind(amount.unit, "mg") else None


def _named_content(
    name: str, contents: Mapping[str, Parameter], product: Product, library: Library, where: str
) -> Compound:
    """The compound that ``as`` names: one that the product holds."""
    compound = library.compound(name, f"{where}.as")
    if compound.name not in contents:
        raise unknown_name(f'compound in "{product.name}"', name, contents, f"{where}.as")
    return compound


def _read_total(text: object, where: str, weight_kg: float | None) -> Quantity:
    """The whole amount: one per weight is multiplied by the weight."""
    example = '"2 g", "8 mg", "5 mL", "1 tablet", "5 ug/kg"'
    per_weight = _PER_WEIGHT.fullmatch(text) if isinstance(text, str) else None
    amount = read_quantity(per_weight[1] if per_weight else text, where, example)
    if amount.value <= 0:
        raise InputError("an amount is more than zero", where=where, value=text)
    if per_weight is None:
        return amount
    if weight_kg is None:
        raise InputError("an amount per weight needs person.weight_kg", where=where, value=text)
    per_kg = float(per_weight[2] or 1.0)
    if per_kg <= 0:
        raise InputError("a weight is more than zero", where=where, value=text)
    return Quantity(amount.value * weight_kg / per_kg, amount.unit)


def _applies(amount: Quantity, content: Parameter) -> bool:
    return same_kind(f"({amount.unit}) * ({content.unit})", "mg")


def _product_mg(amount: Quantity, content: Parameter, where: str) -> float:
    return content.value * in_unit(Quantity(amount.value, f"({amount.unit}) * ({content.unit})"), "mg", where)


def _mass_mg(amount: Quantity, compound: Compound, text: object, where: str) -> float:
    """Mass of an amount (mass or moles) of one compound."""
    if not (same_kind(amount.unit, "mg") or same_kind(amount.unit, "mol")):
        raise InputError(
            f'not an amount of the compound "{compound.name}"',
            where=where,
            value=text,
            allowed='a mass such as "8 mg", or moles such as "10 mmol"',
        )
    return in_unit(amount, "mg", where, compound.molar_mass.to("g/mol"))


def _in_proportion(
    mass_mg: float, of: str, contents: Mapping[str, Parameter], product: Product, where: str
) -> dict[str, float]:
    """The masses of all contents when there is ``mass_mg`` of one of them."""
    if of not in contents:
        raise unknown_name(f'compound in "{product.name}"', of, contents, where)
    reference = contents[of]
    if reference.value <= 0:
        raise InputError(f'"{product.name}" holds no {of}, so an amount cannot be counted in it', where=where)
    masses = {}
    for name, content in contents.items():
        share = content.value / reference.value * conversion(content.unit, reference.unit, where)
        masses[name] = mass_mg * share
    return masses


def _nmol(mass_mg: float, compound: Compound) -> float:
    return mass_mg * conversion("mg", "nmol", molar_mass_g_per_mol=compound.molar_mass.to("g/mol"))


def _fitting(product: Product, contents: Mapping[str, Parameter]) -> str:
    kinds = {content_like(content.unit) for content in contents.values()}
    ways = [_AMOUNT_OF[kind] for kind in CONTENT_UNITS if kind in kinds]
    if not product.amount_is_product and "mg/g" not in kinds:
        ways.append(f'a mass of {product.active} such as "8 mg"')
    return ", ".join(ways)
