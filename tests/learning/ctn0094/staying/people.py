"""Small folders of made-up people for the tests."""

from pathlib import Path

import pandas as pd

from ebbtide.learning.ctn0094 import COLUMNS, Tables
from ebbtide.learning.ctn0094.tables import NUMBERS


def tables_of(**rows: list[tuple]) -> Tables:
    """Tables with the rows given by name, each a tuple in the order of ``COLUMNS``; the others are empty."""
    frames = {}
    for name, columns in COLUMNS.items():
        frame = pd.DataFrame(rows.get(name, []), columns=list(columns))
        for column in columns:
            frame[column] = frame[column].astype(float if column in NUMBERS else object)
        for column in {"who", "project"} & set(columns):
            frame[column] = frame[column].astype("int64")
        frames[name] = frame
    return Tables(frames, Path("made-up"))


def one_person(arm: str, urines: list[float], positive: list[tuple[str, float]], day: float = 0.0) -> Tables:
    """Person 1 of trial 27, randomised on a day, with urines and what was found in them."""
    return tables_of(
        everybody=[(1, 27)],
        randomization=[(1, arm, 1, day)],
        uds_temp=[(1, 1, when) for when in urines],
        uds=[(1, what, when) for what, when in positive],
    )
