"""The kinetics that hold at each record, from typical values and columns of the data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ebbtide.engine.linear import Linear, rate_matrix
from ebbtide.library import InputError

from .compound import Compound
from .reading import MAY_BE_ZERO
from .table import Table

Array = NDArray[np.float64]


def parameters_of(table: Table, compound: Compound, people: Sequence[range]) -> dict[str, Array]:
    """Every parameter at every row.

    The value at a record holds over the interval that ends with it, so a missing covariate is the person's
    next one, and after the last the last.

    Raises
    ------
    InputError
        When a covariate is not there, a person has none, or it makes a parameter impossible.
    """
    rows = len(table.rows)
    values = {name: np.full(rows, number) for name, number in compound.typical.items()}
    filled: dict[int, Array] = {}
    for relation in compound.relations:
        column = table.place(relation.column, f"{compound.where}: covariates")
        if column not in filled:
            filled[column] = _filled(table, column, people)
        parameter = values[relation.parameter] * relation.factor(filled[column])
        zero = relation.parameter.rstrip("123") in MAY_BE_ZERO
        wrong = ~np.isfinite(parameter) | (parameter < 0.0 if zero else parameter <= 0.0)
        if wrong.any():
            row = int(wrong.argmax())
            raise InputError(
                f"makes {relation.parameter} impossible",
                where=table.at(row, column),
                value=float(filled[column][row]),
            )
        values[relation.parameter] = parameter
    return values


def _filled(table: Table, column: int, people: Sequence[range]) -> Array:
    numbers = table.numbers(column)
    filled = np.empty(len(numbers))
    for rows in people:
        following: float | None = next((numbers[r] for r in reversed(rows) if numbers[r] is not None), None)
        if following is None:
            raise InputError("no value for this person", where=table.at(rows[0], column), value=".")
        for row in reversed(rows):
            own = numbers[row]
            following = following if own is None else own
            filled[row] = following
    return filled


def kinetics_of(compound: Compound, values: dict[str, Array]) -> list[Linear]:
    """For each row its kinetics; rows with the same parameters share one."""
    names = sorted(values)
    table = np.column_stack([values[name] for name in names])
    distinct, place = np.unique(table, axis=0, return_inverse=True)
    known = []
    for row in distinct:
        own = dict(zip(names, row.tolist(), strict=True))
        exchange = [(own[f"Q{i}"], own[f"VP{i}"]) for i in range(1, compound.peripherals + 1)]
        known.append(Linear(rate_matrix(own["CL"], own["V"], own.get("KA"), exchange)))
    return [known[index] for index in place.ravel()]
