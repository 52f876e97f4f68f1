"""Courses with derivatives: those of the plain run, and derivatives as finite differences have them."""

import numpy as np
import pandas as pd
import pytest

from ebbtide.learning.ctn0094.calibration.courses import Courses, courses
from ebbtide.learning.ctn0094.calibration.shifts import NAMES
from ebbtide.learning.ctn0094.mechanism import mechanism_by_day
from ebbtide.learning.ctn0094.tables import Tables, shipped_tables
from ebbtide.library import load_library

HOUR = 8.0
WHO = np.array([756, 35])
MOST_POINTS = 0.15
"""Between a coarse mesh and a fine one."""


@pytest.fixture(scope="module")
def tables() -> Tables:
    return shipped_tables().of(WHO)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return pd.DataFrame([(who, float(day)) for who in WHO for day in (0, 3, 6, 12)], columns=["who", "when"])


@pytest.fixture(scope="module")
def computed(tables: Tables, rows: pd.DataFrame) -> Courses:
    return courses(tables, rows, load_library(), HOUR)


def test_they_are_those_of_the_plain_run(tables: Tables, rows: pd.DataFrame, computed: Courses) -> None:
    plain = rows.merge(mechanism_by_day(tables, rows), on=["who", "when"])
    for index, (scale, most) in enumerate((("cows", 48), ("sows", 64))):
        points = most / (1.0 + np.exp(-computed.log_odds[:, index]))
        assert points == pytest.approx(plain[f"{scale}@8"].to_numpy(), abs=MOST_POINTS)


@pytest.mark.parametrize(
    "name", ["adaptation.fast.half_life", "adaptation.slow.share", "symptoms.steepness", NAMES[9]]
)
def test_derivatives_are_finite_differences(
    name: str, tables: Tables, rows: pd.DataFrame, computed: Courses
) -> None:
    step = np.where(np.array(NAMES) == name, 1e-5, 0.0)
    ahead, behind = (courses(tables, rows, load_library(), HOUR, sign * step).log_odds for sign in (1, -1))
    expected = (ahead - behind) / 2e-5
    assert computed.slope[..., NAMES.index(name)] == pytest.approx(expected, abs=1e-6)
