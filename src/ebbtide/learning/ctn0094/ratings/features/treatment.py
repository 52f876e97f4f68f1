"""Trial, arm and doses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...tables import Tables
from ..days import Days, Rows, days_of

Array = NDArray[np.float64]
ARMS = ("Methadone", "Outpatient BUP", "Outpatient BUP + EMM", "Outpatient BUP + SMM", "Inpatient BUP",
        "Inpatient NR-NTX")  # fmt: skip
INJECTED = "Inpatient NR-NTX"
INJECTION_LASTS = 28
WINDOWS = (3, 8, 28)
LAST_DOSES = 8


def treatment(tables: Tables, rows: Rows) -> dict[str, Array]:
    """Arm from the day of randomisation on, doses of the last days, how far into treatment."""
    by_mouth, injections = doses(tables)
    columns: dict[str, Array] = {
        "day": rows.day,
        "trial": tables.project.reindex(rows.who).to_numpy(dtype=np.float64),
    }
    columns |= _randomised(tables, rows)
    given = by_mouth.marked()
    any_dose = Days(given.amount + injections.amount)
    for before in range(LAST_DOSES):
        columns[f"dose.{before}_days_ago"] = by_mouth.on(rows, before)
    for days in WINDOWS:
        columns[f"dose.mean_{days}"] = by_mouth.within(rows, days) / days
        columns[f"dose.days_{days}"] = given.within(rows, days)
    lately = [columns[f"dose.{before}_days_ago"] for before in range(LAST_DOSES)]
    highest = by_mouth.highest(rows)
    share = columns[f"dose.mean_{WINDOWS[0]}"] / np.where(highest > 0, highest, np.nan)
    columns |= {
        "dose.days": given.within(rows),
        "dose.highest": highest,
        "dose.change_7": columns["dose.0_days_ago"] - columns["dose.7_days_ago"],
        "dose.varied_8": np.std(lately, axis=0),
        "dose.share_of_highest": share,
        "dose.since_last": by_mouth.since(rows),
        "dose.since_first": by_mouth.since_first(rows),
        "treatment.since_first": any_dose.since_first(rows),
        "injection.since_last": injections.since(rows),
        "injection.count": injections.marked().within(rows),
        "injection.due": injections.since(rows) - INJECTION_LASTS,
    }
    return columns


def doses(tables: Tables) -> tuple[Days, Days]:
    """Milligrams by mouth or under the tongue, and injections, by day.

    The arm tells them apart: an amount of 1 is an injection of naltrexone there and 1 mg elsewhere.
    """
    arms = tables["randomization"]
    injected = arms[arms["treatment"] == INJECTED].groupby("who")["when"].min()
    given = tables["treatment"]
    is_injection = given["when"] >= given["who"].map(injected)
    by_mouth = days_of(tables.who, given[~is_injection], "amount")
    return by_mouth, days_of(tables.who, given[is_injection], "amount").marked()


def _randomised(tables: Tables, rows: Rows) -> dict[str, Array]:
    columns: dict[str, Array] = {}
    table = tables["randomization"]
    arm = np.full(len(rows), np.nan)
    for which in (1, 2):
        own = table[table["which"] == which].drop_duplicates("who").set_index("who").reindex(rows.who)
        when = own["when"].to_numpy(dtype=np.float64)
        known = when <= rows.day
        columns[f"randomised_{which}.since"] = np.where(known, rows.day - when, np.nan)
        number = own["treatment"].map({name: i for i, name in enumerate(ARMS)}).to_numpy(dtype=np.float64)
        arm = np.where(known & ~np.isnan(number), number, arm)
    return columns | {"arm": arm}
