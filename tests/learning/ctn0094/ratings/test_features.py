"""Nothing after a row's day may be known of it."""

import numpy as np
import pandas as pd
import pytest

from ebbtide.learning.ctn0094 import Tables, shipped_tables
from ebbtide.learning.ctn0094.ratings.days import FIRST_DAY, LAST_DAY, Rows, days_of
from ebbtide.learning.ctn0094.ratings.features import features


@pytest.fixture(scope="module")
def some() -> Tables:
    tables = shipped_tables()
    rated = tables["withdrawal"].dropna()["who"].unique()
    return tables.of(rated[::25])


@pytest.mark.parametrize("day", [0.0, 3.0, 20.0, 60.0])
def test_what_comes_later_changes_nothing(some: Tables, day: float) -> None:
    asked = some["withdrawal"].dropna()
    asked = asked[asked["when"] <= day]
    rows = Rows(asked["who"].to_numpy(), asked["when"].to_numpy(), some.who)
    whole = features(some, rows)

    def until(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[~(frame["when"] > day)] if "when" in frame else frame

    cut = Tables({name: until(frame) for name, frame in some.frames.items()}, some.folder)
    pd.testing.assert_frame_equal(whole, features(cut, rows), check_exact=True)


def test_the_ratings_themselves_are_not_looked_at(some: Tables) -> None:
    asked = some["withdrawal"].dropna()
    rows = Rows(asked["who"].to_numpy(), asked["when"].to_numpy(), some.who)
    other = some["withdrawal"].assign(withdrawal=3.0 - some["withdrawal"]["withdrawal"])
    around = some["withdrawal_pre_post"].assign(withdrawal=0.0)
    changed = Tables({**some.frames, "withdrawal": other, "withdrawal_pre_post": around}, some.folder)
    pd.testing.assert_frame_equal(features(some, rows), features(changed, rows), check_exact=True)


def test_looks_backward_agree_with_looking_row_by_row() -> None:
    random = np.random.default_rng(1)
    table = pd.DataFrame({"who": random.integers(1, 6, 60), "when": random.integers(-20, 90, 60)})
    table["amount"] = random.integers(1, 9, 60).astype(float)
    table = table.drop_duplicates(["who", "when"])
    people = np.arange(1, 6)
    grid = days_of(people, table, "amount")
    asked = Rows(random.integers(1, 6, 200), random.integers(-20, 90, 200).astype(float), people)
    for place in range(len(asked)):
        own = table[(table["who"] == asked.who[place]) & (table["when"] <= asked.day[place])]
        lately = own[own["when"] > asked.day[place] - 7]
        assert grid.within(asked, 7)[place] == lately["amount"].sum()
        assert grid.within(asked)[place] == own["amount"].sum()
        assert grid.until_start(asked)[place] == own[own["when"] < 0]["amount"].sum()
        gap = asked.day[place] - own["when"].max() if len(own) else np.nan
        np.testing.assert_equal(grid.since(asked)[place], gap)
        first = asked.day[place] - own["when"].min() if len(own) else np.nan
        np.testing.assert_equal(grid.since_first(asked)[place], first)
        assert grid.highest(asked)[place] == (own["amount"].max() if len(own) else 0.0)


def test_days_outside_the_grid_are_left_out() -> None:
    table = pd.DataFrame({"who": [1, 1, 2, 1], "when": [FIRST_DAY - 1.0, LAST_DAY + 1.0, 0.0, np.nan]})
    assert days_of(np.array([1]), table).amount.sum() == 0.0
