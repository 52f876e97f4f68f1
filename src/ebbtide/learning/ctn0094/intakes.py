"""What each person took on each day: reported use before and during treatment, and study doses.

Records name days, not amounts: amounts, hours and unknown routes are those of :mod:`.assumed`. A day that no
report names is a day without use; a day without a study dose is one without medicine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ebbtide.library import conversion

from .assumed import Assumed, Way, assumptions
from .tables import Tables

Array = NDArray[np.float64]
WINDOW_D = 30
"""Days of reported use before day 0."""
LEAST_WINDOW_D = 14
"""A habit is the share of at least so many days."""


@dataclass(frozen=True)
class Intakes:
    """Amounts of the first people to the last, in the order of ``who``."""

    who: NDArray[np.int64]
    ways: tuple[Way, ...]
    first_day: int
    amount_mg: NDArray[np.float32]
    """Of each day from ``first_day`` on, shape ``(people, days, ways)``."""
    habit_mg: Array
    """A usual day before ``first_day``, shape ``(people, ways)``."""
    first_dose_day: Array
    """Of a study medicine, shape ``(people,)``; infinite where there was none."""
    reported: NDArray[np.bool_]
    """Who reported use before day 0; the habit of others is from days in the risk survey, or assumed."""

    @property
    def days(self) -> int:
        """How many days."""
        return int(self.amount_mg.shape[1])


def intakes(tables: Tables, last_day: int, assumed: Assumed | None = None) -> Intakes:
    """Amounts by person and day up to ``last_day``; rows of later days change nothing before them."""
    assumed = assumed or assumptions()
    who, ways = tables.who, assumed.ways
    place = {int(person): i for i, person in enumerate(who)}
    days = last_day + WINDOW_D + 1
    amount = np.zeros((len(who), days, len(ways)), dtype=np.float32)
    study = _study_doses(tables, assumed, ways, last_day)
    given = pd.MultiIndex.from_frame(study[["who", "when"]])
    used = _reported_use(tables, assumed, ways, last_day)
    on_study_day = pd.MultiIndex.from_frame(used[["who", "when"]]).isin(given)
    medicines = [i for i, way in enumerate(ways) if way.product in assumed.arms.values()]
    used = used[~(on_study_day & used["way"].isin(medicines))]
    for rows in (used, study):
        at = (
            rows["who"].map(place).to_numpy(),
            rows["when"].to_numpy(int) + WINDOW_D,
            rows["way"].to_numpy(),
        )
        np.maximum.at(amount, at, rows["mg"].to_numpy(np.float32))
    first = study.groupby("who")["when"].min().reindex(who).fillna(np.inf)
    reported = np.isin(who, used["who"][used["when"] < 0].unique())
    habit = _habits(amount[:, :WINDOW_D], [way.name == "study" for way in ways])
    habit[~reported] = _unreported(tables, assumed, ways)[~reported]
    # the same goes on in the days before day 0, which nobody reported
    habits = np.broadcast_to(habit[:, None], (len(who), WINDOW_D, len(ways)))
    amount[~reported, :WINDOW_D] += habits[~reported].astype(np.float32)
    return Intakes(who, ways, -WINDOW_D, amount, habit, first.to_numpy(float), reported)


def injects(tables: Tables) -> pd.Series:
    """Who injects, by ``who``: said so in the interview on severity, or days of it in the risk survey."""
    asked = tables["asi"].drop_duplicates("who").set_index("who")["used_iv"].eq("Yes")
    counted = tables["rbs_iv"].drop_duplicates("who").set_index("who")["days"].gt(0)
    said = [s.reindex(tables.who, fill_value=False).astype(bool) for s in (asked, counted)]
    return said[0] | said[1]


def _ways_of(assumed: Assumed, ways: tuple[Way, ...], drug: str, injected: bool) -> int:
    use = assumed.use[drug]
    product = use.injected if injected and use.injected else use.product
    return next(i for i, way in enumerate(ways) if (way.name, way.product) == (drug, product))


def _reported_use(tables: Tables, assumed: Assumed, ways: tuple[Way, ...], last_day: int) -> pd.DataFrame:
    """Days of reported opioid use: columns who, when, way, mg."""
    drug = {name: key for key, use in assumed.use.items() for name in use.drugs}
    rows = tables["all_drugs"]
    rows = rows[
        (rows["source"] == "TFB") & rows["what"].isin(drug) & rows["when"].between(-WINDOW_D, last_day)
    ]
    injected = injects(tables)
    index = {(key, iv): _ways_of(assumed, ways, key, iv) for key in assumed.use for iv in (False, True)}
    keys = zip(rows["what"].map(drug), rows["who"].map(injected), strict=True)
    way = np.array([index[key, bool(iv)] for key, iv in keys], dtype=np.int64)
    mg = np.array([w.amount_mg for w in ways])[way]
    return pd.DataFrame(
        {"who": rows["who"].to_numpy(), "when": rows["when"].to_numpy(), "way": way, "mg": mg}
    )


def _study_doses(tables: Tables, assumed: Assumed, ways: tuple[Way, ...], last_day: int) -> pd.DataFrame:
    """Days with a dose of the study: columns who, when, way, mg. An injection is told by the arm."""
    rows = tables["treatment"]
    rows = rows[rows["when"].between(-WINDOW_D, last_day) & (rows["amount"] > 0)]
    arms = tables["randomization"].sort_values("which").drop_duplicates("who").set_index("who")["treatment"]
    arm = rows["who"].map(arms)
    product = arm.map(lambda name: assumed.study_product(name) if isinstance(name, str) else "")
    rows, product = rows[product != ""], product[product != ""]
    index = {way.product: i for i, way in enumerate(ways) if way.name == "study"}
    is_depot = (product == assumed.depot.product).to_numpy()
    mg = np.where(is_depot, assumed.depot.amount.to("mg"), rows["amount"].to_numpy(float))
    way = product.map(index).to_numpy(np.int64)
    return pd.DataFrame(
        {"who": rows["who"].to_numpy(), "when": rows["when"].to_numpy(), "way": way, "mg": mg}
    )


def _habits(window_mg: NDArray[np.float32], is_study: list[bool]) -> Array:
    """The mean day of the window up to the last day of use."""
    own = np.where(is_study, 0.0, window_mg).astype(np.float64)
    used = own.sum(axis=2) > 0
    last = np.where(used, np.arange(1, WINDOW_D + 1), 0).max(axis=1)
    return np.asarray(own.sum(axis=1) / np.maximum(last, LEAST_WINDOW_D)[:, None])


def _unreported(tables: Tables, assumed: Assumed, ways: tuple[Way, ...]) -> Array:
    """Habits by days of use in the risk survey, else the usual drug of the trial on its share of days."""
    habit = np.zeros((len(tables.who), len(ways)))
    survey = tables["rbs"].pivot_table(index="who", columns="what", values="days", aggfunc="max")
    survey = survey.reindex(index=tables.who, columns=["heroin", "opioid"]).to_numpy(float)
    month = conversion("d", "d") * WINDOW_D
    drug = tables.project.map(assumed.unknown.drug)
    for row, iv in enumerate(injects(tables)):
        heroin, other = (_ways_of(assumed, ways, name, bool(iv)) for name in ("heroin", "opioid"))
        days = np.nan_to_num(survey[row]) / month
        if days.any():
            habit[row, heroin] = min(days[0], 1.0) * ways[heroin].amount_mg
            habit[row, other] = min(days[1], 1.0) * ways[other].amount_mg
        else:
            usual = _ways_of(assumed, ways, drug.iloc[row], bool(iv))
            habit[row, usual] = assumed.unknown.share.value * ways[usual].amount_mg
    return habit
