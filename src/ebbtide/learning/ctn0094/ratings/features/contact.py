"""Visits, and the days of earlier ratings: how steadily a person came until now."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...tables import Tables
from ..days import Rows, days_of

Array = NDArray[np.float64]
WEEK = 7.0


def contact(tables: Tables, rows: Rows) -> dict[str, Array]:
    """Counts and gaps of visits and ratings, which visit of the plan it is, and stays for detoxification."""
    visits = tables["visit"]
    came = visits[(visits["what"] == "visit") | visits["what"].isna()]
    visited = days_of(tables.who, came)
    rated = days_of(tables.who, tables["withdrawal"])
    yesterday = Rows(rows.who, rows.day - 1.0, rows.people)
    count, ratings = visited.within(rows), rated.within(yesterday)
    randomised = tables["randomization"]
    first = randomised[randomised["which"] == 1].drop_duplicates("who").set_index("who")["when"]
    since = rows.day - first.reindex(rows.who).to_numpy(dtype=np.float64)
    week, phase = _planned(visits, rows)
    weeks = np.maximum(rows.day, 0.0) / WEEK + 1.0
    columns = {
        "visit.count": count,
        "visit.count_28": visited.within(rows, 28),
        "visit.since": visited.since(rows, before=1),
        "visit.a_week": count / weeks,
        "visit.missed": np.where(since >= 0, since, np.nan) / WEEK - count,
        "visit.week": week,
        "visit.phase": phase,
        "visit.late": rows.day - WEEK * week,
        "rated.count": ratings,
        "rated.count_28": rated.within(yesterday, 28),
        "rated.since": rated.since(yesterday) + 1.0,
        "rated.a_week": ratings / weeks,
        "day_of_week": rows.day % WEEK,
    }
    stays = tables["detox"]
    for kind in ("admission", "discharge"):
        columns[f"detoxification.{kind}_since"] = days_of(tables.who, stays[stays["what"] == kind]).since(
            rows
        )
    return columns


def _planned(visits: pd.DataFrame, rows: Rows) -> tuple[Array, Array]:
    """Week and phase in the name of that day's visit, such as ``P1Wk2`` or ``WK16``."""
    names = (
        visits.dropna(subset=["when"]).drop_duplicates(["who", "when"]).set_index(["who", "when"])["visit"]
    )
    own = (
        names.reindex(pd.MultiIndex.from_arrays([rows.who, rows.day])).reset_index(drop=True).astype("string")
    )
    week = own.str.extract(r"(?i)wk(\d+)")[0].astype("Float64")
    phase = own.str.extract(r"^P(\d)")[0].astype("Float64")
    return week.to_numpy(dtype=np.float64, na_value=np.nan), phase.to_numpy(dtype=np.float64, na_value=np.nan)
