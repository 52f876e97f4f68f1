"""Probabilities of the mechanism alone."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ebbtide.learning.ctn0094.calibration.alone import mechanism_probabilities
from ebbtide.learning.ctn0094.tables import Tables, shipped_tables

WHO = np.array([756, 35])
COLUMNS = ["p0", "p1", "p2", "p3"]


@pytest.fixture(scope="module")
def tables() -> Tables:
    return shipped_tables().of(WHO)


@pytest.fixture(scope="module")
def answers(tables: Tables) -> dict[str, pd.DataFrame]:
    return {task: mechanism_probabilities(tables, task) for task in ("cold", "next")}  # type: ignore[arg-type]


def changed(tables: Tables, since: float) -> Tables:
    """The same people with every rating from a day on turned around."""
    rows = tables["withdrawal"].copy()
    later = rows["when"] >= since
    rows.loc[later, "withdrawal"] = 3 - rows.loc[later, "withdrawal"]
    return replace(tables, frames=tables.frames | {"withdrawal": rows})


@pytest.mark.parametrize("task", ["cold", "next"])
def test_probabilities_are_coherent(task: str, answers: dict[str, pd.DataFrame], tables: Tables) -> None:
    p = answers[task][COLUMNS].to_numpy()
    assert p.sum(axis=1) == pytest.approx(1.0)
    assert (p >= 0).all()
    assert len(p) == len(tables["withdrawal"][["who", "when"]].drop_duplicates())


def test_no_rating_of_the_day_or_later_is_used(tables: Tables, answers: dict[str, pd.DataFrame]) -> None:
    since = 8.0
    other = mechanism_probabilities(changed(tables, since), "next")
    before = answers["next"]["when"] <= since
    pd.testing.assert_frame_equal(other[before], answers["next"][before])
    after = answers["next"][~before][COLUMNS].to_numpy()
    assert np.abs(other[~before][COLUMNS].to_numpy() - after).max() > 0.01


def test_without_ratings_the_task_is_cold(tables: Tables, answers: dict[str, pd.DataFrame]) -> None:
    other = mechanism_probabilities(changed(tables, -100.0), "cold")
    pd.testing.assert_frame_equal(other, answers["cold"])
    first = answers["next"].groupby("who").head(1).index
    cold = answers["cold"].loc[first, COLUMNS].to_numpy()
    assert answers["next"].loc[first, COLUMNS].to_numpy() == pytest.approx(cold)
