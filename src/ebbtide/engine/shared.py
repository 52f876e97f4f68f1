"""What all people of a group have alike, kept once: it needs no memory and is computed once for all."""

from __future__ import annotations

from typing import Any

import numpy as np

from ebbtide.physiology.body import BodyNumbers


def shared(numbers: Any) -> Any:
    """Numbers of a body with one column of each table of the followers that is the same in everybody.

    Symptoms and craving differ between people by sensitivity, not by their rates, so that where people differ
    in nothing but themselves most of what a step needs is shared. Other bodies stay as they are.
    """
    if not isinstance(numbers, BodyNumbers):
        return numbers
    felt, relief = numbers.withdrawal, numbers.relief
    return numbers._replace(
        withdrawal=felt._replace(
            rebound_gain=_one(felt.rebound_gain), steepness=_one(felt.steepness), rate=_one(felt.rate)
        ),
        relief=relief._replace(by_cause={cause: _one(table) for cause, table in relief.by_cause.items()}),
    )


def _one(table: Any) -> Any:
    table = np.asarray(table)
    return table[:, :1] if (table == table[:, :1]).all() else table
