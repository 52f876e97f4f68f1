from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from ebbtide.library import Library
from ebbtide.physiology.breathing import Breathing, prepare, tolerance_change, ventilation

FENTANYL_G_PER_MOL = 336.5


def breathing_with(stimulus: float, tolerance: float, numbers: Breathing, gaba: float = 0.0) -> float:
    return float(ventilation(np.array([stimulus]), np.array([tolerance]), np.array([gaba]), numbers)[0])


def c50(compound: str, tolerance: float, typical: Mapping[str, np.ndarray]) -> float:
    """Concentration (nM) at which ventilation is half of baseline."""
    numbers = prepare(typical)
    constant = typical[f"{compound}.receptors.mu.dissociation_constant"][0]
    efficacy = typical[f"{compound}.receptors.mu.efficacy"][0]

    def above_half(log_c: float) -> float:
        load = np.exp(log_c) / constant
        return breathing_with(efficacy * load / (1 + load), tolerance, numbers) - 0.5

    return float(np.exp(brentq(above_half, np.log(1e-3), np.log(1e6))))


def test_a_partial_agonist_has_a_ceiling(typical: Mapping[str, np.ndarray], library: Library) -> None:
    """Dahan2005: buprenorphine levels off at about half of baseline, fentanyl goes on to apnoea."""
    numbers = prepare(typical)
    all_receptors = typical["buprenorphine.receptors.mu.efficacy"][0]
    assert 0.45 < breathing_with(all_receptors, 0.0, numbers) < 0.60
    assert breathing_with(typical["fentanyl.receptors.mu.efficacy"][0], 0.0, numbers) < 0.05


def test_tolerance_shifts_fentanyl_as_in_chronic_users(typical: Mapping[str, np.ndarray]) -> None:
    """Algera2021: C50 0.42 (SE 0.07) ng/mL in the naive, 1.82 (0.39) ng/mL in chronic users."""
    naive, used = c50("fentanyl", 0.0, typical), c50("fentanyl", 0.7, typical)
    assert naive * FENTANYL_G_PER_MOL * 1e-3 == pytest.approx(0.42, abs=0.07)
    assert used / naive == pytest.approx(1.82 / 0.42, rel=0.2)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_stimulus_or_less_tolerance_never_helps(low: float, high: float, tolerance: float) -> None:
    one = np.ones(1)
    numbers = Breathing(0.1 * one, 2 * one, 3 * one, 0.01 * one, 0.1 * one, 0.5 * one)
    low, high = sorted((low, high))
    assert 0 <= breathing_with(high, tolerance, numbers) <= breathing_with(low, tolerance, numbers) + 1e-6
    assert breathing_with(0.3, low, numbers) <= breathing_with(0.3, high, numbers) + 1e-6
    assert breathing_with(0.0, tolerance, numbers) == 1
    assert (
        breathing_with(high, tolerance, numbers, gaba=high) <= breathing_with(high, tolerance, numbers) + 1e-6
    )
    assert breathing_with(-1e-18, tolerance, numbers) == 1  # rounding around no drug at all


def test_half_of_tolerance_is_lost_in_a_half_life(typical: Mapping[str, np.ndarray]) -> None:
    numbers = prepare(typical)
    rate = -tolerance_change(np.ones(1), np.zeros(1), numbers)[0]
    assert np.exp(-rate * typical["breathing.breathing.tolerance_half_life"][0]) == pytest.approx(0.5)
