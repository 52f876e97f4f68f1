"""Which column says how doses enter which compartment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ebbtide.library import InputError, nearest_name

from .compound import Compound
from .reading import Item
from .spelling import ENTRY_ITEMS, compartment_at_end
from .table import Table

OPTIONS = dict(zip(ENTRY_ITEMS, ("--bioavailability", "--lag", "--duration", "--rate"), strict=True))


def entry_columns(
    table: Table, compound: Compound, options: Mapping[str, Sequence[str]]
) -> tuple[dict[Item, int], list[str]]:
    """The column of each item and compartment that has one, and what to tell the user of it.

    Parameters
    ----------
    options
        By item (``ENTRY_ITEMS``), columns as ``COL`` or ``COMPARTMENT=COL``. ``COL`` alone acts on the
        compartment that its name ends with (``DUR2``, ``F_CENT``); else on the compartment that the names of
        the other columns end with, where that is a single one; else on every compartment.

    Raises
    ------
    InputError
        For a column or compartment that is not there, and when two columns are given for one thing.
    """
    found: dict[Item, int] = {}
    for key, value in compound.entries.items():
        if isinstance(value, str):
            found[key] = table.place(value, compound.where)
    of_options: dict[Item, int] = {}
    open_ended: list[tuple[str, str]] = []
    ends: dict[int, list[str]] = {}
    for item, texts in options.items():
        for text in texts:
            place, column = _split(text, compound, OPTIONS[item])
            if place is None:
                end = compartment_at_end(column)
                place = compound.compartment(end) if end else None
                if place is None:
                    table.place(column, OPTIONS[item])
                    open_ended.append((item, column))
                    continue
                ends.setdefault(place, []).append(column)
            _add(of_options, (item, place), table.place(column, OPTIONS[item]), table)
    places = list(ends) if len(ends) == 1 else list(range(len(compound.roles)))
    for item, column in open_ended:
        if sum(other == item for other, _ in open_ended) > 1:
            raise InputError(
                "two columns for one thing",
                where=OPTIONS[item],
                value=column,
                allowed=f"{OPTIONS[item]} {compound.compartments[0]}={column}",
            )
        for each in places:
            of_options.setdefault((item, each), table.place(column, OPTIONS[item]))
    notes = []
    if open_ended and len(ends) == 1:
        [(only, columns)] = ends.items()
        names = ", ".join(dict.fromkeys(column for _, column in open_ended))
        notes.append(
            f"{names}: taken for {compound.compartments[only]}, which the name of {', '.join(columns)} ends"
            " with; write COMPARTMENT=COLUMN for another compartment"
        )
    return found | of_options, notes


def _split(text: str, compound: Compound, where: str) -> tuple[int | None, str]:
    name, sign, column = text.partition("=")
    if not sign:
        return None, text.strip()
    place = compound.compartment(name.strip())
    if place is None:
        raise InputError(
            "no such compartment",
            where=where,
            value=text,
            allowed=", ".join(f"{each}={column}" for each in compound.compartments),
            nearest=nearest_name(name, compound.compartments),
        )
    return place, column.strip()


def _add(found: dict[Item, int], item: Item, column: int, table: Table) -> None:
    if item in found:
        raise InputError("two columns for one thing", where=OPTIONS[item[0]], value=table.columns[column])
    found[item] = column
