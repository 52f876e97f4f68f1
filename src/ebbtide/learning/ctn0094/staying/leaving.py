"""When people leave treatment and when they return to use, in days since their first randomisation.

A *contact* is a urine, a dose, or a visit that took place. A person has left on the day of the last contact
before the first gap of more than four weeks without any, if that day is more than two weeks before the end of
the 24 weeks. By this 74 % of the methadone arm and 46 % of the buprenorphine arm of trial 27 stayed, as Hser
and others 2014 report it. Nobody is censored before the end: whoever is not seen again has left.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..tables import Tables
from .returns import DAYS_A_WEEK, since, week_of_return, weeks_of_use

FOLLOWED_WEEKS = 24
GAP_DAYS = 28
"""A longer gap without any contact is leaving: depot injections are planned so far apart."""
END_DAYS = 14
"""Whoever was seen so near to the end has stayed."""
NO_VISIT = ("no visit", "MISSING")


def contacts(tables: Tables, people: pd.DataFrame) -> pd.DataFrame:
    """Days (0 and later) on which a person was seen: columns ``who``, ``day``, sorted."""
    visits = tables["visit"][~tables["visit"]["what"].isin(NO_VISIT)]
    frames = [
        since(rows, people) for rows in (tables["uds"], tables["uds_temp"], tables["treatment"], visits)
    ]
    seen = pd.concat([rows[["who", "day"]] for rows in frames])
    return seen[seen["day"] >= 0].drop_duplicates().sort_values(["who", "day"], ignore_index=True)


def until_leaving(tables: Tables, people: pd.DataFrame) -> pd.DataFrame:
    """Days until each person left (``event``), or the end of the 24 weeks: columns ``days``, ``event``."""
    seen = contacts(tables, people)
    following = seen.groupby("who")["day"].shift(-1)
    before_gap = seen[following.isna() | (following - seen["day"] > GAP_DAYS)]
    last = before_gap.groupby("who")["day"].min().reindex(people.index, fill_value=0.0)
    end = FOLLOWED_WEEKS * DAYS_A_WEEK
    left = last < end - END_DAYS
    return pd.DataFrame({"days": last.where(left, end).astype(float), "event": left})


def until_return(tables: Tables, people: pd.DataFrame) -> pd.DataFrame:
    """Days until the fourth week of use in a row ended (``event``), or 24 weeks: ``days``, ``event``."""
    week = week_of_return(weeks_of_use(tables, people, FOLLOWED_WEEKS))
    days = np.where(week > 0, week, FOLLOWED_WEEKS) * float(DAYS_A_WEEK)
    return pd.DataFrame({"days": days, "event": week > 0}, index=people.index)
