import numpy as np
import pytest

from ebbtide.engine.accuracy import COARSEST, Fineness, Target, choose_mesh

TIMES = np.linspace(0.0, 24.0, 49)
EXACT = np.exp(-TIMES / 10.0)[:, None, None]
ONE_DOSE = Target(["ventilation"], TIMES, [[(0.0, 0)]], 1)


def fine(mesh: Fineness) -> float:
    """By what all steps are divided, beside the first mesh that is tried."""
    return mesh.refinement * (1.0 + mesh.halved) / COARSEST


def course(mesh: Fineness, order: int, share: float = 4e-3) -> np.ndarray:
    """A course whose error is known: that of a method of this order."""
    fineness = fine(mesh) * mesh.finer[0]
    return EXACT * (1.0 + share * fineness**-order * np.ptp(EXACT) * np.sin(TIMES)[:, None, None])


@pytest.mark.parametrize("order", [2, 3, 4, 6])
def test_the_error_that_is_told_is_never_below_that_of_a_method_of_order_two_or_more(order: int) -> None:
    chosen = choose_mesh(lambda mesh, _: [course(mesh, order)], ONE_DOSE, 1e-4)
    true = np.abs(course(chosen.mesh, order) - EXACT).max() / np.ptp(EXACT)
    assert true <= chosen.error_of_range * (1 + 1e-4)
    assert chosen.error_of_range <= 1e-4


def test_steps_get_shorter_only_after_the_doses_that_errors_follow() -> None:
    plan = Target(["ventilation"], TIMES, [[(2.0, 0), (12.0, 1)]], 2)

    def run(mesh: Fineness, _: bool) -> list[np.ndarray]:
        after = np.where(TIMES > 12.0, np.exp(12.0 - TIMES), 0.0)[:, None, None]
        return [EXACT + 0.01 * after / (fine(mesh) * mesh.finer[1]) ** 3]

    chosen = choose_mesh(run, plan, 1e-4)
    assert chosen.mesh.refinement == COARSEST
    assert chosen.mesh.finer[0] == 1.0
    assert chosen.mesh.finer[1] > 3.0


def test_an_error_that_follows_no_dose_makes_all_steps_shorter() -> None:
    nothing = Target(["ventilation"], TIMES, [[]], 1)
    assert choose_mesh(lambda mesh, _: [course(mesh, 4)], nothing, 1e-4).mesh.refinement > 1.5 * COARSEST


def test_what_is_off_from_the_start_is_mended_in_the_history() -> None:
    plan = Target(["ventilation"], TIMES, [[(2.0, 0)]], 2, used=[1])

    def run(mesh: Fineness, _: bool) -> list[np.ndarray]:
        return [EXACT + 0.004 * np.exp(-TIMES)[:, None, None] / (fine(mesh) * mesh.finer[1]) ** 3]

    chosen = choose_mesh(run, plan, 1e-4)
    assert chosen.mesh.finer[1] > 3.0
    assert chosen.mesh.refinement == COARSEST


def test_a_tenth_of_a_crowd_may_be_further_off_which_is_told() -> None:
    own = np.where(np.arange(20) < 2, 50.0, 1.0)
    chosen = choose_mesh(lambda mesh, _: [course(mesh, 3, 1e-4 * own)], ONE_DOSE, 1e-4)
    assert chosen.error_of_range <= 1e-4 < chosen.largest
    few = choose_mesh(lambda mesh, _: [course(mesh, 3, 1e-4 * own[:9])], ONE_DOSE, 1e-4)
    assert few.largest == few.error_of_range <= 1e-4


def test_a_tolerance_out_of_reach_names_what_is_off() -> None:
    plan = Target(["cows"], TIMES, [[]], 0)
    with pytest.raises(FloatingPointError, match=r"cannot reach 1e-06 of range: cows is off by 0\.1"):
        choose_mesh(lambda mesh, finer: [np.full((49, 1, 1), 2.0 + 0.18 * finer)], plan, 1e-6)
