"""Certificates of analysis: a table or a TOML file of results, with lot, laboratory and date."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ebbtide.library import InputError, nearest_name
from ebbtide.library.scales import folded

from .telling import shown

LARGEST_FILE = 1_000_000
"""Bytes."""
MOST_ROWS = 5_000

_COLUMNS = {
    "analyte": "analyte test parameter compound substance component determination name assay item",
    "result": "result results value amount content concentration conc found level reported finding",
    "unit": "unit units uom",
    "bound": "loq lod lloq rl mdl detectionlimit limitofquantification limitofquantitation "
    "limitofdetection reportinglimit",
    "": "limit limits specification specifications spec status passfail method methods notes note comment "
    "conclusion cas sdev uncertainty actionlevel actionlimit maxlimit min max category",
}
"""Headings that are known, as they are compared; those of the last line are read over."""
_HEADINGS = {heading: column for column, words in _COLUMNS.items() for heading in words.split()}

ABOUT = {
    "lot": "lot lotnumber batch batchnumber lotno batchno batchid lotid",
    "laboratory": "laboratory lab testedby testinglaboratory labname",
    "accreditation": "accreditation accreditednumber iso standard",
    "date": "date reportdate datereported tested datetested testdate analysisdate dateofanalysis completed",
    "serving": "serving servingsize",
    "product": "product productname sample samplename sampleid sampletype matrix client",
}
"""What a certificate may say about itself."""
_ABOUT = {word: key for key, words in ABOUT.items() for word in words.split()}
_RESULT_TABLES = (
    "results",
    "assay",
    "contaminants",
    "metals",
    "heavy_metals",
    "microbes",
    "microbiology",
    "alkaloids",
)


@dataclass(frozen=True)
class Result:
    """One row: an analyte and what was found, not read yet."""

    analyte: str
    text: str
    where: str
    unit: str = ""
    """From a column of its own."""
    bound: str = ""
    """Limit of detection or quantification."""


@dataclass(frozen=True)
class Certificate:
    """A certificate as it is written."""

    results: tuple[Result, ...]
    about: Mapping[str, str] = field(default_factory=dict)
    """Keys of ``ABOUT``; what it does not say is not there."""
    file: str = ""


def read_certificate(path: Path, where: str) -> Certificate:
    """A certificate from a ``.csv`` (also ``.tsv``, ``.txt``) or ``.toml`` file.

    Parameters
    ----------
    path
        The file.
    where
        File and key that name it, for errors.

    Raises
    ------
    InputError
        When it cannot be read, is too large, has no columns of analyte and result, or no results.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError("the certificate is too large", where=where, value=str(path), allowed="1 MB")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(
            f"cannot read the certificate: {error.strerror or error}", where=where, value=str(path)
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            "the certificate is not a text file in UTF-8", where=where, value=str(path)
        ) from error
    parse = parse_toml if path.suffix.lower() == ".toml" else parse_table
    certificate = parse(text, path.name)
    return Certificate(certificate.results, certificate.about, path.name)


def parse_toml(text: str, where: str) -> Certificate:
    """A certificate in TOML: ``lot``, ``laboratory``, ``date``, and tables of results by analyte.

    Raises
    ------
    InputError
        For what is no TOML, an unknown key, or no results.
    """
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not a TOML file: {error}", where=where) from error
    about: dict[str, str] = {}
    results: list[Result] = []
    for key, value in raw.items():
        if folded(key) in _ABOUT:
            about[_ABOUT[folded(key)]] = _about(value, f"{where}: {key}")
        elif key.lower() in _RESULT_TABLES:
            results += _toml_results(value, f"{where}: {key}")
        else:
            known = [*ABOUT, *_RESULT_TABLES]
            raise InputError(
                "unknown key",
                where=f"{where}: {key}",
                allowed=", ".join(known),
                nearest=nearest_name(key, known),
            )
    return _whole(results, about, where)


