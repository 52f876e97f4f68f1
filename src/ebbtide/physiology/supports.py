"""What supports do to an outcome on a log scale: ``supports.<support>.<outcome>`` of the library.

A support does nothing to an outcome that is not listed for it.
"""

from __future__ import annotations

from collections.abc import Mapping

import jax.numpy as jnp
from jaxtyping import Float

from .arrays import Numbers, Values

PREFIX = "supports."


def effects(numbers: Numbers, outcome: str) -> dict[str, Float[Values, " people"]]:
    """Log-ratio of ``outcome`` by support."""
    ending = f".{outcome}"
    return {
        name.removeprefix(PREFIX).removesuffix(ending): values
        for name, values in numbers.items()
        if name.startswith(PREFIX) and name.endswith(ending)
    }


def log_factor(
    effect: Mapping[str, Float[Values, " people"]], support: Mapping[str, Float[Values, " people"]]
) -> Values:
    """What the supports at work add to the logarithm of an outcome."""
    log: Values = jnp.asarray(0.0)  # of no precision of its own: it takes that of what is added
    for name, at_work in support.items():
        if name in effect:
            log = log + effect[name] * at_work
    return log
