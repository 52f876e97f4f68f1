"""Propagators against SciPy's exponential of the doubled matrix (Van Loan 1978), and against quadrature."""

import numpy as np
import pytest
from scipy.integrate import quad_vec
from scipy.linalg import expm

from ebbtide.engine.linear import rate_matrix
from ebbtide.engine.propagators import propagators

SYSTEMS = {
    "one": rate_matrix(3.0, 30.0, None, []),
    "oral": rate_matrix(3.0, 30.0, 0.9, []),
    "coincident": rate_matrix(3.0, 30.0, 0.1, []),
    "three": rate_matrix(1.0, 5.0, 2.0, [(8.0, 20.0), (0.3, 400.0)]),
    "stiff": rate_matrix(50.0, 0.5, 30.0, [(2.0, 1000.0)]),
    "closed": rate_matrix(0.0, 5.0, None, [(1.0, 10.0)]),
}


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("time", [0.0, 1e-6, 0.3, 7.0, 90.0])
def test_as_scipy(name: str, time: float) -> None:
    matrix = SYSTEMS[name]
    size = len(matrix)
    both = np.zeros((2 * size, 2 * size))
    both[:size, :size], both[:size, size:] = matrix, np.eye(size)
    expected = expm(both * time)
    [kept], [gained] = propagators(matrix[None], np.array([time]))
    np.testing.assert_allclose(kept, expected[:size, :size], rtol=1e-9, atol=1e-16)
    np.testing.assert_allclose(gained, expected[:size, size:], rtol=1e-9, atol=1e-16)


def test_what_enters_is_the_integral_of_what_is_kept() -> None:
    matrix = SYSTEMS["three"]
    expected, _ = quad_vec(lambda s: propagators(matrix[None], np.array([s]))[0][0], 0.0, 12.0, epsrel=1e-12)
    np.testing.assert_allclose(propagators(matrix[None], np.array([12.0]))[1][0], expected, rtol=1e-10)


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    matrices = np.array([SYSTEMS["oral"], SYSTEMS["coincident"], SYSTEMS["oral"]])
    times = np.array([0.01, 400.0, 5.0])
    together = propagators(matrices, times)
    for index in range(3):
        alone = propagators(matrices[index : index + 1], times[index : index + 1])
        for whole, part in zip(together, alone, strict=True):
            np.testing.assert_array_equal(whole[index], part[0])


def test_small_amounts_keep_their_digits() -> None:
    """A hundred half-lives on, where the depot and the central compartment decay at their own rates."""
    [kept], _ = propagators(SYSTEMS["oral"][None], np.array([600.0]))
    np.testing.assert_allclose(kept[0, 0], np.exp(-0.9 * 600), rtol=1e-11)
    np.testing.assert_allclose(kept[1, 1], np.exp(-0.1 * 600), rtol=1e-11)
    assert kept[0, 1] == 0.0
