"""Features of a person are what was written down, and missing where nothing was."""

import numpy as np
import pytest

from ebbtide.learning.ctn0094 import Tables
from ebbtide.learning.ctn0094.staying.features import features
from ebbtide.learning.ctn0094.staying.known import TASKS
from ebbtide.learning.ctn0094.staying.returns import first_randomisations
from ebbtide.library import InputError

from .people import tables_of


def somebody() -> Tables:
    heroin = [(1, "Heroin", "TFB", float(day)) for day in (-20, -3, -2, 12)]
    return tables_of(
        everybody=[(1, 27)],
        randomization=[(1, "Methadone", 1, 5.0)],
        demographics=[(1, 40.0, "No", "White", "Student", "Yes", "HS/GED", "Never married", "Yes")],
        all_drugs=[*heroin, (1, "Heroin", "UDS", 4.0)],
        uds_temp=[(1, 1.0, 2.0), (1, 1.0, 12.0), (1, 1.0, 19.0)],
        uds=[(1, "Opioid", 2.0), (1, "Opioid", 12.0), (1, "Methadone", 19.0)],
        treatment=[(1, 30.0, 5.0), (1, 40.0, 6.0), (1, 60.0, 7.0), (1, 90.0, 40.0)],
    )


def test_are_what_was_written_down() -> None:
    tables = somebody()
    row = features(tables, first_randomisations(tables), "return-week3").loc[1]
    expected = {
        "plan.trial_27": 1, "plan.arm_Methadone": 1, "demographics.age": 40, "demographics.male": 1,
        "all_drugs.before30_heroin": 3, "all_drugs.before14_heroin": 2, "all_drugs.before7_heroin": 1,
        "all_drugs.week1_heroin": 1, "all_drugs.last_opioid": -7, "uds_temp.urine_Opioid": 1,
        "uds.taken1": 1, "uds.taken2": 1, "uds.taken3": 0, "uds.use1": 1, "uds.use2": 0, "uds.use3": 1,
        "uds.use_in_a_row": 1, "treatment.dose_today": 30, "treatment.dose1": 50, "treatment.last_amount": 60,
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize("task", TASKS)
def test_a_missing_table_is_not_known(task) -> None:
    tables = somebody()
    people = first_randomisations(tables)
    whole = features(tables, people, task)
    missing = ("uds", "demographics", "treatment")
    part = features(Tables(tables.frames, tables.folder, missing), people, task)
    assert part.columns.tolist() == whole.columns.tolist()
    unknown = part.columns.str.split(".").str[0].isin(missing)
    assert part.loc[:, unknown].isna().all(axis=None)
    assert np.array_equal(part.loc[:, ~unknown], whole.loc[:, ~unknown], equal_nan=True)


def test_names_the_tasks_when_it_does_not_know_one() -> None:
    tables = somebody()
    with pytest.raises(InputError, match='Did you mean "return-week3"'):
        features(tables, first_randomisations(tables), "return-week-3")
