import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.physiology.receptor import (
    MuReceptor,
    bind,
    breathing_stimulus,
    signal,
    slow_binding_change,
    stimulus,
)

from .conftest import receptor_of

CONCENTRATION = st.floats(0, 1e6)
LIGAND = st.tuples(st.floats(1e-3, 1e5), st.floats(0, 1))
NONE = np.zeros((0, 1))


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)[:, None]


@pytest.mark.parametrize("load", [0.01, 1.0, 9.0, 1e4])
def test_one_ligand_follows_the_law_of_mass_action(load: float) -> None:
    binding = bind(column(5 * load), NONE, receptor_of([(5, 1)]))
    assert binding.occupied[0] == pytest.approx(load / (1 + load))


def test_two_ligands_compete_as_gaddum_says() -> None:
    binding = bind(column(30, 8), NONE, receptor_of([(10, 1), (2, 0)]))
    np.testing.assert_allclose(binding.fast[:, 0], [3 / 8, 4 / 8])
    # a competitor at ten times its constant shifts the curve of the other eleven-fold (Schild)
    shifted = bind(column(11 * 10, 20), NONE, receptor_of([(10, 1), (2, 0)]))
    assert shifted.fast[0, 0] == pytest.approx(0.5)


@given(st.lists(st.tuples(LIGAND, CONCENTRATION), min_size=1, max_size=5), st.floats(0, 1))
def test_no_more_than_all_receptors_are_taken(
    ligands: list[tuple[tuple[float, float], float]], slowly_taken: float
) -> None:
    numbers = receptor_of([ligand for ligand, _ in ligands], [(1, 0.1, 0.5)])
    binding = bind(column(*(c for _, c in ligands)), column(slowly_taken), numbers)
    assert np.all(binding.fast >= 0)
    assert binding.fast.sum() + slowly_taken + binding.free[0] == pytest.approx(1)
    assert 0 <= binding.occupied[0] <= 1
    assert 0 <= stimulus(binding, column(slowly_taken), numbers)[0] <= 1 + 1e-12


@pytest.mark.parametrize("competitor", [0.0, 50.0])
def test_a_slow_binder_comes_to_rest_at_mass_action(competitor: float) -> None:
    numbers = receptor_of([(10, 1)], [(2, 0.1, 0.6)])
    at_rest = column(3 / (1 + 3 + competitor / 10))
    binding = bind(column(competitor), at_rest, numbers)
    np.testing.assert_allclose(slow_binding_change(column(6), at_rest, binding, numbers), 0, atol=1e-15)
    # away from rest it goes back at koff + kon C: for a lone ligand koff (1 + C / K)
    away = at_rest - 1e-3
    back = slow_binding_change(column(6), away, bind(column(competitor), away, numbers), numbers)
    pull = 1 + 3 / (1 + competitor / 10)
    assert back[0, 0] == pytest.approx(1e-3 * 0.6 * pull)


def test_without_drug_a_slow_binder_leaves_at_its_own_rate() -> None:
    numbers = receptor_of([(10, 1)], [(2, 0.1, 0.61)])
    taken = column(0.8)
    leaving = slow_binding_change(column(0), taken, bind(column(1e9), taken, numbers), numbers)
    assert leaving[0, 0] == pytest.approx(-0.61 * 0.8)


@given(st.lists(st.tuples(LIGAND, CONCENTRATION), min_size=1, max_size=4), CONCENTRATION, CONCENTRATION)
def test_more_antagonist_never_raises_the_stimulus(
    agonists: list[tuple[tuple[float, float], float]], less: float, more: float
) -> None:
    numbers = receptor_of([ligand for ligand, _ in agonists] + [(0.73, 0.0)])

    def stimulus_with(antagonist: float) -> float:
        binding = bind(column(*(c for _, c in agonists), antagonist), NONE, numbers)
        return float(stimulus(binding, NONE, numbers)[0])

    assert stimulus_with(max(less, more)) <= stimulus_with(min(less, more)) * (1 + 1e-12)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1e3))
def test_signal_grows_from_nothing_to_one(low: float, high: float, reserve: float) -> None:
    numbers = receptor_of([], reserve=reserve)
    low, high = sorted((low, high))
    small, large = (signal(np.array([s]), numbers)[0] for s in (low, high))
    assert 0 <= small <= large * (1 + 1e-12)
    assert large <= 1 + 1e-12


def test_limits_of_the_operational_model() -> None:
    def signal_of(stimulus: float, reserve: float) -> float:
        return float(signal(np.array([stimulus]), receptor_of([], reserve=reserve))[0])

    assert signal_of(0.0, 10) == 0
    assert signal_of(1.0, 10) == pytest.approx(1)
    assert signal_of(0.3, 0.0) == pytest.approx(0.3)  # without reserve signal is stimulus
    assert signal_of(0.01, 1e9) == pytest.approx(1, rel=1e-6)  # with endless reserve any stimulus is enough
    # half of the greatest signal at 1 / (2 + tau), from Black and Leff's equation
    assert signal_of(1 / 12, 10) == pytest.approx(0.5)


def test_a_partial_agonist_displaces_a_full_one() -> None:
    numbers: MuReceptor = receptor_of([(10, 1.0), (1, 0.12)])

    def signal_with(partial: float) -> float:
        binding = bind(column(1000, partial), NONE, numbers)
        return float(signal(stimulus(binding, NONE, numbers), numbers)[0])

    levels = [signal_with(c) for c in (0, 10, 100, 1000, 1e6)]
    assert levels == sorted(levels, reverse=True)
    assert levels[-1] == pytest.approx(0.12 * 11 / (1 + 10 * 0.12), rel=1e-2)


@pytest.mark.parametrize(("load", "affinity"), [(0.1, 28.0), (1.0, 28.0), (3.0, 4.0)])
def test_breathing_sees_a_slow_ligand_as_if_its_constant_were_smaller(load: float, affinity: float) -> None:
    numbers = receptor_of([(10, 1)], [(2, 0.1, 0.6)], affinity=affinity)
    taken = column(load / (1 + load))
    seen = breathing_stimulus(bind(column(0), taken, numbers), taken, numbers)
    assert seen[0] == pytest.approx(0.1 * affinity * load / (1 + affinity * load))


@given(CONCENTRATION, st.floats(0, 1), st.floats(0, 1), st.floats(1, 100))
def test_breathing_stimulus_stays_between_bounds_and_antagonists_lower_it(
    antagonist: float, taken: float, efficacy: float, affinity: float
) -> None:
    numbers = receptor_of([(1, 0)], [(2, efficacy, 0.6)], affinity=affinity)
    slow = column(taken)
    alone = breathing_stimulus(bind(column(0), slow, numbers), slow, numbers)[0]
    against = breathing_stimulus(bind(column(antagonist), slow, numbers), slow, numbers)[0]
    assert -1e-12 <= against <= alone + 1e-9
    assert alone <= efficacy + 1e-9


@given(CONCENTRATION, st.floats(0, 1))
def test_receptors_of_breathing_are_like_others_where_no_affinity_is_given(
    agonist: float, taken: float
) -> None:
    numbers = receptor_of([(10, 1)], [(2, 0.1, 0.6)])
    slow = column(taken)
    binding = bind(column(agonist), slow, numbers)
    at_breathing, elsewhere = (f(binding, slow, numbers)[0] for f in (breathing_stimulus, stimulus))
    assert at_breathing == pytest.approx(elsewhere)
