from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.library import Library, conversion
from ebbtide.physiology.enzymes import HEPATIC, activities, clearance_factor, size_factor

PER_MINUTE = conversion("mL/min", "L/h")


@pytest.mark.parametrize("egfr", [None, 100.0])
def test_with_everything_normal_nothing_changes(
    egfr: float | None, typical: Mapping[str, np.ndarray], library: Library
) -> None:
    activity = activities(typical, "normal", "none", None if egfr is None else egfr * PER_MINUTE)
    assert all(value[0] == pytest.approx(1) for value in activity.values())
    for compound in library.compounds.values():
        assert clearance_factor(typical, compound.name, compound.pathways, activity) == pytest.approx(1)


def test_each_impairment_acts_on_its_own_pathways(typical: Mapping[str, np.ndarray]) -> None:
    liver = activities(typical, "normal", "C", None)
    # Nasser2015: buprenorphine exposure 2.81 times that of the healthy
    assert liver["cyp3a4"][0] == pytest.approx(1 / 2.81, rel=0.02)
    assert {liver[name][0] for name in HEPATIC} == {liver["cyp3a4"][0]}
    assert liver["renal"][0] == 1
    kidney = activities(typical, "normal", "none", 30 * PER_MINUTE)
    assert kidney["renal"][0] == pytest.approx(0.3)
    assert kidney["cyp3a4"][0] == 1
    gene = activities(typical, "poor", "B", None)
    assert gene["cyp2d6"][0] == 0
    assert gene["ugt"][0] == pytest.approx(1 / 1.64, rel=0.02)
    order = [activities(typical, kind, "none", None)["cyp2d6"][0] for kind in ("poor", "intermediate")]
    assert order[0] < order[1] < 1 < activities(typical, "ultrarapid", "none", None)["cyp2d6"][0]


@given(st.floats(0, 1), st.floats(0, 2))
def test_what_no_pathway_claims_stays(fraction: float, activity: float) -> None:
    numbers = {"x.pathways.ugt": np.array([fraction])}
    factor = clearance_factor(numbers, "x", ["ugt"], {"ugt": np.array([activity])})
    assert factor[0] == pytest.approx(1 - fraction + fraction * activity)
    assert clearance_factor(numbers, "x", [], {}) == 1


def test_allometry(typical: Mapping[str, np.ndarray]) -> None:
    weight = np.array([35.0, 70.0, 140.0])
    np.testing.assert_allclose(size_factor(weight, typical, "volume"), [0.5, 1, 2])
    np.testing.assert_allclose(size_factor(weight, typical, "clearance"), [0.5**0.75, 1, 2**0.75])
