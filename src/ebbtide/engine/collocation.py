r"""What follows a course that is known at a few points of a step, and computing it once.

A state of rate :math:`k` is an integral over the course :math:`u` that it follows:

.. math::
    x(t) = e^{-k t} x_0 + k \int_0^t e^{-k (t - s)} u(s)\, ds

with the cubic through the values at the start and at :data:`POINTS` in place of :math:`u`. These are the
points of Lobatto's quadrature, so that this collocation is of order six (of the exponential kind: exact in
the rate of each person, stable at any step; Hochbruck and Ostermann 2005, Appl Numer Math 53:323).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from ebbtide.physiology.arrays import Values, added

from .phi import SMALL, Phi, phi_functions, phi_of_small

POINTS = ((1.0 - 1.0 / math.sqrt(5.0)) / 2.0, (1.0 + 1.0 / math.sqrt(5.0)) / 2.0, 1.0)
"""Where in a step, as shares of it, a course is looked at after the start."""
_ALL = np.array((0.0, *POINTS))
_POWERS = np.arange(1.0, 4.0)
TO_BENDS = np.linalg.inv(_ALL[1:, None] ** _POWERS)
"""Coefficients of a cubic, from its rises over the start at the points; rows are powers 1-3 of the share."""
TO_TIME = (_ALL[1:, None] ** (_POWERS + 1.0) / (_POWERS + 1.0)) @ TO_BENDS
"""Integrals up to each point of a cubic that is 0 at the start, from its values at the points."""
VERY_SMALL, FEW = 0.1, 3
"""Up to which number of lifetimes so few terms of the series do in single precision."""


class Points(NamedTuple):
    """Something at the start of a step, and at its later points."""

    start: Float[Values, ...]
    later: Float[Values, "points ..."] | Sequence[Float[Values, ...]]


def within(positive: Float[Values, ""] | Int[Values, ""], make: Callable[[], Any]) -> Any:
    """What ``make`` gives, computed once and for all.

    What each follower reads a compiler for CPUs computes anew for each of them, all that it depends on
    included, unless it comes out of a branch; that on ``positive``, which is never negative, is always taken.
    """
    return jax.lax.cond(
        positive >= 0,
        make,
        lambda: jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), jax.eval_shape(make)),
    )


def with_phi(fastest: Float[Values, ""], make: Callable[[Phi], Any]) -> Any:
    """What ``make`` gives with the functions at numbers up to ``fastest``, computed once and for all.

    In single precision with the cheapest that reach so far. In double precision always with the same ones, so
    that nothing a person comes to depends on who else is computed.
    """
    if fastest.dtype.itemsize == 8:
        return within(fastest, lambda: make(phi_functions))
    further = (fastest > VERY_SMALL).astype(jnp.int32) + (fastest > SMALL[4]).astype(jnp.int32)
    ways: list[Phi] = [partial(phi_of_small, terms=FEW), phi_of_small, phi_functions]
    return jax.lax.switch(further, [partial(make, phi) for phi in ways])


def follow(
    step_h: Float[Values, ""],
    rate: Float[Values, ...],
    start: Float[Values, ...],
    u: Points,
    phi: Phi = phi_functions,
) -> Float[Values, "points ..."]:
    """States at the points, that follow ``u`` from ``start``."""
    share = _along(start, POINTS)
    rises = [later - u.start for later in u.later]
    bends = [added([float(w) * d for w, d in zip(row, rises, strict=True)]) for row in TO_BENDS]
    return relax(share * (step_h * rate), share, start, u.start - start, bends, phi)


def follow_to_end(
    step_h: Float[Values, ""],
    rate: Float[Values, "states columns"],
    start: Float[Values, "states people"],
    u: Points,
) -> Float[Values, "states people"]:
    """States at the end of a step, that follow ``u`` from ``start``."""

    def make() -> list[Values]:
        return _weights(step_h * rate, jnp.ones((), start.dtype), phi_functions)

    # of one column they are few, and computed once
    return _moved(start, u, within(step_h, make) if rate.shape[-1] == 1 else make())


def _weights(time: Values, share: Values, phi: Phi) -> list[Values]:
    """What the distances of a goal at the start and of its rises at the points from it add to a state.

    After ``share`` of a step that takes ``time`` lifetimes.
    """
    own = share * time
    one, two, three, four = phi(own, 4)
    bent = own * share
    of_bends = bent * two, 2.0 * bent * share * three, 6.0 * bent * (share * share) * four
    rises = [added([float(w) * b for w, b in zip(column, of_bends, strict=True)]) for column in TO_BENDS.T]
    return [own * one, *rises]


def _moved(start: Values, u: Points, weights: list[Values]) -> Values:
    """What becomes of ``start`` by the weights of ``u``."""
    ahead, *rises = weights
    risen = added([w * (later - u.start) for w, later in zip(rises, u.later, strict=True)])
    return start + (ahead * (u.start - start) + risen)


def relax(
    time: Values,
    share: Values,
    start: Values,
    ahead: Values,
    bends: list[Values],
    phi: Phi = phi_functions,
) -> Values:
    r"""What becomes of ``start`` after ``time`` lifetimes, on the way to a goal that itself moves.

    That is ``ahead`` of the start at first, and moves as a cubic with coefficients ``bends``: of the
    ``share`` that has gone by of the time in which those are counted.
    """
    one, two, three, four = phi(time, 4)
    moved = share * (bends[0] * two + share * (2.0 * bends[1] * three + share * (6.0 * bends[2] * four)))
    return start + time * (ahead * one + moved)


def _along(like: Values, points: tuple[float, ...]) -> Values:
    """One number for each point, before the axes of ``like``."""
    return jnp.asarray(points, dtype=like.dtype).reshape(-1, *[1] * like.ndim)
