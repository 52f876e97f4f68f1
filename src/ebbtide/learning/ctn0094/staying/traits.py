"""What the tables without days say of a person: traits, history, diagnoses, injecting, smoking."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..tables import COLUMNS, Tables
from .returns import OWN_MEDICINE

TRIALS = (27, 30, 51)
JOBS = ("Full Time", "Part Time", "Unemployed", "Student")
RACES = ("White", "Black", "Other")
EDUCATION = {"Less than HS": 0.0, "HS/GED": 1.0, "More than HS": 2.0}
CIGARETTES = {"10 OR LESS": 0.0, "11-20": 1.0, "21-30": 2.0, "31 OR MORE": 3.0}
RISKS = ("heroin", "opioid", "cocaine", "speedball", "speed")
"""Values of ``rbs.what``."""


def one_row(known: Tables, name: str, people: pd.DataFrame) -> pd.DataFrame:
    """The first row of each person in a table, by ``who``; missing where there is none."""
    return known[name].drop_duplicates("who").set_index("who").reindex(people.index)


def yes(answers: pd.Series) -> pd.Series:
    """1 for Yes, 0 for No, missing for anything else."""
    return answers.map({"Yes": 1.0, "No": 0.0}).astype(float)


def one_of(values: pd.Series, choices: tuple[str, ...], prefix: str) -> dict[str, pd.Series]:
    """A column of 0 and 1 for each choice; missing where the value is."""
    return {
        f"{prefix}_{choice}": (values == choice).astype(float).where(values.notna()) for choice in choices
    }


def arms(people: pd.DataFrame) -> pd.DataFrame:
    """Trial and arm."""
    columns = {f"trial_{trial}": (people["project"] == trial).astype(float) for trial in TRIALS}
    return pd.DataFrame(columns | one_of(people["arm"], tuple(OWN_MEDICINE), "arm"))


def demographics(known: Tables, people: pd.DataFrame) -> pd.DataFrame:
    """Age, sex, origin, work, home, education, marriage, and whether the longer form was filled in."""
    rows = one_row(known, "demographics", people)
    columns = {
        "age": rows["age"],
        "male": yes(rows["is_male"]),
        "hispanic": yes(rows["is_hispanic"]),
        "stable_living": yes(rows["is_living_stable"]),
        "education": rows["education"].map(EDUCATION).astype(float),
        "married": (rows["marital"] == "Married or Partnered").astype(float),
        "separated": (rows["marital"] == "Separated/Divorced/Widowed").astype(float),
        "long_form": rows["job"].notna().astype(float),
    }
    return pd.DataFrame(columns | one_of(rows["race"], RACES, "race") | one_of(rows["job"], JOBS, "job"))


def diagnoses(known: Tables, people: pd.DataFrame) -> pd.DataFrame:
    """Psychiatric history and diagnoses of use, Yes or No."""
    rows = one_row(known, "psychiatric", people)
    return rows[list(COLUMNS["psychiatric"][1:])].apply(yes).add_prefix("psychiatric_")


def injecting(known: Tables, people: pd.DataFrame) -> pd.DataFrame:
    """Days of the last 30, greatest number a day, what it cost, and shared needles."""
    rows = one_row(known, "rbs_iv", people)
    amount = pd.to_numeric(rows["amount"], errors="coerce")
    return pd.DataFrame(
        {
            "inject_days": rows["days"],
            "inject_max": np.log1p(rows["max"].clip(lower=0)),
            "inject_amount": np.log1p(amount.clip(lower=0)),
            "inject_shared": yes(rows["shared"]),
        }
    )


def risks(known: Tables, people: pd.DataFrame) -> pd.DataFrame:
    """Whether and on how many of the last 30 days each drug was used, as told at screening."""
    columns: dict[str, pd.Series] = {}
    for drug in RISKS:
        rows = known["rbs"][known["rbs"]["what"] == drug].drop_duplicates("who").set_index("who")
        rows = rows.reindex(people.index)
        used = yes(rows["did_use"])
        columns |= {f"told_{drug}": used, f"told_{drug}_days": rows["days"].where(used != 0, 0.0)}
    return pd.DataFrame(columns)


def smoking(known: Tables, people: pd.DataFrame) -> pd.DataFrame:
    """Smoking, Fagerstrom score, cigarettes a day."""
    rows = one_row(known, "fagerstrom", people)
    return pd.DataFrame(
        {
            "smoker": yes(rows["is_smoker"]),
            "fagerstrom": rows["ftnd"],
            "cigarettes": rows["per_day"].map(CIGARETTES).astype(float),
        }
    )


def homeless(known: Tables, people: pd.DataFrame) -> pd.DataFrame:
    """No home."""
    return pd.DataFrame({"homeless": yes(one_row(known, "qol", people)["is_homeless"])})


def injected(known: Tables, people: pd.DataFrame) -> pd.DataFrame:
    """Ever injected."""
    return pd.DataFrame({"injected": yes(one_row(known, "asi", people)["used_iv"])})
