"""What the tables with days say of a person up to the last known day: use, urines, visits, doses.

Days are since the first randomisation. Counts are over what :func:`~.known.known_by` leaves; a person
without a row has none (0), where a day or a rating is asked it is missing.
"""

from __future__ import annotations

import pandas as pd

from ..tables import Tables
from .returns import DAYS_A_WEEK, OPIOIDS, OWN_MEDICINE, since, urine_weeks

GROUPS: dict[str, str] = {
    **dict.fromkeys(("Heroin",), "heroin"),
    **dict.fromkeys(
        ("Oxycodone", "Opioid", "Hydrocodone", "Morphine", "Tramadol", "Propoxyphene", "Fentanyl", "Codeine",
         "Hydromorphone", "Opium", "Merperidine", "Nalbuphine", "Oxymorphone"), "pills"),
    "Methadone": "methadone",
    **dict.fromkeys(("Buprenorphine", "Suboxone"), "buprenorphine"),
    **dict.fromkeys(("Cocaine", "Crack"), "cocaine"),
    **dict.fromkeys(("Thc", "K2"), "cannabis"),
    **dict.fromkeys(("Benzodiazepine", "Sedative-Hypnotic", "Barbiturate"), "sedatives"),
    **dict.fromkeys(("Amphetamine", "Methamphetamine", "Mdma"), "amphetamines"),
    **dict.fromkeys(("Light Drinking", "Alcohol"), "drinking"),
    "Heavy Drinking": "heavy_drinking",
}  # fmt: skip
"""Groups of ``all_drugs.what``; what is not here is rare and counts nowhere."""
DRUGS = tuple(dict.fromkeys(GROUPS.values()))
OPIOID_DRUGS = ("heroin", "pills", "methadone", "buprenorphine")
BEFORE = {"before30": (-30, -1), "before14": (-14, -1), "before7": (-7, -1), "before3": (-3, 0)}
URINE_DRUGS = (
    "Opioid",
    "Methadone",
    "Buprenorphine",
    "Cocaine",
    "Benzodiazepine",
    "Thc",
    "Amphetamine",
    "Alcohol",
)
WEEK_DRUGS = ("Opioid", "Cocaine", "Benzodiazepine", "Thc", "Amphetamine")
LONG_AGO = -60.0
"""Self-report reaches about so many days back: the day of the last use of whoever reports none."""
FAR = -40.0
PAIN = {"No Pain": 0.0, "Very mild to Moderate Pain": 1.0, "Severe Pain": 2.0}