def parse_table(text: str, where: str) -> Certificate:
    """A certificate as a table with a row of headings.

    The delimiter is a comma, semicolon or tab. Rows before the headings, and lines that start with
    ``#``, may say what the certificate is of: ``Lot,17`` or ``# laboratory: ...``.

    Raises
    ------
    InputError
        When no row has headings of analyte and result, or a row has a result without an analyte.
    """
    about: dict[str, str] = {}
    results: list[Result] = []
    columns: dict[str, int] | None = None
    for number, cells in enumerate(_rows(text, where), start=1):
        if number > MOST_ROWS:
            raise InputError(
                "the certificate has too many rows", where=where, allowed=f"at most {MOST_ROWS:,}"
            )
        if cells[0].startswith("#"):
            key, _, value = ",".join(cells).lstrip("# ").partition(":")
            _note(about, key, value)
        elif columns is None:
            columns = _headings(cells)
            if columns is None and len(cells) >= 2:
                _note(about, cells[0].rstrip(":"), cells[1])
        else:
            row = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
            result = _row_result(row, f"{where}: row {number}")
            if result is not None:
                results.append(result)
    if columns is None:
        raise InputError(
            "no row of headings",
            where=where,
            allowed="columns analyte, result, unit (and loq), separated by comma, semicolon or tab",
        )
    return _whole(results, about, where)


def _rows(text: str, where: str) -> Iterable[list[str]]:
    head = text[:4000]
    delimiter = max(",;\t", key=head.count)
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in cells):
                yield [cell.strip() for cell in cells]
    except csv.Error as error:
        raise InputError(f"not a table: {error}", where=where) from error


def _headings(cells: Sequence[str]) -> dict[str, int] | None:
    """Columns by what they hold, when this is the row of headings."""
    found: dict[str, int] = {}
    unit_in_heading = re.compile(r"\s*[\[(].*[\])]\s*$")
    for at, cell in enumerate(cells):
        column = _HEADINGS.get(folded(unit_in_heading.sub("", cell)))
        if column and column not in found:
            found[column] = at
    return found if {"analyte", "result"} <= set(found) else None


def _row_result(row: Mapping[str, str], where: str) -> Result | None:
    if not row["analyte"] or not row["result"]:
        if row["result"]:
            raise InputError("a result without its analyte", where=where, value=shown(row["result"]))
        return None  # a heading inside the table, or an analyte that was not tested
    return Result(row["analyte"], row["result"], where, row.get("unit", ""), row.get("bound", ""))


def _note(about: dict[str, str], key: str, value: str) -> None:
    name = _ABOUT.get(folded(key))
    if name and value.strip():
        about.setdefault(name, value.strip())


def _toml_results(value: Any, where: str) -> list[Result]:
    if isinstance(value, dict):
        return [_toml_result(str(name), entry, f"{where}.{name}") for name, entry in value.items()]
    if isinstance(value, list):
        found = []
        for index, entry in enumerate(value):
            place = f"{where}[{index}]"
            if not isinstance(entry, dict):
                raise InputError("a table is needed", where=place, value=shown(entry))
            row = {_HEADINGS.get(folded(str(key)), ""): item for key, item in entry.items()}
            if "analyte" not in row or "result" not in row:
                raise InputError("key is missing", where=place, allowed="analyte, result, unit, loq")
            found.append(_toml_result(str(row["analyte"]), row, place))
        return found
    raise InputError("a table of results is needed", where=where, value=shown(value))


def _toml_result(name: str, entry: Any, where: str) -> Result:
    if isinstance(entry, dict):
        row = {_HEADINGS.get(folded(str(key)), str(key)): str(item) for key, item in entry.items()}
        if "result" not in row:
            raise InputError("key is missing", where=f"{where}.result")
        return Result(name, row["result"], where, row.get("unit", ""), row.get("bound", ""))
    if not isinstance(entry, str):
        raise InputError("a result needs its unit", where=where, value=shown(entry), allowed='"0.8 ug/g"')
    return Result(name, entry, where)


def _about(value: Any, where: str) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    raise InputError("text is needed", where=where, value=shown(value))


def _whole(results: Sequence[Result], about: Mapping[str, str], where: str) -> Certificate:
    if not results:
        raise InputError("the certificate has no results", where=where)
    return Certificate(tuple(results), dict(about))
