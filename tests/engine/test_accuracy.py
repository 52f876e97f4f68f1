import numpy as np
import pytest

from ebbtide.engine.accuracy import choose_mesh

TIMES = np.linspace(0.0, 3.0, 31)


def course(refinement: float, order: int) -> np.ndarray:
    """A course whose error is known: that of a method of this order, largest 4e-3 of its range."""
    exact = np.exp(-TIMES)[:, None]
    return exact * (1.0 + 4e-3 * refinement**-order * np.ptp(exact) * np.sin(TIMES)[:, None])


@pytest.mark.parametrize("order", [2, 3, 4])
def test_the_error_that_is_told_is_never_below_that_of_a_method_of_order_two_or_more(order: int) -> None:
    exact = np.exp(-TIMES)[:, None]
    chosen = choose_mesh(lambda refinement, fine: [course(refinement, order)], ["ventilation"], 1e-4)
    true = np.abs(course(chosen.refinement, order) - exact).max() / max(np.ptp(exact), 0.05)
    assert true <= chosen.error_of_range * (1 + 1e-6)
    assert chosen.error_of_range <= 1e-4


def test_a_tolerance_out_of_reach_names_what_is_off() -> None:
    with pytest.raises(FloatingPointError, match=r"cannot reach 1e-06 of range: cows is off by 0\.1"):
        choose_mesh(lambda refinement, fine: [np.full((5, 1), 2.0 + 0.18 * fine)], ["cows"], 1e-6)
