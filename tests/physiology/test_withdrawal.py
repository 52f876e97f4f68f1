from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.physiology.withdrawal import Withdrawal, drive, follower_target, prepare, rebound_change

LEVEL = st.floats(0, 1)
ALL = np.ones((1, 1))
FOLLOWERS = ("symptoms.nausea", "symptoms.insomnia", "craving.craving")


def made(half_effect: float = 0.5, steepness: float = 2.0, gain: float = 3.0) -> Withdrawal:
    one = np.ones((1, 1))
    return Withdrawal(
        threshold=np.array([0.02]),
        smoothness=np.array([0.03]),
        rebound_rate=np.array([0.1]),
        rebound_gain=gain * one,
        log_half_effect=np.log(half_effect) * one,
        steepness=steepness * one,
        rate=one,
    )


def felt(adaptation: float, signal: float, numbers: Withdrawal) -> float:
    return float(drive(np.array([adaptation]), np.array([signal]), numbers)[0])


@given(LEVEL, LEVEL, LEVEL, LEVEL)
def test_drive_grows_with_adaptation_and_falls_with_signal(a: float, b: float, c: float, d: float) -> None:
    numbers = made()
    (a, b), (c, d) = sorted((a, b)), sorted((c, d))
    rounding = 1e-6
    assert felt(a, c, numbers) >= 0
    assert felt(b, c, numbers) >= felt(a, c, numbers) - rounding
    assert felt(a, d, numbers) <= felt(a, c, numbers) + rounding


def test_drive_is_the_shortfall_where_it_is_large_and_nothing_where_there_is_none() -> None:
    numbers = made()
    assert felt(0.9, 0.1, numbers) == pytest.approx(0.9 - 0.1 - 0.02, rel=1e-6)
    assert felt(0.3, 0.3, numbers) == pytest.approx(0.03 * np.log1p(np.exp(-0.02 / 0.03)), rel=1e-5)
    assert felt(0.0, 1.0, numbers) < 1e-12


@pytest.mark.parametrize("steepness", [1.0, 2.0, 5.4])
def test_at_the_half_effect_a_symptom_is_half(steepness: float) -> None:
    numbers = made(half_effect=0.4, steepness=steepness, gain=5.0)
    assert follower_target(np.array([0.4]), np.zeros(1), ALL, numbers)[0, 0] == pytest.approx(0.5)
    # the rebound multiplies: drive 0.2 with rebound 0.2 and gain 5 is a drive of 0.4
    assert follower_target(np.array([0.2]), np.array([0.2]), ALL, numbers)[0, 0] == pytest.approx(0.5)
    hill = 0.8**steepness / (0.8**steepness + 0.4**steepness)
    assert follower_target(np.array([0.8]), np.zeros(1), ALL, numbers)[0, 0] == pytest.approx(hill, rel=1e-5)


def test_relief_takes_its_share_of_the_drive() -> None:
    numbers = made(half_effect=0.4, gain=5.0)
    half = follower_target(np.array([0.4]), np.array([0.2]), ALL / 2, numbers)
    assert half == pytest.approx(follower_target(np.array([0.2]), np.array([0.2]), ALL, numbers))


def test_at_rest_there_is_no_symptom_and_no_error() -> None:
    assert follower_target(np.zeros(1), np.zeros(1), ALL, made())[0, 0] == pytest.approx(0, abs=1e-12)


def test_the_rebound_follows_the_drive() -> None:
    assert rebound_change(np.array([0.1]), np.array([0.4]), made())[0] == pytest.approx(0.03)
    assert rebound_change(np.array([0.4]), np.array([0.4]), made())[0] == 0


def test_someone_more_sensitive_needs_less_drive(typical: Mapping[str, np.ndarray]) -> None:
    normal = prepare(dict(typical) | {"withdrawal.person.sensitivity": np.array([1.0])}, FOLLOWERS)
    sensitive = prepare(dict(typical) | {"withdrawal.person.sensitivity": np.array([0.5])}, FOLLOWERS)
    drive, none = np.array([0.3]), np.zeros(1)
    assert np.all(follower_target(drive, none, ALL, sensitive) > follower_target(drive, none, ALL, normal))
    np.testing.assert_allclose(
        follower_target(drive / 2, none, ALL, sensitive), follower_target(drive, none, ALL, normal), rtol=1e-5
    )
