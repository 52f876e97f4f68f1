"""What is known of a person on a day: covariates, doses, use, urines and visits up to that day."""

from __future__ import annotations

import pandas as pd

from ...tables import Tables
from ..days import Rows
from .contact import contact
from .person import person
from .treatment import ARMS, treatment
from .use import use

__all__ = ["ARMS", "CATEGORIES", "features"]

CATEGORIES = ("trial", "arm", "site")
"""Columns that are names, coded as numbers."""


def features(tables: Tables, rows: Rows) -> pd.DataFrame:
    """One line a row, all columns numbers, NaN where nothing is known.

    Only what has a day up to the row's is looked at; of ratings, only on which earlier days there was one.
    """
    return pd.DataFrame({**treatment(tables, rows), **use(tables, rows), **contact(tables, rows),
                         **person(tables, rows)}).astype("float64")  # fmt: skip
