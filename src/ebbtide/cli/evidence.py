"""``ebbtide compounds`` and ``ebbtide sources``: the numbers and where they come from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from ebbtide.library import Library, Parameter, load_library, numbers_of


def show_compounds(folders: Sequence[Path], as_json: bool) -> None:
    """All compounds, one a line."""
    library = load_library(folders)
    rows = [
        {"name": c.name, "title": c.title, "classes": list(c.classes)} for c in library.compounds.values()
    ]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo(f"{row['name']:26} {row['title']:32} {', '.join(row['classes'])}")


def show_compound(name: str, folders: Sequence[Path], as_json: bool) -> None:
    """Every number of one compound."""
    library = load_library(folders)
    compound = library.compound(name)
    rows = [_row(path, number, library) for path, number in numbers_of(compound)]
    if as_json:
        head = {"name": compound.name, "title": compound.title, "note": compound.note}
        typer.echo(json.dumps(head | {"parameters": rows}))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{compound.title} ({compound.name})", box=box.SIMPLE_HEAD, caption=compound.note)
    for column in ("parameter", "value", "people differ", "uncertain", "basis", "source"):
        table.add_column(column, overflow="fold")
    for row in rows:
        spread = [f"CV {row[k]:.0%}" if row[k] else "-" for k in ("between_cv", "uncertainty_cv")]
        where = (
            f"{row['source']}: {row['citation']}"
            if row["sourced"]
            else f"{row['source']} (not a read source)"
        )
        detail = "; ".join(part for part in (where, row["locator"], row["note"]) if part)
        table.add_row(row["parameter"], f"{row['value']:g} {row['unit']}", *spread, row["basis"], detail)
    Console(width=None if Console().is_terminal else 160).print(table)


def show_source(key: str, folders: Sequence[Path], as_json: bool) -> None:
    """One source and the numbers that rest on it."""
    library = load_library(folders)
    source = library.source(key)
    entries: dict[str, Any] = {
        **library.compounds,
        **library.products,
        **library.physiology,
        **library.safety,
    }
    used = [
        _row(f"{name}.{path}", number, library)
        for name, entry in entries.items()
        for path, number in numbers_of(entry)
        if number.source == key
    ]
    if as_json:
        typer.echo(json.dumps(source.model_dump() | {"numbers": used}))
        return
    typer.echo(f"{source.key}: {source.authors} ({source.year}). {source.title}. {source.journal}")
    typer.echo(f"  doi {source.doi or '-'}  pmid {source.pmid or '-'}  {source.url}")
    for row in used:
        detail = "; ".join(part for part in (row["basis"], row["locator"], row["note"]) if part)
        typer.echo(f"  {row['parameter']} = {row['value']:g} {row['unit']} ({detail})")
    if not used:
        typer.echo("  no number of the library rests on it")


def _row(path: str, number: Parameter, library: Library) -> dict[str, Any]:
    return {
        "parameter": path,
        **number.model_dump(),
        "citation": library.source(number.source).title,
        "sourced": number.verified and number.basis != "assumption",
    }
