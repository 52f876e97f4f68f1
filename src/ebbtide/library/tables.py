"""Tables of rules: CSV files of ``safety/``, rows by ``id``, their sources known."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from .errors import InputError, unknown_name

Row = Mapping[str, str]


def read_rows(text: bytes, where: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a table, each with where it stands.

    Raises
    ------
    InputError
        For what is no table in UTF-8, and for a row with more or fewer fields than the head.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(text.decode("utf-8"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"not a table: {error}", where=where) from error
    for number, row in enumerate(rows, start=1):
        place = f"{where}: row {number}"
        if None in row or None in row.values():
            raise InputError("not as many fields as the head of the table", where=place)
        yield place, row


def join_tables(
    files: Iterable[tuple[str, bytes, str]], sources: Mapping[str, object]
) -> dict[str, tuple[Row, ...]]:
    """Rows by table; a later file of the same name replaces rows of the same ``id`` and adds its others.

    Parameters
    ----------
    files
        Name of the table, its text, and the file for errors.
    sources
        The keys that the column ``source`` may name, separated by ``;``.
    """
    tables: dict[str, dict[str, Row]] = {}
    for name, text, where in files:
        table = tables.setdefault(name, {})
        columns = set(next(iter(table.values()), ()))
        seen: set[str] = set()
        for place, row in read_rows(text, where):
            if columns and (odd := columns ^ set(row)):
                raise InputError(
                    "other columns than the shipped table", where=where, value=", ".join(sorted(odd))
                )
            key = row.get("id", "")
            if not key or key in seen:
                raise InputError("every row needs an id of its own", where=place, value=key)
            seen.add(key)
            for source in sources_of(row):
                if source not in sources:
                    raise unknown_name("source", source, sources, place)
            table[key] = MappingProxyType(row)
    return {name: tuple(table.values()) for name, table in tables.items()}


def sources_of(row: Row) -> tuple[str, ...]:
    """The keys in the column ``source``."""
    return words(row.get("source", ""))


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """The parts of a field that lists several things, separated by ``;``."""
    return tuple(part.strip() for part in text.split(";") if part.strip()) if text else ()
