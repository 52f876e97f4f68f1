"""The mechanism over everybody: the same as one case alone, and blind to what comes later."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ebbtide.case import read_case
from ebbtide.engine.simulate import simulate
from ebbtide.learning.ctn0094.intakes import WINDOW_D
from ebbtide.learning.ctn0094.mechanism import mechanism_by_day
from ebbtide.learning.ctn0094.tables import Tables, shipped_tables
from ebbtide.library import load_library

DEPOT = 2312
SOME = np.array([756, 35, 8, DEPOT])
MOST_POINTS = 0.05
"""Of 48 and 64: two meshes of the same equations."""


@pytest.fixture(scope="module")
def tables() -> Tables:
    return shipped_tables().of(SOME)


@pytest.fixture(scope="module")
def days() -> pd.DataFrame:
    return pd.DataFrame([(who, float(day)) for who in SOME for day in range(25)], columns=["who", "when"])


@pytest.fixture(scope="module")
def computed(tables: Tables, days: pd.DataFrame) -> pd.DataFrame:
    return mechanism_by_day(tables, days).set_index(["who", "when"])


def test_it_agrees_with_the_case_of_that_person(computed: pd.DataFrame) -> None:
    case = read_case("examples/ctn0094_person_756.toml", load_library())
    alone = simulate(case, load_library(), people=1).arms[0].people
    at = np.array([24.0 * (WINDOW_D + day) + 8.0 for day in range(25)])
    for quantity in ("cows", "sows"):
        expected = alone[quantity].sel(time_h=at, method="nearest").to_numpy()[:, 0]
        assert computed.loc[756, f"{quantity}@8"].to_numpy() == pytest.approx(expected, abs=MOST_POINTS)


def test_what_comes_later_changes_nothing(tables: Tables, days: pd.DataFrame, computed: pd.DataFrame) -> None:
    last = 9.0
    earlier = {
        name: frame[~(frame["when"] > last)] if "when" in frame else frame
        for name, frame in tables.frames.items()
    }
    shorter = mechanism_by_day(replace(tables, frames=earlier), days[days["when"] <= last])
    pd.testing.assert_frame_equal(
        shorter.set_index(["who", "when"]),
        computed[computed.index.get_level_values("when") <= last],
        check_exact=True,
    )


def test_who_else_is_there_changes_nothing(computed: pd.DataFrame, days: pd.DataFrame) -> None:
    other = shipped_tables().of(np.append(SOME, [10, 11, 12]))
    again = mechanism_by_day(other, days).set_index(["who", "when"])
    assert np.abs(again - computed).max().max() < 1e-5


def test_an_injection_and_one_milligram_are_told_apart_by_the_arm(
    tables: Tables, computed: pd.DataFrame
) -> None:
    [injected] = tables["treatment"].query("who == @DEPOT")["when"].head(1)
    assert tables["treatment"].query("who == @DEPOT")["amount"].iloc[0] == 1.0
    plasma = computed.loc[DEPOT, "plasma.naltrexone@8"]
    assert (plasma[plasma.index <= injected] == 0).all()
    # 380 mg of depot keep more than 1 ng/mL (2.9 nM) for weeks
    assert plasma[plasma.index > injected + 2].min() > 2.9
    assert computed.loc[756, "plasma.naltrexone@8"].max() == 0


def test_twins_spread_around_the_typical_person(tables: Tables, days: pd.DataFrame) -> None:
    few = days[(days["who"] == 756) & (days["when"] > 4) & (days["when"] < 9)]
    crowd = mechanism_by_day(tables, few, twins=8)
    assert (crowd["sd.cows"] > 0).all()
    assert np.isfinite(crowd.to_numpy()).all()
