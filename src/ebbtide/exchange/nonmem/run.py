"""A NONMEM-style event table through one compound."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ebbtide.engine.expansion import expand
from ebbtide.engine.linear import Linear, amounts, prepare, steps_of
from ebbtide.library import InputError

from .columns import entry_columns
from .compound import Compound, read_compound
from .parameters import kinetics_of, parameters_of
from .records import Person, read_people
from .table import Table, read_table

TOGETHER = 20_000
"""Records whose steps are computed in one go."""


@dataclass(frozen=True)
class Result:
    """One row for each record, in the order of the data."""

    ids: tuple[str, ...]
    """As the data has them, like ``times``."""
    times: tuple[str, ...]
    compartments: tuple[str, ...]
    amounts: NDArray[np.float64]
    """In the unit of AMT, shape ``(records, compartments)``."""
    concentration: NDArray[np.float64]
    """Of the central compartment, per litre, shape ``(records,)``."""
    notes: tuple[str, ...] = ()
    """What a user should know of how the data was taken."""


def run_file(
    data: str | Path, compound: str | Path, options: Mapping[str, Sequence[str]] | None = None
) -> Result:
    """Run a data file; see :func:`run_table`."""
    return run_table(read_table(data), read_compound(compound), options)


def run_table(table: Table, compound: Compound, options: Mapping[str, Sequence[str]] | None = None) -> Result:
    """Run every person of a table through ``compound``.

    Parameters
    ----------
    options
        Columns that say how doses enter, by item: see :func:`.columns.entry_columns`.

    Raises
    ------
    InputError
        When something cannot be used; the message names file, line and column.
    """
    columns, notes = entry_columns(table, compound, options or {})
    people = read_people(table, compound, columns)
    values = parameters_of(table, compound, [person.rows for person in people])
    kinetics = kinetics_of(compound, values)
    for person in people:
        for row, record in zip(person.rows, person.records, strict=True):
            if record.steady and values["CL"][row] == 0.0:
                raise InputError("no steady state without clearance", where=record.where)
    moved: list[str] = []
    with np.errstate(all="ignore"):  # what overflows is told below, with its line
        shown = np.concatenate([own for group in _groups(people) for own in _run(group, kinetics, moved)])
        concentration = shown[:, compound.central] / values["V"]
    wrong = ~np.isfinite(shown).all(axis=1) | ~np.isfinite(concentration)
    if wrong.any():
        raise InputError("amounts become too large to hold", where=table.at(int(wrong.argmax())))
    names = [person.name for person in people]
    if len(set(names)) < len(names):
        notes.append("an ID that comes back after another is taken for another person, as NONMEM does")
    if moved:
        notes.append(
            f"{moved[0]}: the dose enters with the bioavailability or duration of the record at or after that"
            f" time, not with its own, as in NONMEM; so do {len(set(moved)) - 1} more"
        )
    time, person_column = table.place("TIME", table.where), table.place("ID", table.where)
    return Result(
        ids=tuple(row[person_column] for row in table.rows),
        times=tuple(row[time] for row in table.rows),
        compartments=compound.compartments,
        amounts=shown,
        concentration=concentration,
        notes=tuple(notes),
    )


def _groups(people: Sequence[Person]) -> Iterator[list[Person]]:
    """People whose steps are computed together: many, but not more than memory holds."""
    group: list[Person] = []
    first = 0
    for person in people:
        if person.rows.stop - first > TOGETHER and group:
            yield group
            group, first = [], person.rows.start
        group.append(person)
    yield group


def _run(
    people: Sequence[Person], kinetics: Sequence[Linear], moved: list[str]
) -> Iterator[NDArray[np.float64]]:
    own = [kinetics[person.rows.start : person.rows.stop] for person in people]
    events = [expand(person.records, moved) for person in people]
    prepare(step for each, systems in zip(events, own, strict=True) for step in steps_of(each, systems))
    for person, each, systems in zip(people, events, own, strict=True):
        try:
            yield amounts(each, systems)
        except np.linalg.LinAlgError as error:
            raise InputError(
                "the steady state of this person cannot be computed", where=person.records[0].where
            ) from error
    for system in {id(system): system for systems in own for system in systems}.values():
        system.steps.clear()


def write_result(result: Result, out: str | Path) -> None:
    """Write ID, TIME, one column a compartment, and CP; the file is put in place whole.

    Raises
    ------
    InputError
        When it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["ID", "TIME", *result.compartments, "CP"])
    numbers = np.column_stack([result.amounts, result.concentration]).tolist()
    for name, time, row in zip(result.ids, result.times, numbers, strict=True):
        writer.writerow([name, time, *map(repr, row)])
    path = Path(out)
    part = path.parent / f".{path.name}.{secrets.token_hex(6)}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_text(text.getvalue(), encoding="utf-8")
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot write there: {reason}", where="--out", value=str(out)) from error
