"""People by days: what happened on which day, read only up to the day that is asked about.

Every feature of a row is made here from looks backward (:meth:`Days.on`, :meth:`Days.within`,
:meth:`Days.since`), so that none can know how long a person will stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from numpy.typing import NDArray

Array = NDArray[np.float64]
Place = NDArray[np.intp]
FIRST_DAY, LAST_DAY = -60, 420
"""What lies outside is counted to the nearest of these days, or left out by :func:`days_of`."""


@dataclass(frozen=True)
class Rows:
    """The rows that something is asked about: a person and a study day each."""

    who: Int[NDArray[np.int64], " rows"]
    day: Float[Array, " rows"]
    people: Int[NDArray[np.int64], " people"]
    """All people of the tables, in order."""

    def __len__(self) -> int:
        return len(self.who)

    @cached_property
    def person(self) -> Place:
        """Position of each row's person among all people."""
        return np.asarray(pd.Index(self.people).get_indexer(self.who), dtype=np.intp)

    @cached_property
    def column(self) -> Place:
        """Column of each row's day in :class:`Days`; of an unknown day the first, where nothing is known."""
        return np.clip(np.nan_to_num(self.day, nan=FIRST_DAY) - FIRST_DAY, 0, LAST_DAY - FIRST_DAY).astype(
            np.intp
        )


@dataclass(frozen=True)
class Days:
    """Amounts by person and day, 0 where there was nothing."""

    amount: Float[Array, "people days"]

    @cached_property
    def _total(self) -> Float[Array, "people days_and_one"]:
        return np.pad(np.cumsum(self.amount, axis=1), ((0, 0), (1, 0)))

    @cached_property
    def _last(self) -> Int[NDArray[np.int64], "people days"]:
        """Column of the latest day with something, -1 before there is one."""
        columns = np.arange(self.amount.shape[1])
        return np.asarray(np.maximum.accumulate(np.where(self.amount > 0, columns, -1), axis=1))

    @cached_property
    def _first(self) -> Int[NDArray[np.int64], " people"]:
        some = self.amount > 0
        return np.asarray(np.where(some.any(axis=1), some.argmax(axis=1), self.amount.shape[1]))

    @cached_property
    def _highest(self) -> Float[Array, "people days"]:
        return np.maximum.accumulate(self.amount, axis=1)

    def on(self, rows: Rows, before: int = 0) -> Array:
        """The amount ``before`` days before each row's day."""
        return self.amount[rows.person, np.maximum(rows.column - before, 0)]

    def within(self, rows: Rows, days: int | None = None) -> Array:
        """The sum over the last ``days`` days, the row's own the last of them; over all days without one."""
        ends = self._total[rows.person, rows.column + 1]
        if days is None:
            return np.asarray(ends)
        return np.asarray(ends - self._total[rows.person, np.maximum(rows.column + 1 - days, 0)])

    def highest(self, rows: Rows) -> Array:
        """The largest amount of any day so far."""
        return self._highest[rows.person, rows.column]

    def since(self, rows: Rows, before: int = 0) -> Array:
        """Days from the latest day with something to ``before`` days before the row's; NaN where none was."""
        columns = np.maximum(rows.column - before, 0)
        last = self._last[rows.person, columns]
        return np.where(last >= 0, (columns - last).astype(np.float64), np.nan)

    def since_first(self, rows: Rows) -> Array:
        """Days since the first day with something, NaN before it."""
        first = self._first[rows.person]
        return np.where(first <= rows.column, (rows.column - first).astype(np.float64), np.nan)

    def until_start(self, rows: Rows) -> Array:
        """The sum over the days before study day 0, of them only those up to the row's day."""
        return self._total[rows.person, np.minimum(rows.column + 1, -FIRST_DAY)]

    def marked(self) -> Days:
        """1 on days with something."""
        return Days((self.amount > 0).astype(np.float64))


def days_of(people: NDArray[np.int64], frame: pd.DataFrame, value: str | None = None) -> Days:
    """A grid of a table with ``who`` and ``when``: 1 on its days, or the largest ``value`` of the day.

    Rows without a day, of other people or outside the days of the grid are left out.
    """
    known = frame[frame["when"].between(FIRST_DAY, LAST_DAY)]
    place = pd.Index(people).get_indexer(known["who"])
    amounts = np.ones(len(known)) if value is None else known[value].to_numpy(dtype=np.float64)
    kept = (place >= 0) & ~np.isnan(amounts)
    grid = np.zeros((len(people), LAST_DAY - FIRST_DAY + 1))
    columns = np.floor(known["when"].to_numpy(dtype=np.float64)[kept] - FIRST_DAY).astype(np.intp)
    np.maximum.at(grid, (place[kept], columns), amounts[kept])
    return Days(grid)
