"""What follows a course against closed forms and SciPy."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

import ebbtide.engine.integrate  # noqa: F401  (double precision)
from ebbtide.engine.collocation import POINTS, TO_TIME, Points, follow

ALL = np.array([0.0, *POINTS])


def exact(course: Callable[[float], float], rate: float, start: float, time: float) -> float:
    """What follows ``course`` at ``rate``, by quadrature of the integral that defines it."""
    gained, _ = quad(lambda s: rate * np.exp(-rate * (time - s)) * course(s), 0.0, time, epsabs=1e-14)
    return float(start * np.exp(-rate * time) + gained)


def steps(course: Callable[[float], float], rate: float, start: float, step_h: float, count: int) -> float:
    state = jnp.full((1, 1), start)
    compiled = jax.jit(follow)
    for i in range(count):
        u = jnp.asarray([course((i + p) * step_h) for p in ALL])[:, None, None]
        state = compiled(jnp.asarray(step_h), jnp.full((1, 1), rate), state, Points(u[0], u[1:]))[-1]
    return float(state[0, 0])


@pytest.mark.parametrize("rate", [1e-7, 0.02, 0.9, 30.0])
def test_a_cubic_is_followed_exactly_at_every_point(rate: float) -> None:
    h, start = 1.7, 0.3

    def course(t: float) -> float:
        return 0.2 + 0.4 * t - 0.3 * t**2 + 0.05 * t**3

    u = jnp.asarray([course(p * h) for p in ALL])[:, None, None]
    got = follow(jnp.asarray(h), jnp.full((1, 1), rate), jnp.full((1, 1), start), Points(u[0], u[1:]))
    for point, value in zip(POINTS, np.asarray(got)[:, 0, 0], strict=True):
        assert value == pytest.approx(exact(course, rate, start, point * h), rel=1e-11)


def test_it_is_of_order_six() -> None:
    def course(t: float) -> float:
        return float(np.sin(1.3 * t))

    truth = exact(course, 0.7, 0.1, 4.0)
    coarse, fine = (abs(steps(course, 0.7, 0.1, 4.0 / n, n) - truth) for n in (4, 8))
    assert 5.7 < np.log2(coarse / fine) < 6.3


def test_integrals_up_to_the_points_are_exact_for_cubics() -> None:
    cubic = np.polynomial.Polynomial([0.0, 0.7, -1.1, 0.4])
    np.testing.assert_allclose(TO_TIME @ cubic(np.array(POINTS)), cubic.integ()(np.array(POINTS)), rtol=1e-13)
