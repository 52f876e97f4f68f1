"""Load and check the library: the shipped files, then folders that the user names."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from .errors import InputError, nearest_name, unknown_name
from .schema import Compound, Entry, Parameter, Product, Scale, Source

HERE = Path(__file__).parent
KINDS = ("compounds", "products", "scales", "physiology", "safety")
NAMED_BY_FILE = ("physiology", "safety")
"""Kinds whose files are tables of numbers and texts, called by the name of the file."""
E = TypeVar("E", bound=Entry)


@dataclass(frozen=True)
class Library:
    """All entries by name. Names and synonyms are looked up with :meth:`compound` and friends."""

    compounds: Mapping[str, Compound]
    products: Mapping[str, Product]
    scales: Mapping[str, Scale]
    physiology: Mapping[str, Mapping[str, Any]]
    """Numbers of the body by file: ``library.physiology["adaptation"]["fast_half_life"]``."""
    safety: Mapping[str, Mapping[str, Any]]
    """Thresholds and fixed texts by file."""
    sources: Mapping[str, Source]
    digest: str
    """SHA-256 over all files, for the provenance of results."""

    def compound(self, name: str, where: str = "") -> Compound:
        """The compound called ``name`` (or a synonym); :class:`InputError` names the nearest."""
        return _lookup("compound", name, self.compounds, where)

    def product(self, name: str, where: str = "") -> Product:
        """The product called ``name`` (or a synonym); :class:`InputError` names the nearest."""
        return _lookup("product", name, self.products, where)

    def scale(self, name: str, where: str = "") -> Scale:
        """The rating scale called ``name``; :class:`InputError` names the nearest."""
        if name in self.scales:
            return self.scales[name]
        raise unknown_name("scale", name, self.scales, where)

    def source(self, key: str) -> Source:
        """The source with ``key``; :class:`InputError` names the nearest."""
        if key in self.sources:
            return self.sources[key]
        raise unknown_name("source", key, self.sources)


def _lookup(kind: str, name: str, table: Mapping[str, Any], where: str) -> Any:
    if name in table:
        return table[name]
    synonyms = {s: entry for entry in table.values() for s in entry.synonyms}
    if name in synonyms:
        return synonyms[name]
    raise unknown_name(kind, name, [*table, *synonyms], where)


def load_library(folders: Sequence[Path | str] = ()) -> Library:
    """The shipped library, with entries of ``folders`` added or put in place of shipped ones.

    Each folder has the shape of the shipped one: ``compounds/*.toml``, ``products/*.toml``,
    ``scales/*.toml``, ``physiology/*.toml``, ``safety/*.toml`` and ``sources.csv``; any part may be missing.

    Raises
    ------
    InputError
        Naming file and key, for an unknown key, a missing source, an impossible unit or a
        reference to an entry that does not exist.
    """
    return _load(tuple(str(Path(f).resolve()) for f in folders))


@lru_cache(maxsize=8)
def _load(folders: tuple[str, ...]) -> Library:
    roots = [HERE, *map(Path, folders)]
    for root in roots[1:]:
        if not root.is_dir():
            raise InputError("no such library folder", where=str(root))
    digest = hashlib.sha256()
    tables: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    sources: dict[str, Source] = {}
    for root in roots:
        for row in _source_rows(root, digest):
            sources[row.key] = row
        for kind in KINDS:
            for path in sorted((root / kind).glob("*.toml")):
                text = path.read_bytes()
                digest.update(path.name.encode() + b"\0" + text)
                entry = _read_entry(kind, path, text)
                tables[kind][path.stem if kind in NAMED_BY_FILE else entry.name] = entry
    library = Library(
        compounds=MappingProxyType(tables["compounds"]),
        products=MappingProxyType(tables["products"]),
        scales=MappingProxyType(tables["scales"]),
        physiology=MappingProxyType(tables["physiology"]),
        safety=MappingProxyType(tables["safety"]),
        sources=MappingProxyType(sources),
        digest=digest.hexdigest(),
    )
    _check_references(library)
    return library


def _source_rows(root: Path, digest: Any) -> Iterator[Source]:
    path = root / "sources.csv"
    if not path.exists():
        return
    text = path.read_bytes()
    digest.update(text)
    for line, row in enumerate(csv.DictReader(text.decode("utf-8").splitlines()), start=2):
        try:
            yield Source.model_validate(row)
        except ValidationError as error:
            raise _as_input_error(error, f"{path.name}: line {line}", Source) from error


def _read_entry(kind: str, path: Path, text: bytes) -> Any:
    where = f"{path.parent.name}/{path.name}"
    try:
        raw = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not a TOML file: {error}", where=where) from error
    if kind in NAMED_BY_FILE:
        return MappingProxyType({key: _parameters(value, f"{where}: {key}") for key, value in raw.items()})
    model: type[Entry] = {"compounds": Compound, "products": Product, "scales": Scale}[kind]
    return validate(model, raw, where)


def _parameters(raw: Any, where: str) -> Any:
    """A tree of tables whose leaves are parameters (tables with a ``value``) or plain words."""
    if isinstance(raw, dict) and "value" in raw:
        return validate(Parameter, raw, where)
    if isinstance(raw, dict):
        return MappingProxyType({key: _parameters(value, f"{where}.{key}") for key, value in raw.items()})
    if isinstance(raw, bool | int | float):
        raise InputError("a number needs unit and source", where=where, value=raw)
    return raw


def validate(model: type[E], raw: Mapping[str, Any], where: str) -> E:
    """``model`` from ``raw``, with pydantic's complaints told as one :class:`InputError`."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise _as_input_error(error, where, model) from error


def _as_input_error(error: ValidationError, where: str, model: type[Entry]) -> InputError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    what = first["msg"].removeprefix("Value error, ")
    place = f"{where}: {key}" if key else where
    if first["type"] == "extra_forbidden":
        name = str(first["loc"][-1])
        known = [*model.model_fields, *Parameter.model_fields]
        return InputError("unknown key", where=place, value=name, nearest=nearest_name(name, known))
    if first["type"] == "missing":
        return InputError("key is missing", where=place)
    return InputError(what, where=place, value=first["input"])


def numbers_of(entry: Any, path: str = "") -> Iterator[tuple[str, Parameter]]:
    """Every parameter inside an entry with its dotted path."""
    if isinstance(entry, Parameter):
        yield path, entry
    elif isinstance(entry, Entry):
        for name in type(entry).model_fields:
            yield from numbers_of(getattr(entry, name), f"{path}.{name}" if path else name)
    elif isinstance(entry, Mapping):
        for name, value in entry.items():
            yield from numbers_of(value, f"{path}.{name}" if path else str(name))
    elif isinstance(entry, tuple):
        for index, value in enumerate(entry):
            yield from numbers_of(value, f"{path}[{index}]")


def _check_references(library: Library) -> None:
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
        if scale.source not in library.sources:
            raise unknown_name("source", scale.source, library.sources, f"scales/{scale.name}: source")
    for compound in library.compounds.values():
        for formed in compound.metabolites:
            library.compound(formed.compound, f"compounds/{compound.name}: metabolites")
    for product in library.products.values():
        where = f"products/{product.name}"
        for content in product.contents:
            compound = library.compound(content.compound, f"{where}: contents")
            if compound.disposition is not None and product.route not in compound.absorption:
                raise InputError(
                    f'"{compound.name}" has no absorption by the route of this product',
                    where=f"{where}: route",
                    value=product.route,
                    allowed=", ".join(compound.absorption),
                )
        library.compound(product.active, f"{where}: active")
