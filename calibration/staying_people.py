"""Staying of the people of CTN-0094 beside Kaplan-Meier and Cox (prints tables, changes no number).

``python calibration/staying_people.py`` takes minutes. For leaving and for return to use, from what is known
at the first randomisation and three weeks later, cross-validated by person: Harrell's C of the arm alone, of
a Cox regression on arm, age, sex, use in the 30 days before and urines, and of the forest of
``learning/ctn0094/curves.py``; and by arm the forest's mean chance to be free of the event at 4, 8, 12 and 24
weeks beside Kaplan-Meier. Whoever had the event within the known weeks is left out of the later start. The
hazards of the model itself are compared with the same people by ``ebbtide validate literature`` on
``studies/staying/ctn0027_retention.toml`` and ``ctn0051_retention.toml``.
"""

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.utils import concordance_index
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from ebbtide.learning.ctn0094 import shipped_tables
from ebbtide.learning.ctn0094.staying.curves import Curves
from ebbtide.learning.ctn0094.staying.known import TASKS
from ebbtide.learning.ctn0094.staying.leaving import until_leaving, until_return
from ebbtide.learning.ctn0094.staying.prediction import FOLDS, shipped, simple

AT = (4, 8, 12, 24)


def cox_risk(x: pd.DataFrame, until: pd.DataFrame, new: pd.DataFrame) -> np.ndarray:
    filled, scaled = SimpleImputer(keep_empty_features=True), StandardScaler()
    columns = simple(x).columns
    table = pd.DataFrame(scaled.fit_transform(filled.fit_transform(x[columns])), x.index, columns)
    kept = columns[table.std() > 0]
    model = CoxPHFitter(penalizer=0.1).fit(table[kept].join(until), "days", "event")
    other = pd.DataFrame(scaled.transform(filled.transform(new[columns])), new.index, columns)
    return np.asarray(model.predict_partial_hazard(other[kept]))


def arm_risk(people: pd.DataFrame, until: pd.DataFrame, new: pd.DataFrame) -> np.ndarray:
    mean = until["days"].groupby(people["arm"]).mean()
    return -new["arm"].map(mean).to_numpy()


def main() -> None:
    tables = shipped_tables()
    for task, known in TASKS.items():
        data = shipped(task)
        fold, people, x = data.folds(), data.people, data.features
        for event, until_event in (("leaving", until_leaving), ("return to use", until_return)):
            until = until_event(tables, people).assign(days=lambda t: np.maximum(t["days"], 0.5))
            free = (until["days"] > known).to_numpy()
            risk = {name: np.zeros(len(people)) for name in ("arm", "Cox", "forest")}
            chance = np.zeros((len(people), 24))
            for k in range(FOLDS):
                others, own = free & (fold != k), free & (fold == k)
                risk["arm"][own] = arm_risk(people[others], until[others], people[own])
                risk["Cox"][own] = cox_risk(x[others], until[others], x[own])
                chance[own] = Curves().fit(x[others], until[others]).predict(x[own])
            risk["forest"] = -chance.mean(axis=1)
            print(f"\n== {event}, {task}: {free.sum()} people, {until['event'][free].sum()} events")
            for name, value in risk.items():
                c = concordance_index(until["days"][free], -value[free], until["event"][free])
                print(f"Harrell's C, {name}: {c:.3f}")
            for arm in sorted(people["arm"].unique()):
                who = free & (people["arm"] == arm).to_numpy()
                curve = KaplanMeierFitter().fit(until["days"][who], until["event"][who])
                pairs = [(chance[who, w - 1].mean(), curve.predict(7.0 * w)) for w in AT]
                print(
                    f"{arm:22}",
                    "  ".join(f"{w} wk {p:.2f} ({o:.2f})" for w, (p, o) in zip(AT, pairs, strict=True)),
                )


if __name__ == "__main__":
    main()
