"""Return to use by week 12, as Luo and others 2023 (JAMA Psychiatry 81:45) define it.

A person is followed from the day r of the first randomisation; week k is days r + 7(k-1) + 1 to r + 7k. A
week is one of *use* when no urine was taken in it, or one was positive for an opioid that is not the medicine
of the arm. *Return* is four such weeks in a row within weeks 1-12. Absence counts as use: whoever leaves
returns, by definition, four weeks later.

The panels differ (``meta_substance_groups_uds`` of the package): in all three trials ``Opioid`` stands for
opiates, oxycodone and (27, 30) propoxyphene, and methadone has its own test; buprenorphine was only looked
for in trials 30 and 51, so that in the methadone arm of trial 27 it cannot be found.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from jaxtyping import Bool, Int

from ebbtide.library import InputError
from ebbtide.library.errors import nearest_name

from ..tables import Tables

WEEKS = 12
DAYS_A_WEEK = 7
IN_A_ROW = 4
OPIOIDS = ("Opioid", "Methadone", "Buprenorphine")
"""Values of ``uds.what`` that are opioids."""
OWN_MEDICINE: dict[str, str | None] = {
    "Methadone": "Methadone",
    "Outpatient BUP": "Buprenorphine",
    "Outpatient BUP + EMM": "Buprenorphine",
    "Outpatient BUP + SMM": "Buprenorphine",
    "Inpatient BUP": "Buprenorphine",
    "Inpatient NR-NTX": None,
}
"""The opioid that each arm gives, which a urine may hold."""


def first_randomisations(tables: Tables) -> pd.DataFrame:
    """Arm and day of the first randomisation, by ``who``, in the order of ``who``.

    Returns
    -------
    DataFrame
        Index ``who``; columns ``project``, ``arm``, ``day``. Empty when nobody was randomised.

    Raises
    ------
    InputError
        When there is no table ``randomization``, an arm is unknown, a day is missing, a person is not in
        ``everybody``, or a first randomisation stands there twice.
    """
    where = f"{tables.folder}/randomization"
    if "randomization" in tables.missing:
        raise InputError(
            "the table randomization is missing: nobody's first day is known", where=str(tables.folder),
            allowed="randomization.csv.gz",
        )  # fmt: skip
    rows = tables["randomization"]
    first = rows[rows["which"] == 1].sort_values("who")
    if len(unknown := first[~first["treatment"].isin(list(OWN_MEDICINE))]):
        arm = str(unknown["treatment"].iloc[0])
        raise InputError(
            "unknown treatment", where=where, value=arm, allowed=", ".join(OWN_MEDICINE),
            nearest=nearest_name(arm, OWN_MEDICINE),
        )  # fmt: skip
    for wrong, message in (
        (first["when"].isna(), "the day of the first randomisation is missing"),
        (~first["who"].isin(tables.who), "is not in the table everybody"),
        (first["who"].duplicated(), "has two first randomisations"),
    ):
        if wrong.any():
            raise InputError(message, where=where, value=f"who = {first['who'][wrong].iloc[0]}")
    first = first.set_index("who")
    return pd.DataFrame(
        {"project": tables.project.reindex(first.index), "arm": first["treatment"], "day": first["when"]}
    )


def week_of(days: pd.Series) -> pd.Series:
    """The week of treatment (1 is days 1-7 after the first randomisation; 0 and less are before it)."""
    return np.ceil(days / DAYS_A_WEEK)


def since(rows: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """The rows of the people that have a day, with ``day``: days since the person's first randomisation."""
    kept = rows[rows["who"].isin(people.index) & rows["when"].notna()]
    return kept.assign(day=kept["when"] - kept["who"].map(people["day"]))


def urine_weeks(
    tables: Tables, people: pd.DataFrame, weeks: int = WEEKS
) -> tuple[Bool[np.ndarray, "n weeks"], ...]:
    """In which weeks of treatment a urine was taken, and in which one held an opioid that was not given.

    Parameters
    ----------
    tables
        Tables with ``uds`` and ``uds_temp``; a row in either says that a urine was taken.
    people
        As :func:`first_randomisations` gives them.
    weeks
        How many weeks from the first randomisation.

    Returns
    -------
    tuple of arrays (people, weeks)
        Taken, and positive.
    """
    place = pd.Series(np.arange(len(people)), index=people.index)
    positive = tables["uds"][tables["uds"]["what"].isin(OPIOIDS)]
    given = positive["who"].map(people["arm"]).map(OWN_MEDICINE)
    sets = ([tables["uds_temp"], tables["uds"]], [positive[positive["what"] != given]])
    found = []
    for frames in sets:
        seen = np.zeros((len(people), weeks), dtype=bool)
        for frame in frames:
            rows = since(frame, people)
            week = week_of(rows["day"])
            inside = (week >= 1) & (week <= weeks)
            seen[place[rows["who"][inside]], week[inside].astype(int) - 1] = True
        found.append(seen)
    return tuple(found)


def weeks_of_use(tables: Tables, people: pd.DataFrame, weeks: int = WEEKS) -> Bool[np.ndarray, "n weeks"]:
    """Weeks in which no urine was taken or one held an opioid that was not given."""
    taken, positive = urine_weeks(tables, people, weeks)
    return np.asarray(~taken | positive)


def week_of_return(use: Bool[np.ndarray, "n weeks"]) -> Int[np.ndarray, " n"]:
    """The week in which the fourth week of use in a row ends; 0 for those who do not return."""
    in_a_row = np.zeros(len(use), dtype=np.int64)
    week = np.zeros(len(use), dtype=np.int64)
    for k in range(use.shape[1]):
        in_a_row = np.where(use[:, k], in_a_row + 1, 0)
        week = np.where((week == 0) & (in_a_row >= IN_A_ROW), k + 1, week)
    return week


def longest_use(use: Bool[np.ndarray, "n weeks"]) -> Int[np.ndarray, " n"]:
    """The most weeks of use in a row."""
    in_a_row = most = np.zeros(len(use), dtype=np.int64)
    for k in range(use.shape[1]):
        in_a_row = np.where(use[:, k], in_a_row + 1, 0)
        most = np.maximum(most, in_a_row)
    return most


def returned(tables: Tables) -> pd.Series:
    """Whether each randomised person returned to use by week 12 (index ``who``).

    Raises
    ------
    InputError
        When the tables hold no urine after the third week: what came later is then not known.
    """
    people = first_randomisations(tables)
    later = [since(tables[name], people) for name in ("uds", "uds_temp")]
    if not any((week_of(rows["day"]) > IN_A_ROW - 1).any() for rows in later):
        raise InputError(
            "no urine after the third week: whether anyone returned to use is not known",
            where=str(tables.folder), allowed="tables uds and uds_temp that reach week 12",
        )  # fmt: skip
    return pd.Series(week_of_return(weeks_of_use(tables, people)) > 0, index=people.index, name="returned")
