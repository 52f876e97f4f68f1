"""Tables of entries that are read when they are asked for: a check of one case needs few of the files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar

E = TypeVar("E")


class Unread(NamedTuple, Generic[E]):
    """An entry that is not read yet."""

    synonyms: tuple[str, ...]
    read: Callable[[], E]


class LazyTable(Mapping[str, E]):
    """Entries by name; each is read once, at its first use.

    Parameters
    ----------
    unread
        Name to synonyms and reader.
    """

    def __init__(self, unread: Mapping[str, Unread[E]]) -> None:
        self._unread = dict(unread)
        self._entries: dict[str, E] = {}
        self.synonyms = {s: name for name, entry in unread.items() for s in entry.synonyms}

    def __getitem__(self, name: str) -> E:
        if name not in self._entries:
            self._entries[name] = self._unread[name].read()
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        return name in self._unread

    def __iter__(self) -> Iterator[str]:
        return iter(self._unread)

    def __len__(self) -> int:
        return len(self._unread)


def synonyms_of(table: Mapping[str, E]) -> Mapping[str, str]:
    """Synonym to name of the entries of a table, read or not."""
    if isinstance(table, LazyTable):
        return table.synonyms
    return {s: name for name, entry in table.items() for s in getattr(entry, "synonyms", ())}
