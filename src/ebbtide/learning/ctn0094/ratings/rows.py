"""The rows of the table ``withdrawal``: what is asked, and of some rows the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float
from numpy.typing import NDArray

from ebbtide.library import InputError

from ..tables import Tables
from .days import Rows
from .features import features
from .odds import LEVELS, Array, Ratings

TRIALS = (27, 30, 51)


@dataclass(frozen=True)
class RatingRows:
    """Every row of the table in its order, what is known of each, and the rating where there is one."""

    rows: Rows
    known: pd.DataFrame
    rating: Float[Array, " rows"]
    """0 to 3, NaN where it is not known."""

    @property
    def who(self) -> NDArray[np.int64]:
        """The person of each row."""
        return self.rows.who

    @property
    def trial(self) -> Array:
        """The trial of each row."""
        return np.asarray(self.known["trial"], dtype=np.float64)

    @property
    def before_treatment(self) -> Bool[NDArray[np.bool_], " rows"]:
        """Whether a row lies before the first dose or on its day."""
        return np.asarray(~(self.known["treatment.since_first"].to_numpy(dtype=np.float64) > 0))

    @property
    def rated(self) -> Bool[NDArray[np.bool_], " rows"]:
        """Rows with a rating and a day."""
        return ~np.isnan(self.rating) & ~np.isnan(self.rows.day)

    def answers(self) -> Ratings:
        """The ratings of :attr:`rated` rows."""
        return self.rating[self.rated].astype(np.int64)

    def some(self, chosen: NDArray[np.bool_]) -> RatingRows:
        """Some of the rows."""
        part = Rows(self.rows.who[chosen], self.rows.day[chosen], self.rows.people)
        return RatingRows(part, self.known[chosen].reset_index(drop=True), self.rating[chosen])


def rating_rows(tables: Tables) -> RatingRows:
    """Rows of ``tables``.

    Raises
    ------
    InputError
        When a person or a trial is not known, or a rating is not 0, 1, 2, 3 or missing.
    """
    table = tables["withdrawal"]
    where = f"{tables.folder}/withdrawal"
    who = table["who"].to_numpy(dtype=np.int64)
    strangers = ~np.isin(who, tables.who)
    if strangers.any():
        raise InputError("not in the table everybody", where=where, value=f"who = {who[strangers][0]}")
    trials = tables.project.to_numpy()
    if (other := trials[~np.isin(trials, TRIALS)]).size:
        raise InputError(
            "not a trial of CTN-0094", where=f"{tables.folder}/everybody", value=f"project = {other[0]}",
            allowed=", ".join(map(str, TRIALS)),
        )  # fmt: skip
    rating = table["withdrawal"].to_numpy(dtype=np.float64)
    if (wrong := rating[~np.isnan(rating) & ~np.isin(rating, np.arange(LEVELS))]).size:
        raise InputError(
            "not a rating", where=where, value=f"withdrawal = {wrong[0]:g}", allowed="0, 1, 2, 3 or nothing"
        )
    rows = Rows(who, table["when"].to_numpy(dtype=np.float64), tables.who)
    return RatingRows(rows, features(tables, rows), rating)
