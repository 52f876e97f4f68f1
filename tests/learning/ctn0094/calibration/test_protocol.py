"""Days on which a trial's rules say something of a rating, against the trial's own tables."""

from dataclasses import replace

import numpy as np
import pandas as pd

from ebbtide.learning.ctn0094.calibration.protocol import protocol
from ebbtide.learning.ctn0094.tables import shipped_tables


def rated_days() -> pd.DataFrame:
    rows = shipped_tables()["withdrawal"].dropna(subset=["who", "when", "withdrawal"])
    return rows.reset_index(drop=True)


def test_nearly_nobody_who_waited_is_rated_0_and_each_waits_once() -> None:
    tables, rows = shipped_tables(), rated_days()
    found = protocol(tables, rows)
    waited = found.waited > 0
    others = rows[~waited & rows["who"].map(tables.project).eq(30).to_numpy()]
    assert (rows["withdrawal"][waited] == 0).mean() < 0.03 < 0.5 < (others["withdrawal"] == 0).mean()
    assert rows[waited].groupby("who")["when"].nunique().max() == 1


def test_only_the_trial_with_naltrexone_has_people_who_were_induced() -> None:
    tables, rows = shipped_tables(), rated_days()
    found = protocol(tables, rows)
    assert set(rows["who"][found.induced > 0].map(tables.project)) == {51}
    assert not np.any((found.induced > 0) & (found.waited > 0))


def test_doses_of_later_days_change_nothing() -> None:
    tables, rows = shipped_tables(), rated_days()
    early = rows[rows["when"] <= 20]
    doses = tables["treatment"]
    fewer = replace(tables, frames=tables.frames | {"treatment": doses[doses["when"] <= 20]})
    for whole, cut in zip(protocol(tables, early), protocol(fewer, early), strict=True):
        assert np.array_equal(whole, cut)
