"""What was known of each person on a day: tables without anything dated later, or dated not at all.

Predictions are made from such tables only. A row of a table that has days counts when its day is there and
not after the person's last known day; so no later row, count of rows or presence in a table can reach a
prediction. Tables without days (history, diagnoses, answers at screening) are taken to be from before the
first randomisation.
"""

from __future__ import annotations

import pandas as pd

from ..tables import COLUMNS, Tables

TASKS: dict[str, int] = {"return-entry": 0, "return-week3": 21}
"""Last day after the first randomisation of which something is known, by task."""


def known_by(tables: Tables, people: pd.DataFrame, days: int) -> Tables:
    """The tables of the people as they stood ``days`` days after their first randomisation.

    Parameters
    ----------
    tables
        All that there is.
    people
        As :func:`~.returns.first_randomisations` gives them.
    days
        0 keeps rows up to and on the day of the first randomisation.
    """
    frames = {}
    for name, frame in tables.frames.items():
        kept = frame[frame["who"].isin(people.index)]
        if "when" in COLUMNS[name]:
            kept = kept[kept["when"] <= kept["who"].map(people["day"]) + days]
        if name == "randomization":
            kept = kept[kept["which"] == 1]
        frames[name] = kept.reset_index(drop=True)
    return Tables(frames, tables.folder, tables.missing)