def number(rows: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    """Rows of each person."""
    return rows.groupby("who").size().reindex(people.index, fill_value=0).astype(float)


def of_days(rows: pd.DataFrame, people: pd.DataFrame, first: float, last: float) -> pd.DataFrame:
    """The rows of the people from one day to another, both included."""
    rows = since(rows, people)
    return rows[(rows["day"] >= first) & (rows["day"] <= last)]


def last_day(rows: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    """Each person's last day with a row."""
    return since(rows, people).groupby("who")["day"].max().reindex(people.index)


def first_day(rows: pd.DataFrame, people: pd.DataFrame) -> pd.Series:
    """Each person's first day with a row."""
    return since(rows, people).groupby("who")["day"].min().reindex(people.index)


def last_value(rows: pd.DataFrame, people: pd.DataFrame, column: str) -> pd.Series:
    """What stands in the last row of each person that has a value."""
    rows = since(rows, people).sort_values(["who", "day"], kind="stable")
    return rows.groupby("who")[column].last().reindex(people.index)


def reported(known: Tables, people: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Days of self-reported use by drug, before and in each known week; last use; kinds of drugs."""
    told = known["all_drugs"][known["all_drugs"]["source"] == "TFB"]
    told = told.assign(drug=told["what"].map(GROUPS)).dropna(subset=["drug"])
    days = told.drop_duplicates(["who", "drug", "when"])
    windows = BEFORE | {f"week{k}": (7 * k - 6, 7 * k) for k in range(1, weeks + 1)}
    columns: dict[str, pd.Series] = {}
    for name, (first, last) in windows.items():
        rows = of_days(days, people, first, last)
        for drug in DRUGS:
            used = number(rows[rows["drug"] == drug], people)
            columns |= {f"{name}_{drug}": used, f"{name}_{drug}_any": (used > 0).astype(float)}
        opioids = rows[rows["drug"].isin(OPIOID_DRUGS)].drop_duplicates(["who", "when"])
        columns[f"{name}_opioids"] = number(opioids, people)
    before = of_days(days, people, LONG_AGO, 0)
    opioids = before[before["drug"].isin(OPIOID_DRUGS)]
    columns |= {
        "last_opioid": last_day(opioids, people).fillna(LONG_AGO),
        "first_report": first_day(days, people).clip(LONG_AGO, 0),
        "kinds": number(of_days(days, people, -30, 0).drop_duplicates(["who", "drug"]), people),
        "drug_days": number(of_days(days, people, -30, -1), people),
        "kinds_of_opioids": number(
            of_days(told[told["drug"].isin(OPIOID_DRUGS)], people, LONG_AGO, 0).drop_duplicates(
                ["who", "what"]
            ),
            people,
        ),
    }
    if weeks:
        columns["last_report"] = last_day(days, people).fillna(LONG_AGO)
        illicit = days[days["drug"].isin(("heroin", "pills"))]
        columns["last_illicit"] = last_day(illicit, people).fillna(LONG_AGO)
    return pd.DataFrame(columns)


def urines(known: Tables, people: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Urines up to the day of randomisation: how many, when, and what was in all and in the last."""
    taken, found = (of_days(known[name], people, -1000, 0) for name in ("uds_temp", "uds"))
    count = taken.groupby("who")["day"].nunique().reindex(people.index, fill_value=0).astype(float)
    last = last_day(taken, people)
    columns = {
        "urines": count,
        "last_urine": last,
        "first_urine": first_day(taken, people).clip(FAR, 0),
        "urine_today": (last == 0).astype(float),
        "odd_urines": number(taken[taken["was_temp_ok"] != 1], people),
        "kinds_in_urine": number(found.drop_duplicates(["who", "what"]), people),
    }
    for drug in URINE_DRUGS:
        rows = found[found["what"] == drug].drop_duplicates(["who", "day"])
        columns[f"urine_{drug}"] = number(rows, people) / count.clip(lower=1)
        columns[f"last_urine_{drug}"] = (last_day(rows, people) == last).astype(float)
    return pd.DataFrame(columns)


def visits(known: Tables, people: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Days with a visit before and in each known week, and the first and last."""
    rows = known["visit"].drop_duplicates(["who", "when"])
    before = of_days(rows, people, -1000, 0)
    columns = {"visits": number(before, people), "first_visit": first_day(before, people).clip(FAR, 0)}
    for k in range(1, weeks + 1):
        columns[f"visits{k}"] = number(of_days(rows, people, 7 * k - 6, 7 * k), people)
    if weeks:
        columns["last_visit"] = last_day(rows, people).fillna(0)
    return pd.DataFrame(columns)


def doses(known: Tables, people: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """The dose of the day of randomisation; by week days with a dose and mean dose; first, last, greatest."""
    rows = known["treatment"]
    today = of_days(rows, people, 0, 0).groupby("who")["amount"].max().reindex(people.index, fill_value=0.0)
    columns = {"dose_today": today, "dosed_today": (today > 0).astype(float)}
    for k in range(1, weeks + 1):
        week = of_days(rows, people, 7 * k - 6, 7 * k).groupby("who")
        columns[f"dose_days{k}"] = week["day"].nunique().reindex(people.index, fill_value=0).astype(float)
        columns[f"dose{k}"] = week["amount"].mean().reindex(people.index, fill_value=0.0)
    if weeks:
        columns |= {
            "first_dose": first_day(rows, people),
            "last_dose": last_day(rows, people).fillna(-1),
            "last_amount": last_value(rows, people, "amount").fillna(0),
            "greatest_dose": since(rows, people)
            .groupby("who")["amount"]
            .max()
            .reindex(people.index)
            .fillna(0),
        }
    return pd.DataFrame(columns)


def ratings(known: Tables, people: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Withdrawal: last and worst before, mean in each known week."""
    before = of_days(known["withdrawal"], people, -1000, 0)
    columns = {
        "withdrawal": last_value(before, people, "withdrawal"),
        "worst_withdrawal": before.groupby("who")["withdrawal"].max().reindex(people.index),
    }
    for k in range(1, weeks + 1):
        rows = of_days(known["withdrawal"], people, 7 * k - 6, 7 * k)
        columns[f"withdrawal{k}"] = rows.groupby("who")["withdrawal"].mean().reindex(people.index)
    return pd.DataFrame(columns)


def around_dose(known: Tables, people: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Withdrawal before and after the first dose, where its day is known."""
    rows = known["withdrawal_pre_post"]
    return pd.DataFrame(
        {f"{w}_dose": last_value(rows[rows["what"] == w], people, "withdrawal") for w in ("pre", "post")}
    )


def pain(known: Tables, people: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """The last answer on pain."""
    return pd.DataFrame({"pain": last_value(known["pain"], people, "pain").map(PAIN).astype(float)})


def detox(known: Tables, people: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """Days of admission to and discharge from detoxification."""
    rows = known["detox"]
    return pd.DataFrame({w: last_day(rows[rows["what"] == w], people) for w in ("admission", "discharge")})


def weeks_known(known: Tables, people: pd.DataFrame, weeks: int) -> pd.DataFrame:
    """The known weeks of treatment: taken, positive, use, urines and their contents; the run so far."""
    taken, positive = (found[:, :weeks] for found in urine_weeks(known, people))
    columns: dict[str, pd.Series] = {}
    own = known["uds"]["who"].map(people["arm"]).map(OWN_MEDICINE)
    given = known["uds"]["what"] == own
    other = known["uds"]["what"].isin(OPIOIDS[1:]) & ~given
    running = missing = pd.Series(0.0, index=people.index)
    use = pd.DataFrame(~taken | positive, index=people.index)
    came = pd.DataFrame(taken, index=people.index)
    for k in range(1, weeks + 1):
        first, last = DAYS_A_WEEK * (k - 1) + 1, DAYS_A_WEEK * k
        urine = of_days(known["uds_temp"], people, first, last)
        columns |= {
            f"taken{k}": came[k - 1].astype(float),
            f"positive{k}": pd.Series(positive[:, k - 1].astype(float), index=people.index),
            f"use{k}": use[k - 1].astype(float),
            f"urines{k}": number(urine.drop_duplicates(["who", "day"]), people),
            f"urine_day{k}": last_day(urine, people) - last,
            f"given{k}": number(of_days(known["uds"][given], people, first, last), people).clip(upper=1),
            f"other{k}": number(of_days(known["uds"][other], people, first, last), people).clip(upper=1),
        }
        found = of_days(known["uds"], people, first, last).drop_duplicates(["who", "what"])
        for drug in WEEK_DRUGS:
            columns[f"urine{k}_{drug}"] = number(found[found["what"] == drug], people)
        running = (running + 1).where(use[k - 1], 0.0)
        missing = (missing + 1).where(~came[k - 1], 0.0)
    if weeks:
        columns |= {
            "weeks_of_use": use.sum(axis=1).astype(float),
            "weeks_missed": (~came).sum(axis=1).astype(float),
            "use_in_a_row": running,
            "missed_in_a_row": missing,
            "last_urine_day": last_day(known["uds_temp"], people).fillna(0).clip(lower=0),
        }
    return pd.DataFrame(columns, index=people.index)
