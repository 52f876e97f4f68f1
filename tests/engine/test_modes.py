"""Kinetics in eigenmodes against the matrix exponential, and conservation of amounts."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from ebbtide.population import WITH_UNCERTAINTY

from .conftest import FILM, HEROIN

DOSES = {
    "heroin": {"product": "heroin_smoked", "amount": "100 mg", "at": "0 h"},
    "kratom": {"product": "kratom_tea", "amount": "4 g", "at": "0 h"},
    "film": {"product": FILM, "amount": "8 mg", "at": "0 h"},
    "methadone": {"product": "methadone_liquid", "amount": "40 mg", "at": "0 h"},
    "fentanyl": {"product": "fentanyl_smoked", "amount": "1 mg", "at": "0 h"},
    "naloxone": {"product": "naloxone_spray", "amount": "4 mg", "at": "0 h"},
}


@pytest.mark.parametrize("name", list(DOSES))
def test_modes_agree_with_the_matrix_exponential(
    name: str, make_case: Callable[..., Any], make_group: Callable[..., Any]
) -> None:
    people, _ = make_group(make_case(doses=[DOSES[name]]), 5, WITH_UNCERTAINTY)
    kinetics = people.kinetics
    for hours in (0.1, 3.0, 100.0):
        modes = people.doses[0] * np.exp(-kinetics.modes.rate * hours)
        amounts = np.einsum("smp,mp->sp", kinetics.to_states, modes)
        start = 0
        for matrix in kinetics.matrices:
            block = slice(start, start + matrix.shape[1])
            for person in range(5):
                exact = expm(matrix[person] * hours) @ people.dose_amounts[0, block, person]
                scale = np.abs(people.dose_amounts[0, :, person]).max()
                np.testing.assert_allclose(amounts[block, person], exact, atol=1e-10 * scale)
            start = block.stop


def test_amounts_are_conserved_to_rounding(
    make_case: Callable[..., Any], make_group: Callable[..., Any]
) -> None:
    people, _ = make_group(make_case(history=[HEROIN], doses=list(DOSES.values())), 20, WITH_UNCERTAINTY)
    kinetics = people.kinetics
    kept = np.array([role != "effect" for _, role in kinetics.states])
    for kind in range(len(people.doses)):
        given = people.dose_amounts[kind][kept].sum(axis=0)
        for hours in (0.5, 24.0, 336.0):
            modes = people.doses[kind] * np.exp(-kinetics.modes.rate * hours)
            amounts = np.einsum("smp,mp->sp", kinetics.to_states, modes)
            np.testing.assert_allclose(amounts[kept].sum(axis=0), given, rtol=1e-9)
            assert amounts.min() > -1e-9 * given.max()
