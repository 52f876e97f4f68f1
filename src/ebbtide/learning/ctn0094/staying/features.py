"""The table of features of the randomised people: one row a person, one column a number, missing as NaN."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from ebbtide.library.errors import unknown_name

from ..tables import Tables
from . import diary, traits
from .known import TASKS, known_by
from .returns import DAYS_A_WEEK

TRAITS: dict[str, Callable[[Tables, pd.DataFrame], pd.DataFrame]] = {
    "demographics": traits.demographics,
    "psychiatric": traits.diagnoses,
    "rbs_iv": traits.injecting,
    "rbs": traits.risks,
    "fagerstrom": traits.smoking,
    "qol": traits.homeless,
    "asi": traits.injected,
}
DIARY: dict[str, Callable[[Tables, pd.DataFrame, int], pd.DataFrame]] = {
    "all_drugs": diary.reported,
    "uds_temp": diary.urines,
    "visit": diary.visits,
    "treatment": diary.doses,
    "withdrawal": diary.ratings,
    "withdrawal_pre_post": diary.around_dose,
    "pain": diary.pain,
    "detox": diary.detox,
    "uds": diary.weeks_known,
}
SITES = 40
"""Sites are numbered below this."""


def features(tables: Tables, people: pd.DataFrame, task: str) -> pd.DataFrame:
    """What is known of each person for a task.

    Parameters
    ----------
    tables
        All tables; rows after the last day known in the task are not looked at.
    people
        As :func:`~.returns.first_randomisations` gives them.
    task
        ``return-entry`` or ``return-week3``.

    Returns
    -------
    DataFrame
        Index ``who``; the same columns in the same order whatever the tables hold, named after their table
        (``rbs.told_heroin``), with ``plan.`` (trial and arm), ``site.`` and ``wait.`` (days from start to
        randomisation). What a missing table would have told is missing.

    Raises
    ------
    InputError
        When there is no such task.
    """
    if task not in TASKS:
        raise unknown_name("task", task, TASKS)
    known = known_by(tables, people, TASKS[task])
    weeks = TASKS[task] // DAYS_A_WEEK
    parts = [traits.arms(people).add_prefix("plan."), _sites(known, people).add_prefix("site.")]
    parts.append(np.log1p(people[["day"]].clip(lower=0)).add_prefix("wait."))
    for name, make in TRAITS.items():
        parts.append(_told(make(known, people), name, known))
    for name, make_days in DIARY.items():
        parts.append(_told(make_days(known, people, weeks), name, known))
    return pd.concat(parts, axis=1).astype(np.float64)


def _told(part: pd.DataFrame, name: str, known: Tables) -> pd.DataFrame:
    part = part.add_prefix(f"{name}.")
    return part if name not in known.missing else part.astype(float) * np.nan


def _sites(known: Tables, people: pd.DataFrame) -> pd.DataFrame:
    site = traits.one_row(known, "site_masked", people)["site_masked"]
    site = pd.to_numeric(site, errors="coerce")
    return pd.DataFrame({f"{k}": (site == k).astype(float) for k in range(1, SITES)})
