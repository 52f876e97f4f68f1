"""Covariates of the first visits."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...tables import COLUMNS, Tables
from ..days import Rows

Array = NDArray[np.float64]
ORDER = {
    "No": 0, "Yes": 1, "Missing": 2, "Not answered": 3,
    "White": 4, "Black": 5, "Other": 6, "Refused/missing": 7,
    "Full Time": 8, "Part Time": 9, "Student": 10, "Unemployed": 11,
    "Less than HS": 12, "HS/GED": 13, "More than HS": 14,
    "Never married": 15, "Married or Partnered": 16, "Separated/Divorced/Widowed": 17,
    "10 OR LESS": 18, "11-20": 19, "21-30": 20, "31 OR MORE": 21,
}  # fmt: skip
"""Numbers of the answers; any other is unknown."""
PAIN = {"No Pain": 0, "Very mild to Moderate Pain": 1, "Severe Pain": 2}
RISKY = ("cocaine", "heroin", "speedball", "opioid", "speed")
MOOD = ("has_schizophrenia", "has_major_dep", "has_bipolar", "has_anx_pan")
OTHER_USE_DISORDERS = ("has_alcol_dx", "has_amphetamines_dx", "has_cannabis_dx", "has_cocaine_dx",
                       "has_sedatives_dx")  # fmt: skip


def person(tables: Tables, rows: Rows) -> dict[str, Array]:
    """Age, sex, living, psychiatric history, pain, tobacco, risk behaviour and site."""
    columns: dict[str, Array] = {}
    demographics = _own(tables, "demographics", rows)
    columns["age"] = demographics["age"].to_numpy(dtype=np.float64)
    for table, names in (
        ("demographics", [c for c in COLUMNS["demographics"] if c not in ("who", "age")]),
        ("psychiatric", [c for c in COLUMNS["psychiatric"] if c != "who"]),
        ("asi", ["used_iv"]),
        ("fagerstrom", ["is_smoker", "per_day"]),
        ("rbs_iv", ["shared"]),
        ("qol", ["is_homeless"]),
    ):
        own = _own(tables, table, rows)
        columns |= {name: own[name].map(ORDER).to_numpy(dtype=np.float64) for name in names}
    columns["psychiatric_count"] = np.sum([columns[name] == ORDER["Yes"] for name in MOOD], axis=0)
    columns["use_disorders"] = np.sum([columns[name] == ORDER["Yes"] for name in OTHER_USE_DISORDERS], axis=0)
    columns["ftnd"] = _own(tables, "fagerstrom", rows)["ftnd"].to_numpy(dtype=np.float64)
    pain = _own(tables, "pain", rows)
    known = pain["when"].to_numpy(dtype=np.float64) <= rows.day
    columns["pain"] = np.where(known, pain["pain"].map(PAIN).to_numpy(dtype=np.float64), np.nan)
    for what in RISKY:
        table = tables["rbs"]
        days = table[table["what"] == what].groupby("who")["days"].max()
        columns[f"risk.{what}_days"] = days.reindex(rows.who).to_numpy(dtype=np.float64)
    injected = _own(tables, "rbs_iv", rows)
    columns |= {f"injected.{c}": injected[c].to_numpy(dtype=np.float64) for c in ("days", "max", "amount")}
    columns["site"] = _own(tables, "site_masked", rows)["site_masked"].to_numpy(dtype=np.float64)
    return columns


def _own(tables: Tables, name: str, rows: Rows) -> pd.DataFrame:
    """The first line of each row's person in a table."""
    return tables[name].drop_duplicates("who").set_index("who").reindex(rows.who)
