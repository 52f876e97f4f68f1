from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.library import conversion
from ebbtide.physiology.enzymes import (
    activities,
    escaping_gut,
    escaping_liver,
    hepatic_clearance,
    intrinsic_clearance,
    size_factor,
)

PER_MINUTE = conversion("mL/min", "L/h")
HEPATIC = ("cyp3a4", "cyp2d6", "cyp2b6", "cyp2c8", "cyp2c9", "cyp2c19", "cyp1a2", "ugt", "hepatic")


@pytest.mark.parametrize("egfr", [None, 100.0])
def test_with_everything_normal_nothing_changes(
    egfr: float | None, typical: Mapping[str, np.ndarray]
) -> None:
    activity = activities(typical, "normal", "none", None if egfr is None else egfr * PER_MINUTE)
    assert set(activity) == {*HEPATIC, "renal"}
    assert all(value[0] == pytest.approx(1) for value in activity.values())


def test_each_impairment_acts_on_its_own_pathways(typical: Mapping[str, np.ndarray]) -> None:
    liver = activities(typical, "normal", "C", None)
    assert liver["cyp3a4"][0] < activities(typical, "normal", "B", None)["cyp3a4"][0] < 1
    assert {liver[name][0] for name in HEPATIC} == {liver["cyp3a4"][0]}
    assert liver["renal"][0] == 1
    kidney = activities(typical, "normal", "none", 30 * PER_MINUTE)
    assert kidney["renal"][0] == pytest.approx(0.3)
    assert kidney["cyp3a4"][0] == 1
    gene = activities(typical, "poor", "B", None)
    assert gene["cyp2d6"][0] == 0
    order = [activities(typical, kind, "none", None)["cyp2d6"][0] for kind in ("poor", "intermediate")]
    assert order[0] < order[1] < 1 < activities(typical, "ultrarapid", "none", None)["cyp2d6"][0]


@given(st.floats(0.01, 80), st.floats(50, 150))
def test_the_well_stirred_liver_gives_back_the_clearance_it_was_made_from(
    hepatic: float, flow: float
) -> None:
    numbers = {"enzymes.flow.largest_extraction": np.array([0.95])}
    intrinsic, beyond = intrinsic_clearance(np.array([hepatic]), np.array([flow]), numbers)
    done = hepatic_clearance(intrinsic, flow)[0]
    assert done + beyond[0] == pytest.approx(hepatic)
    # what is not extracted passes: extraction and passage sum to 1
    assert escaping_liver(intrinsic, flow)[0] == pytest.approx(1 - done / flow)
    # no inhibition of intrinsic clearance takes clearance past the limits of the model
    assert hepatic_clearance(intrinsic * 1e12, flow)[0] == pytest.approx(flow)
    assert hepatic_clearance(intrinsic * 0, flow)[0] == 0


@given(st.floats(0.05, 1), st.floats(0, 5))
def test_the_gut_wall_lets_through_more_the_less_it_metabolises(normal: float, activity: float) -> None:
    assert escaping_gut(normal, 1.0) == pytest.approx(normal)
    assert escaping_gut(normal, 0.0) == 1
    assert escaping_gut(normal, activity) >= escaping_gut(normal, activity + 1) - 1e-12


def test_allometry(typical: Mapping[str, np.ndarray]) -> None:
    weight = np.array([35.0, 70.0, 140.0])
    np.testing.assert_allclose(size_factor(weight, typical, "volume"), [0.5, 1, 2])
    np.testing.assert_allclose(size_factor(weight, typical, "clearance"), [0.5**0.75, 1, 2**0.75])
