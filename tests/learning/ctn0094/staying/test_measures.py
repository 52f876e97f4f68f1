"""Measures against values that can be worked out by hand."""

import numpy as np
import pytest
from scipy.special import expit

from ebbtide.learning.ctn0094.staying.measures import (
    auroc,
    brier,
    calibration_line,
    logarithmic,
    reliability,
    with_intervals,
)

HAPPENED = np.array([False, False, True, True])
P = np.array([0.1, 0.6, 0.4, 0.8])


def test_of_four_people() -> None:
    assert auroc(HAPPENED, P) == 3 / 4
    assert brier(HAPPENED, P) == pytest.approx((0.01 + 0.36 + 0.36 + 0.04) / 4)
    assert logarithmic(HAPPENED, P) == pytest.approx(-np.log([0.9, 0.4, 0.4, 0.8]).mean())


def test_one_kind_of_outcome_has_no_discrimination() -> None:
    assert np.isnan(auroc(np.ones(3, dtype=bool), P[:3]))
    assert np.isnan(calibration_line(np.zeros(4, dtype=bool), P)).all()


def test_calibration_line_finds_what_was_done_to_the_logit() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=40_000)
    happened = rng.random(x.size) < expit(0.5 + x / 2)
    assert calibration_line(happened, expit(x)) == pytest.approx((0.5, 0.5), abs=0.05)


def test_reliability_keeps_everybody() -> None:
    rng = np.random.default_rng(2)
    p = rng.random(5000)
    table = reliability(rng.random(5000) < p, p)
    assert table["people"].tolist() == [500] * 10
    assert table["observed"].to_numpy() == pytest.approx(table["predicted"].to_numpy(), abs=0.08)


def test_intervals_hold_the_value_and_narrow_with_more_people() -> None:
    rng = np.random.default_rng(3)
    p = rng.random(1600)
    happened = rng.random(1600) < p
    few, many = with_intervals(happened[:100], p[:100]), with_intervals(happened, p)
    for value, low, high in (*few.values(), *many.values()):
        assert low < value < high
    assert many["brier"][2] - many["brier"][1] < (few["brier"][2] - few["brier"][1]) / 2
