"""Amounts by person and day from the tables."""

import numpy as np
import pandas as pd

from ebbtide.learning.ctn0094.assumed import assumptions
from ebbtide.learning.ctn0094.intakes import WINDOW_D, intakes
from ebbtide.learning.ctn0094.tables import COLUMNS, Tables, shipped_tables

A, B, C = 1, 2, 3


def small(**frames: pd.DataFrame) -> Tables:
    empty = {name: pd.DataFrame({c: [] for c in columns}) for name, columns in COLUMNS.items()}
    everybody = pd.DataFrame({"who": [A, B, C], "project": [27, 51, 30]})
    return Tables(empty | {"everybody": everybody} | frames, folder=None)  # type: ignore[arg-type]


def used(*rows: tuple[int, str, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["who", "what", "when"])
    return frame.assign(source="TFB").astype({"when": float})


def amounts(tables: Tables) -> dict[tuple[int, int, str], float]:
    """What is not 0, by person, day and product."""
    taken = intakes(tables, 5)
    people, days, ways = np.nonzero(taken.amount_mg)
    return {
        (int(taken.who[p]), int(d) - WINDOW_D, taken.ways[w].product): float(taken.amount_mg[p, d, w])
        for p, d, w in zip(people, days, ways, strict=True)
    }


def test_route_comes_from_the_interview() -> None:
    asi = pd.DataFrame({"who": [A, B], "used_iv": ["Yes", "No"]})
    found = amounts(small(all_drugs=used((A, "Heroin", -3), (B, "Heroin", -3)), asi=asi))
    assert (A, -3, "heroin_injected") in found
    assert (B, -3, "heroin_intranasal") in found


def test_a_medicine_that_the_study_gave_is_not_counted_twice() -> None:
    arms = pd.DataFrame({"who": [A], "treatment": ["Methadone"], "which": [1.0], "when": [0.0]})
    treatment = pd.DataFrame({"who": [A], "amount": [80.0], "when": [2.0]})
    found = amounts(
        small(
            all_drugs=used((A, "Methadone", 2), (A, "Methadone", 3)), randomization=arms, treatment=treatment
        )
    )
    street = assumptions().use["methadone"].amount.to("mg")
    assert found[A, 2, "methadone_liquid"] == 80.0
    assert found[A, 3, "methadone_liquid"] == street


def test_urine_is_no_use_of_a_day() -> None:
    rows = used((A, "Heroin", 1)).assign(source="UDS")
    assert not [key for key in amounts(small(all_drugs=rows)) if key[0] == A and key[1] == 1]


def test_use_that_is_not_reported_is_not_taken_for_none() -> None:
    survey = pd.DataFrame({"who": [C], "what": ["opioid"], "did_use": ["Yes"], "days": [15.0]})
    taken = intakes(small(all_drugs=used((A, "Heroin", -1)), rbs=survey), 5)
    assert taken.reported.tolist() == [True, False, False]
    assert (taken.habit_mg.sum(axis=1) > 0).all()
    opioid = next(i for i, way in enumerate(taken.ways) if way.name == "opioid")
    assert taken.habit_mg[2, opioid] == 0.5 * assumptions().use["opioid"].amount.to("mg")


def test_every_dose_of_the_trials_is_there() -> None:
    tables = shipped_tables()
    last = int(tables["treatment"]["when"].max())
    taken = intakes(tables, last)
    study = [i for i, way in enumerate(taken.ways) if way.name == "study"]
    # without an arm, nobody knows what an amount is of
    given = tables["treatment"].drop_duplicates(["who", "when"])
    given = given[given["who"].isin(tables["randomization"]["who"])]
    assert np.count_nonzero(taken.amount_mg[..., study]) == len(given)
