"""A library in which some numbers have other values: for fits and for questions of the kind "what if"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from .errors import unknown_name
from .loader import Library
from .parameter import Entry, Parameter, numbers_of


def parameter_at(library: Library, path: str) -> Parameter:
    """The number called ``path``: ``adaptation.fast.half_life``, ``morphine.receptors.mu.efficacy``.

    Raises
    ------
    InputError
        When there is none, naming the nearest.
    """
    name, _, rest = path.partition(".")
    entry = library.compounds.get(name) or library.physiology.get(name)
    found = dict(numbers_of(entry)) if entry is not None else {}
    if rest in found:
        return found[rest]
    names = [f"{name}.{key}" for key in found] or [*library.compounds, *library.physiology]
    raise unknown_name("number", path, names)


def with_values(library: Library, values: Mapping[str, float]) -> Library:
    """``library`` with the ``values`` of numbers by path, each in the unit that it has there.

    Raises
    ------
    InputError
        For a path that is not in the library.
    """
    compounds, physiology = dict(library.compounds), dict(library.physiology)
    for path, value in values.items():
        changed = parameter_at(library, path).model_copy(update={"value": value})
        name, _, rest = path.partition(".")
        table: dict[str, Any] = compounds if name in compounds else physiology
        table[name] = _put(table[name], rest, changed)
    return replace(library, compounds=MappingProxyType(compounds), physiology=MappingProxyType(physiology))


def _put(entry: Any, path: str, number: Parameter) -> Any:
    """``entry`` with ``number`` at ``path``; what is not on the way is shared."""
    if not path:
        return number
    if isinstance(entry, Entry):
        for field in type(entry).model_fields:
            rest = _behind(path, field)
            if rest is not None:
                return entry.model_copy(update={field: _put(getattr(entry, field), rest, number)})
    if isinstance(entry, Mapping):
        for key in entry:
            rest = _behind(path, str(key))
            if rest is not None:
                return MappingProxyType({**entry, key: _put(entry[key], rest, number)})
    if isinstance(entry, tuple):
        place, rest = path.removeprefix("[").split("]", 1)
        index = int(place)
        return (*entry[:index], _put(entry[index], rest.removeprefix("."), number), *entry[index + 1 :])
    raise KeyError(path)


def _behind(path: str, key: str) -> str | None:
    """What follows ``key`` at the start of ``path``; ``None`` where it does not start so."""
    if path == key:
        return ""
    if path.startswith(f"{key}."):
        return path[len(key) + 1 :]
    return path[len(key) :] if path.startswith(f"{key}[") else None
