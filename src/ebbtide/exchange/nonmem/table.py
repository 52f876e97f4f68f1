"""A data file as NONMEM users have it: a table of text with a head, every fault told by line and column."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ebbtide.case.telling import shown
from ebbtide.library import InputError, unknown_name

MISSING = {"", ".", "NA"}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?", re.ASCII)
_CLOCK = re.compile(r"\d+:\d+(:\d+)?", re.ASCII)
LARGEST = 1e30


@dataclass(frozen=True)
class Table:
    """The rows of a data file; all fields are text without the space around them."""

    where: str
    """The file, for errors."""
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    """Line of the file that each row stands on."""

    def find(self, name: str) -> int | None:
        """Place of the column called ``name``, exactly or else in upper or lower case."""
        if name in self.columns:
            return self.columns.index(name)
        alike = [i for i, column in enumerate(self.columns) if column.casefold() == name.casefold()]
        if len(alike) > 1:
            raise InputError("more than one column has this name", where=self.where, value=name)
        return alike[0] if alike else None

    def place(self, name: str, where: str) -> int:
        """Like :meth:`find`; :class:`InputError` names the nearest column where there is none."""
        found = self.find(name)
        if found is None:
            raise unknown_name("column", name, self.columns, where)
        return found

    def at(self, row: int, column: int | None = None) -> str:
        """Where a field stands, for errors."""
        place = f"{self.where}: line {self.lines[row]}"
        return place if column is None else f"{place}: {self.columns[column]}"

    def numbers(self, column: int) -> list[float | None]:
        """A column as numbers, ``None`` where it is missing.

        Raises
        ------
        InputError
            For a field that is neither a number nor missing.
        """
        return [self.number(row, column) for row in range(len(self.rows))]

    def number(self, row: int, column: int) -> float | None:
        """One field of :meth:`numbers`."""
        text = self.rows[row][column]
        if text in MISSING:
            return None
        if not _NUMBER.fullmatch(text):
            what = "clock times are not read" if _CLOCK.fullmatch(text) else "not a number"
            raise InputError(
                what,
                where=self.at(row, column),
                value=shown(text),
                allowed='a number, or "." where there is none',
            )
        value = float(text.lower().replace("d", "e"))
        if abs(value) > LARGEST:
            raise InputError("the number is too large", where=self.at(row, column), value=shown(text))
        return value


def read_table(path: str | Path) -> Table:
    """Read a file with commas, semicolons, tabs or spaces between its fields.

    The head is the first line that names ID and TIME. Lines that begin with ``#`` are comments, and so are
    lines whose first field is ``C`` where that is the name of the first column.

    Raises
    ------
    InputError
        When the file cannot be read, has no head, or a line has not as many fields as the head.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read the file: {error.strerror or error}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise InputError("not a text file in UTF-8", where=str(path)) from error
    except ValueError as error:  # a path that no file can have
        raise InputError(f"cannot read the file: {error}", where=str(path)) from error
    return parse_table(text, str(path))


def parse_table(text: str, where: str) -> Table:
    """Like :func:`read_table`, of a text in memory."""
    lines = text.splitlines()
    head, columns, separator = _head(lines, where)
    by_letter = columns[0].casefold() == "c"
    rows, numbers = [], []
    for number, fields in _fields(lines[head:], head + 1, separator, where):
        first = fields[0] if fields else ""
        if not any(fields) or first.startswith("#") or (by_letter and first.casefold() == "c"):
            continue
        while len(fields) > len(columns) and not fields[-1]:
            fields.pop()
        if len(fields) != len(columns):
            raise InputError(
                f"{len(fields)} fields, but the head names {len(columns)} columns",
                where=f"{where}: line {number}",
            )
        rows.append(tuple(fields))
        numbers.append(number)
    if not rows:
        raise InputError("no records", where=where)
    return Table(where, columns, tuple(rows), tuple(numbers))


def _head(lines: Sequence[str], where: str) -> tuple[int, tuple[str, ...], str | None]:
    """How many lines the head ends after, the names of the columns, what stands between fields."""
    for index, line in enumerate(lines):
        bare = line.strip().removeprefix("#").strip()
        separator = next((sign for sign in (",", "\t", ";") if sign in bare), None)
        columns = [name for _, fields in _fields([bare], index + 1, separator, where) for name in fields]
        if {"id", "time"} <= {name.casefold() for name in columns}:
            while columns and not columns[-1]:
                columns.pop()
            _no_repeats(columns, f"{where}: line {index + 1}")
            return index + 1, tuple(columns), separator
        if bare and not line.lstrip().startswith(("#", "TABLE")):
            raise InputError(
                "the first line names the columns, ID and TIME among them",
                where=f"{where}: line {index + 1}",
                value=shown(line),
            )
    raise InputError("no records", where=where)


def _no_repeats(columns: Sequence[str], where: str) -> None:
    seen = set()
    for name in columns:
        if name in seen and name not in MISSING:
            raise InputError("the column is there twice", where=where, value=shown(name))
        seen.add(name)


def _fields(
    lines: Sequence[str], first: int, separator: str | None, where: str
) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of each line."""
    if separator is None:
        for number, line in enumerate(lines, start=first):
            yield number, line.split()
        return
    for number, line in enumerate(lines, start=first):
        try:
            row = next(csv.reader([line], delimiter=separator), [])
        except csv.Error as error:
            raise InputError(f"not a table: {error}", where=f"{where}: line {number}") from error
        yield number, [field.strip() for field in row]
