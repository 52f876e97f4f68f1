"""The state at the start against running the whole history dose by dose."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ebbtide.engine import history
from ebbtide.engine.batch import make_batch
from ebbtide.engine.history import Group, common_period, state_at_start
from ebbtide.engine.regimen import Stream

MORPHINE = {"product": "morphine_injection", "amount": "30 mg", "every": "6 h", "last": "2 h before start"}
FILM = {
    "product": "buprenorphine_naloxone_film",
    "amount": "8 mg",
    "every": "24 h",
    "last": "5 h before start",
}


def start_of(case: Any, make_group: Callable[..., Any]) -> Any:
    people, regimen = make_group(case)
    batch = make_batch(people, np.array([0]), 1.0)
    return state_at_start(
        Group(batch.modes.rate, batch.doses, batch.relaxation, batch.run_between), regimen.streams
    )


@pytest.mark.parametrize(
    "uses", [[MORPHINE | {"for": "60 d"}], [FILM | {"for": "90 d"}]], ids=["morphine", "film"]
)
def test_the_fixed_point_equals_running_every_dose(
    uses: list[Any],
    make_case: Callable[..., Any],
    make_group: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = make_case(history=uses)
    quick = start_of(case, make_group)
    monkeypatch.setattr(history, "EXPLICIT_H", 1e9)
    whole = start_of(case, make_group)
    np.testing.assert_allclose(quick.modes, whole.modes, rtol=1e-9, atol=1e-6)
    # what is left: the first days of use, before kinetics were periodic, which slow parts remember
    np.testing.assert_allclose(quick.body, whole.body, atol=2e-3)


def test_kinetics_of_a_stream_are_the_sum_of_its_doses() -> None:
    rate = np.array([[0.0], [0.05], [3.0]])
    doses = np.ones((1, 3, 1))
    group = Group(rate, doses, np.ones((1, 1)), lambda state, start, end, given: state)
    stream = Stream(kind=0, interval_h=6.0, first_h=-60.0, last_h=-6.0)
    by_hand = sum(np.exp(-rate * (0.0 - t)) for t in np.arange(-60.0, -5.9, 6.0))
    np.testing.assert_allclose(history.kinetics_at(group, [stream], 0.0), by_hand, rtol=1e-12)


def test_a_longer_or_larger_use_leaves_more_dependence(
    make_case: Callable[..., Any], make_group: Callable[..., Any]
) -> None:
    levels = []
    for amount, lasting in (("10 mg", "3 d"), ("10 mg", "30 d"), ("30 mg", "30 d"), ("30 mg", "900 d")):
        use = MORPHINE | {"amount": amount, "for": lasting}
        levels.append(float(start_of(make_case(history=[use]), make_group).body[1, 0]))
    assert levels == sorted(levels)


def test_common_period() -> None:
    assert common_period([6.0, 24.0]) == 24.0
    assert common_period([8.0, 12.0]) == 24.0
    assert common_period([24.0, 168.0]) == 168.0
