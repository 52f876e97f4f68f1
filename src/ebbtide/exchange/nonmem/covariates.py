"""How parameters depend on columns of the data: allometry and its like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ebbtide.case.telling import shown, shown_key
from ebbtide.library import InputError, nearest_name

from .quantities import read_number
from .spelling import KNOWN, parameter, squeezed

Array = NDArray[np.float64]
EXAMPLE = "{ reference = 70, exponent = 0.75 }"
_KEYS = {
    "reference": "reference ref referencevalue referenceweight standard median normal centre center",
    "exponent": "exponent power exp allometricexponent",
    "slope": "slope linear",
    "coefficient": "coefficient exponential",
    "column": "column covariate",
    "form": "form kind type",
}
_KEY_OF = {spelling: key for key, spellings in _KEYS.items() for spelling in spellings.split()}
_FORMS = {"exponent": "power allometric", "slope": "linear", "coefficient": "exponential"}


@dataclass(frozen=True)
class Relation:
    """One parameter changes with one column: by a power, a straight line or an exponential."""

    parameter: str
    column: str
    form: str
    """``exponent``: ``(x / reference) ** size``; ``slope``: ``1 + size * (x - reference)``;
    ``coefficient``: ``exp(size * (x - reference))``."""
    reference: float
    size: float

    def factor(self, values: Array) -> Array:
        """What the typical value is multiplied by; not finite where it cannot be computed."""
        with np.errstate(all="ignore"):
            if self.form == "exponent":
                return np.asarray((values / self.reference) ** self.size)
            if self.form == "slope":
                return np.asarray(1.0 + self.size * (values - self.reference))
            return np.asarray(np.exp(self.size * (values - self.reference)))


def read_relations(raw: object, where: str) -> Iterator[Relation]:
    """Relations written by parameter, by column, or as a list of tables.

    Raises
    ------
    InputError
        When a relation lacks its parameter, its column, its reference or its size.
    """
    if isinstance(raw, list):
        for index, entry in enumerate(raw):
            yield from _from_entry(entry, f"{where}[{index}]")
        return
    for key, value in _table(raw, where).items():
        place = f"{where}.{shown_key(key)}"
        name = parameter(key)
        if name is not None:
            yield from read_for(name, value, place)
        else:
            yield from _by_column(key, _table(value, place), place)


def read_for(name: str, raw: object, where: str) -> Iterator[Relation]:
    """Relations of one parameter: ``{ WT = { ... } }`` or ``{ column = "WT", ... }``."""
    table = _table(raw, where)
    if any(_KEY_OF.get(squeezed(key)) == "column" for key in table):
        yield _relation(name, None, table, where)
        return
    for column, value in table.items():
        yield _relation(name, column, value, f"{where}.{shown_key(column)}")


def read_allometry(raw: object, where: str) -> Iterator[Relation]:
    """``[allometry]``: a column (``WT`` unless another is named), its reference, exponents by parameter."""
    table = dict(_table(raw, where))
    columns = [key for key in table if squeezed(key) in ("column", "covariate", "weight")]
    column = _text(table.pop(columns[0]), f"{where}.{columns[0]}") if columns else "WT"
    yield from _by_column(column, table, where)


def _from_entry(raw: object, where: str) -> Iterator[Relation]:
    table = dict(_table(raw, where))
    for key in list(table):
        if squeezed(key) in ("parameter", "on", "target"):
            text = _text(table.pop(key), f"{where}.{key}")
            name = parameter(text)
            if name is None:
                raise _no_parameter(text, f"{where}.{key}")
            yield _relation(name, None, table, where)
            return
    raise InputError("key is missing", where=f"{where}.parameter", allowed='parameter = "CL"')


def _by_column(column: str, table: Mapping[str, Any], where: str) -> Iterator[Relation]:
    """``{ reference = 70, CL = 0.75, V = 1 }``, or with the exponents in a table of their own."""
    shared: dict[str, Any] = {}
    exponents: dict[str, tuple[str, Any]] = {}
    for key, value in table.items():
        place = f"{where}.{shown_key(key)}"
        name = parameter(key)
        if name is not None:
            exponents[name] = (place, value)
        elif squeezed(key) in ("exponents", "powers"):
            for inner, size in _table(value, place).items():
                name = parameter(inner)
                if name is None:
                    raise _no_parameter(inner, place)
                exponents[name] = (f"{place}.{inner}", size)
        elif _KEY_OF.get(squeezed(key)) == "reference":
            shared["reference"] = value
        else:
            raise _no_parameter(key, where)
    if not exponents:
        raise InputError("no parameter depends on it", where=where, allowed="CL = 0.75, V = 1, ...")
    for name, (place, value) in exponents.items():
        spec = value if isinstance(value, dict) else {"exponent": value}
        yield _relation(name, column, shared | spec, place)


def _relation(name: str, column: str | None, raw: object, where: str) -> Relation:
    if not isinstance(raw, dict):
        raise InputError("a table is needed", where=where, value=shown(raw), allowed=EXAMPLE)
    found: dict[str, Any] = {}
    for key, value in raw.items():
        known = _KEY_OF.get(squeezed(key))
        if known is None or (known == "column" and column is not None):
            allowed = [k for k in _KEYS if k != "column" or column is None]
            raise InputError(
                "unknown key",
                where=f"{where}.{shown_key(key)}",
                allowed=", ".join(allowed),
                nearest=nearest_name(key, allowed),
            )
        found[known] = value
    if column is None:
        column = _text(found.get("column"), f"{where}.column")
    sizes = [form for form in _FORMS if form in found]
    if "reference" not in found or len(sizes) != 1:
        raise InputError(
            "a reference and one of exponent, slope, coefficient are needed", where=where, allowed=EXAMPLE
        )
    [form] = sizes
    if "form" in found and str(found["form"]).casefold() not in _FORMS[form].split():
        raise InputError(f"does not go with {form}", where=f"{where}.form", value=shown(found["form"]))
    reference = _reference(found["reference"], f"{where}.reference")
    if form == "exponent" and reference <= 0.0:
        raise InputError("a power needs a reference above 0", where=f"{where}.reference", value=reference)
    return Relation(name, column, form, reference, read_number(found[form], "", f"{where}.{form}"))


def _reference(raw: object, where: str) -> float:
    """In the unit of the column: a unit beside the number is not looked at, for columns have none."""
    if isinstance(raw, dict) and "value" in raw:
        raw = raw["value"]
    if isinstance(raw, str):
        raw = raw.split()[0] if raw.split() else raw
    return read_number(raw, "", where)


def _table(raw: object, where: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise InputError("a table is needed", where=where, value=shown(raw), allowed=f"WT = {EXAMPLE}")
    return raw


def _text(raw: object, where: str) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise InputError("a name in quotes is needed", where=where, value=shown(raw))
    return raw.strip()


def _no_parameter(name: str, where: str) -> InputError:
    return InputError(
        "unknown parameter",
        where=where,
        value=shown(name),
        allowed=", ".join(KNOWN[:7]),
        nearest=nearest_name(name, KNOWN[:7]),
    )
