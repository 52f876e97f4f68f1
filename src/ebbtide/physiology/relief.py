r"""What medicines and supports take off withdrawal: rebound by alpha-2 agonists, single symptoms by others.

.. math::
    R' = R (1 - a A_{\alpha_2}), \qquad X_j' = X_j \prod_t (1 - r_{jt} A_t) \prod_s (1 - q_{js} u_s)

where :math:`A_t` is the level at a target, :math:`u_s` is 1 while a support is at work, and the relief
:math:`r` of a symptom by a target is library data: a pair that is not listed there does not exist.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from .arrays import Numbers, Values

PREFIX = "relief."
REBOUND = "relief.rebound.alpha2"


class Relief(NamedTuple):
    """What alpha-2 agonism takes of the rebound, and each target or support of each follower."""

    rebound: Float[Values, " people"]
    by_cause: dict[str, Float[Values, "follower people"]]


def prepare(numbers: Numbers, followers: tuple[str, ...], causes: Collection[str]) -> Relief:
    """Collect ``relief.<follower>.<cause>`` for ``followers`` such as ``symptoms.nausea``.

    Only of ``causes``: targets that somebody acts at, and supports.
    """
    shape = next(iter(numbers.values())).shape
    by_cause: dict[str, list[Float[Values, " people"]]] = {}
    rows = {follower.split(".")[-1]: index for index, follower in enumerate(followers)}
    for name, values in numbers.items():
        if not name.startswith(PREFIX) or name == REBOUND:
            continue
        follower, cause = name.removeprefix(PREFIX).split(".")
        if cause not in causes:
            continue
        table = by_cause.setdefault(cause, [np.zeros(shape)] * len(followers))
        table[rows[follower]] = values
    return Relief(
        rebound=numbers[REBOUND],
        by_cause={cause: np.stack(table) for cause, table in by_cause.items()},
    )


def rebound_left(
    rebound: Float[Values, " people"], level: Mapping[str, Float[Values, " people"]], numbers: Relief
) -> Float[Values, " people"]:
    """Noradrenergic rebound that is felt beside alpha-2 agonists."""
    return rebound * (1.0 - numbers.rebound * level["alpha2"])


def symptoms_left(
    level: Mapping[str, Float[Values, " people"]],
    support: Mapping[str, Float[Values, " people"]],
    numbers: Relief,
) -> Float[Values, "#follower people"]:
    """Share of the amplified drive of each follower that causes leave; one row where there are none."""
    left: Float[Values, "follower people"] = jnp.ones_like(jnp.asarray(numbers.rebound))[None]
    for cause, table in numbers.by_cause.items():
        left = left * (1.0 - table * (support[cause] if cause in support else level[cause]))
    return left
