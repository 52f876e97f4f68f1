"""What the equations take: arrays of JAX, or of NumPy where a group of people is made ready."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from jaxtyping import Float

if TYPE_CHECKING:
    Values = Any
else:
    Values = jax.Array | np.ndarray

Numbers = Mapping[str, Float[np.ndarray, " people"]]
"""Name of a number (``adaptation.fast.half_life``) to its value in each person."""


def added(rows: Iterable[Float[Values, "*shape"]]) -> Float[Values, "*shape"]:
    """The sum of a few rows, at least one, one after the other.

    A compiled reduction of few rows is a program of its own, much slower than the sums.
    """
    total: Float[Values, "*shape"] = functools.reduce(operator.add, rows)
    return total


def put(
    values: Float[Values, "*axes rows people"], into: Float[Values, "*axes more people"], row: int
) -> Float[Values, "*axes more people"]:
    """``into`` with ``values`` in its rows from ``row`` on.

    A compiler writes them in place; what concatenates rows it computes element by element.
    """
    start = [0] * (into.ndim - 2) + [row, 0]
    return jax.lax.dynamic_update_slice(into, values, start)
