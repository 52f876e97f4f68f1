"""Load and check the library: the shipped files, then folders that the user names."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from .checks import check_references
from .errors import InputError, nearest_name, unknown_name
from .lazy import LazyTable, Unread, synonyms_of
from .medicines import Medicines
from .parameter import Entry, Parameter
from .scales import Scale, folded
from .schema import Compound, Product, Source
from .tables import Row, join_tables, read_rows
from .units import conversion

HERE = Path(__file__).parent
KINDS = ("compounds", "products", "scales", "physiology", "safety")
NAMED_BY_FILE = ("physiology", "safety")
"""Kinds whose files are tables of numbers and texts, called by the name of the file."""
MODELS: Mapping[str, type[Entry]] = {"compounds": Compound, "products": Product, "scales": Scale}
E = TypeVar("E", bound=Entry)
_NAME = re.compile(rb'name = "([^"\n]+)"\n')
_SYNONYMS = re.compile(rb"^synonyms = \[(.*)\]$", re.MULTILINE)
_QUOTED = re.compile(rb'"([^"]*)"')


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
    tables: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    """Rules by file: the rows of ``safety/interactions.csv`` are ``library.tables["interactions"]``."""

    def compound(self, name: str, where: str = "") -> Compound:
        """The compound called ``name`` (or a synonym); :class:`InputError` names the nearest."""
        return self.compounds[_lookup("compound", name, self.compounds, where)]

    def product(self, name: str, where: str = "") -> Product:
        """The product called ``name`` (or a synonym); :class:`InputError` names the nearest."""
        return self.products[_lookup("product", name, self.products, where)]

    @cached_property
    def medicines(self) -> Medicines:
        """Medicines known by name: what they are and what they do to others."""
        lingers: Parameter = self.safety["presence"]["lingers"]
        return Medicines(self.tables.get("medicines", ()), self.tables.get("classes", ()), lingers.to("d"))

    def scale(self, name: str, where: str = "") -> Scale:
        """The rating scale called ``name``, however it is spelled; :class:`InputError` names the nearest."""
        names = {word: word for word in self.scales} | dict(synonyms_of(self.scales))
        spelled = {folded(word): key for word, key in names.items()}
        if folded(name) in spelled:
            return self.scales[spelled[folded(name)]]
        error = unknown_name("scale", name, self.scales)
        nearest = names.get(nearest_name(name, names), "")
        raise InputError(error.what, where=where, value=name, allowed=error.allowed, nearest=nearest)

    def source(self, key: str) -> Source:
        """The source with ``key``; :class:`InputError` names the nearest."""
        if key in self.sources:
            return self.sources[key]
        raise unknown_name("source", key, self.sources)


def _lookup(kind: str, name: str, table: Mapping[str, Any], where: str) -> str:
    """The name in ``table`` of an entry called ``name`` or having it as a synonym."""
    if name in table:
        return name
    synonyms = synonyms_of(table)
    if name in synonyms:
        return synonyms[name]
    raise unknown_name(kind, name, [*table, *synonyms], where)


def load_library(folders: Sequence[Path | str] = ()) -> Library:
    """The shipped library, with entries of ``folders`` added or put in place of shipped ones.

    Each folder has the shape of the shipped one: ``compounds/*.toml``, ``products/*.toml``,
    ``scales/*.toml``, ``physiology/*.toml``, ``safety/*.toml``, ``safety/*.csv`` and ``sources.csv``; any
    part may be missing. Files of the shipped library are read when they are asked for (tests read them
    all); with a folder everything is read and checked at once.

    Raises
    ------
    InputError
        Naming file and key, for an unknown key, a missing source, an impossible unit or a
        reference to an entry that does not exist.
    """
    return _load(tuple(str(Path(f).resolve()) for f in folders))


@lru_cache(maxsize=8)
def _load(folders: tuple[str, ...]) -> Library:
    roots = library_roots(folders)
    digest = hashlib.sha256()
    tables: dict[str, dict[str, Unread[Any]]] = {kind: {} for kind in KINDS}
    sources: dict[str, Unread[Source]] = {}
    rules: list[tuple[str, bytes, str]] = []
    for root in roots:
        sources |= _sources(root, digest)
        for kind in KINDS:
            for path in sorted((root / kind).glob("*.toml")):
                text = _read_bytes(path)
                digest.update(path.name.encode() + b"\0" + text)
                name, synonyms = _head(kind, path, text, shipped=root == HERE)
                read = partial(_read_entry, kind, path, text)
                if kind in NAMED_BY_FILE and name in tables[kind]:
                    _check_replacement(tables[kind][name].read(), read(), f"{kind}/{path.name}")
                tables[kind][name] = Unread(synonyms, read)
        for path in sorted((root / "safety").glob("*.csv")):
            text = _read_bytes(path)
            digest.update(path.name.encode() + b"\0" + text)
            rules.append((path.stem, text, f"safety/{path.name}"))
    library = Library(
        compounds=LazyTable(tables["compounds"]),
        products=LazyTable(tables["products"]),
        scales=LazyTable(tables["scales"]),
        physiology=LazyTable(tables["physiology"]),
        safety=LazyTable(tables["safety"]),
        sources=LazyTable(sources),
        digest=digest.hexdigest(),
        tables=MappingProxyType(join_tables(rules, sources)),
    )
    if folders:
        check_all(library)
    return library


def library_roots(folders: Sequence[Path | str]) -> list[Path]:
    """The shipped library and the user's folders; :class:`InputError` for one that is not there."""
    roots = [HERE, *(Path(folder).resolve() for folder in folders)]
    for root in roots[1:]:
        if not root.is_dir():
            raise InputError("no such library folder", where=str(root))
    return roots


def read_toml_file(path: Path) -> dict[str, Any]:
    """The tables of one file of a library; :class:`InputError` names the file."""
    return _toml(_read_bytes(path), f"{path.parent.name}/{path.name}")


def check_all(library: Library) -> None:
    """Read every entry and check what holds between them; raises :class:`InputError` for the first fault."""
    for table in (library.sources, library.compounds, library.products, library.scales):
        for name in table:
            table[name]
    for numbers in (library.physiology, library.safety):
        for name in numbers:
            numbers[name]
    check_references(library)


def _head(kind: str, path: Path, text: bytes, *, shipped: bool) -> tuple[str, tuple[str, ...]]:
    """Name and synonyms of an entry; of a shipped one without reading it whole."""
    if kind in NAMED_BY_FILE:
        return path.stem, ()
    if shipped and (name := _NAME.match(text)) is not None:
        synonyms = _SYNONYMS.search(text)
        return name[1].decode(), tuple(s.decode() for s in _QUOTED.findall(synonyms[1] if synonyms else b""))
    entry = _read_entry(kind, path, text)
    return entry.name, getattr(entry, "synonyms", ())


def _sources(root: Path, digest: Any) -> dict[str, Unread[Source]]:
    path = root / "sources.csv"
    if not path.exists():
        return {}
    text = _read_bytes(path)
    digest.update(text)
    return {
        row.get("key", ""): Unread((), partial(validate, Source, row, where))
        for where, row in read_rows(text, path.name)
    }


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error


def _read_entry(kind: str, path: Path, text: bytes) -> Any:
    where = f"{path.parent.name}/{path.name}"
    raw = _toml(text, where)
    if kind in NAMED_BY_FILE:
        return MappingProxyType({key: _parameters(value, f"{where}: {key}") for key, value in raw.items()})
    return validate(MODELS[kind], raw, where)


def _toml(text: bytes, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # also of bad UTF-8, of huge integers and of deep nesting
        raise InputError(f"not a TOML file: {error}", where=where) from error


def _parameters(raw: Any, where: str) -> Any:
    """A tree of tables whose leaves are parameters (tables with a ``value``) or plain words."""
    if isinstance(raw, dict) and "value" in raw:
        return validate(Parameter, raw, where)
    if isinstance(raw, dict):
        return MappingProxyType({key: _parameters(value, f"{where}.{key}") for key, value in raw.items()})
    if not isinstance(raw, str):
        raise InputError("a number needs unit and source", where=where, value=raw)
    return raw


def _check_replacement(shipped: Mapping[str, Any], given: Mapping[str, Any], where: str) -> None:
    """A file put in place of another holds all its numbers and words, each number of the same kind."""
    old, new = _leaves(shipped), _leaves(given)
    for path, leaf in old.items():
        if path not in new or isinstance(leaf, Parameter) != isinstance(new[path], Parameter):
            raise InputError("key is missing", where=f"{where}: {path}")
        if isinstance(leaf, Parameter):
            conversion(new[path].unit, leaf.unit, f"{where}: {path}.unit")


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            found |= _leaves(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


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
        known = sorted({field for kind in (model, *Entry.__subclasses__()) for field in kind.model_fields})
        return InputError("unknown key", where=place, value=name, nearest=nearest_name(name, known))
    if first["type"] == "missing":
        return InputError("key is missing", where=place)
    return InputError(what, where=place, value=first["input"])
