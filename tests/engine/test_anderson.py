import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from ebbtide.engine.anderson import fixed_point


@given(st.integers(0, 10_000))
def test_a_linear_map_is_solved_in_few_steps_for_every_person(seed: int) -> None:
    """x = A x + b has the solution (1 - A)^-1 b, whatever the rest of the group needs.

    Eigenvectors that nearly coincide are left out: then rounding alone is amplified beyond the bound.
    """
    draw = np.random.default_rng(seed)
    size, people = 5, 4
    vectors = draw.normal(size=(people, size, size)) + 2 * np.eye(size)
    assume(np.linalg.cond(vectors).max() < 1e3)
    shrink = np.linspace(0.2, 0.97, size)
    maps = vectors @ (shrink[:, None] * np.linalg.inv(vectors))
    shift = draw.normal(size=(people, size))
    calls = 0

    def image(x: np.ndarray) -> np.ndarray:
        nonlocal calls
        calls += 1
        return (np.einsum("pij,jp->pi", maps, x) + shift).T

    point, residual = fixed_point(image, np.zeros((size, people)), np.ones((size, people)), 1e-9, 200)
    exact = np.linalg.solve(np.eye(size) - maps, shift[..., None])[..., 0].T
    assert residual.max() < 1e-9
    amplified = np.linalg.norm(np.linalg.inv(np.eye(size) - maps), 2, axis=(1, 2))
    assert (np.abs(point - exact).max(axis=0) <= 1e-8 * amplified).all()
    assert calls < 100  # without acceleration 0.97^n needs 680


def test_a_map_that_is_not_linear() -> None:
    """The Dottie number solves x = cos x."""

    def image(x: np.ndarray) -> np.ndarray:
        return np.cos(x)

    point, _ = fixed_point(image, np.array([[0.0, 3.0]]), np.ones((1, 2)), 1e-12, 100)
    np.testing.assert_allclose(point, 0.7390851332151607, atol=1e-11)
