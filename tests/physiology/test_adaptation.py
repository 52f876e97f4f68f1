from collections.abc import Mapping

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from ebbtide.physiology.adaptation import PARTS, change, level, prepare


def test_under_a_steady_signal_each_part_closes_half_of_the_gap_in_a_half_life(
    typical: Mapping[str, np.ndarray],
) -> None:
    numbers = prepare(typical)
    signal = np.array([0.8])
    start = np.array([0.0, 0.2, 0.9, 0.5])
    half_lives = [typical[f"adaptation.{part}.half_life"][0] for part in PARTS]
    for i, half_life in enumerate(half_lives):
        course = solve_ivp(
            lambda t, a: change(a[:, None], signal, numbers)[:, 0],
            (0, half_life),
            start,
            rtol=1e-9,
            atol=1e-12,
            method="LSODA",
        )
        assert course.y[i, -1] == pytest.approx(0.8 + (start[i] - 0.8) / 2, rel=1e-6)


def test_parts_follow_in_the_order_of_their_names(typical: Mapping[str, np.ndarray]) -> None:
    rates = prepare(typical).rate[:, 0]
    assert np.all(np.diff(rates) < 0)


def test_a_body_wholly_used_to_a_signal_is_adapted_to_its_level(typical: Mapping[str, np.ndarray]) -> None:
    drawn = dict(typical) | {"adaptation.acute.share": np.array([0.9])}  # shares need not sum to 1 as drawn
    for numbers in (prepare(typical), prepare(drawn)):
        assert numbers.share.sum() == pytest.approx(1)
        assert level(np.full((len(PARTS), 1), 0.6), numbers)[0] == pytest.approx(0.6)
