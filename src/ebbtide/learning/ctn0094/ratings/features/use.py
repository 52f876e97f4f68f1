"""Drugs used, by self-report and by urine."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...tables import Tables
from ..days import Days, Rows, days_of

Array = NDArray[np.float64]
SELF_REPORT = "TFB"
HEROIN = ("Heroin",)
OTHER_OPIOIDS = ("Oxycodone", "Hydrocodone", "Morphine", "Opioid", "Fentanyl", "Codeine", "Hydromorphone",
                 "Opium", "Tramadol", "Propoxyphene", "Merperidine", "Oxymorphone", "Nalbuphine")  # fmt: skip
METHADONE = ("Methadone",)
BUPRENORPHINE = ("Buprenorphine", "Suboxone")
GROUPS = {
    "heroin": HEROIN,
    "other_opioids": OTHER_OPIOIDS,
    "methadone": METHADONE,
    "buprenorphine": BUPRENORPHINE,
    "cocaine": ("Cocaine", "Crack"),
    "stimulants": ("Amphetamine", "Methamphetamine", "Mdma"),
    "sedatives": ("Benzodiazepine", "Sedative-Hypnotic", "Barbiturate"),
    "cannabis": ("Thc", "K2"),
    "alcohol": ("Alcohol", "Light Drinking", "Heavy Drinking"),
    "heavy_drinking": ("Heavy Drinking",),
}
OPIOIDS = (*HEROIN, *OTHER_OPIOIDS, *METHADONE, *BUPRENORPHINE)
URINES = ("Opioid", "Methadone", "Buprenorphine", "Cocaine", "Benzodiazepine", "Amphetamine", "Thc")


def use(tables: Tables, rows: Rows) -> dict[str, Array]:
    """Days of use in the last weeks and before the start; urines taken, and those that were positive."""
    return _reported(tables, rows) | _urines(tables, rows)


def _reported(tables: Tables, rows: Rows) -> dict[str, Array]:
    table = tables["all_drugs"]
    reported = table[table["source"] == SELF_REPORT]

    def days(names: Iterable[str]) -> Days:
        return days_of(tables.who, reported[reported["what"].isin(list(names))])

    columns: dict[str, Array] = {}
    for group, names in GROUPS.items():
        grid = days(names)
        columns[f"use.{group}_7"] = grid.within(rows, 7)
        columns[f"use.{group}_28"] = grid.within(rows, 28)
        columns[f"use.{group}_before"] = grid.until_start(rows)
        columns[f"use.{group}_since"] = grid.since(rows)
    opioids = days(OPIOIDS)
    for length in (3, 7, 14, 28):
        columns[f"use.opioids_{length}"] = opioids.within(rows, length)
    before = opioids.until_start(rows)
    recent = [columns[f"use.{group}_28"] > 0 for group in GROUPS]
    return columns | {
        "use.opioids_before": before,
        "use.opioids_since": opioids.since(rows),
        "use.not_prescribed_since": days((*HEROIN, *OTHER_OPIOIDS)).since(rows),
        "use.opioids_change": columns["use.opioids_7"] / 7 - columns["use.opioids_28"] / 28,
        "use.opioids_drop": columns["use.opioids_28"] - np.minimum(before, 28.0),
        "use.groups_28": np.sum(recent, axis=0),
    }


def _urines(tables: Tables, rows: Rows) -> dict[str, Array]:
    positive, taken = tables["uds"], tables["uds_temp"]
    all_taken = days_of(tables.who, pd.concat([positive[["who", "when"]], taken[["who", "when"]]]))
    count, recent, since = all_taken.within(rows), all_taken.within(rows, 28), all_taken.since(rows)
    columns = {"urine.count": count, "urine.count_28": recent, "urine.since": since}
    last = np.nan_to_num(since).astype(np.intp)
    for drug in URINES:
        grid = days_of(tables.who, positive[positive["what"] == drug])
        columns[f"urine.{drug.lower()}_share"] = grid.within(rows) / np.where(count > 0, count, np.nan)
        columns[f"urine.{drug.lower()}_share_28"] = grid.within(rows, 28) / np.where(
            recent > 0, recent, np.nan
        )
        then = grid.amount[rows.person, np.maximum(rows.column - last, 0)]
        columns[f"urine.{drug.lower()}_last"] = np.where(np.isnan(since), np.nan, then)
    return columns
