r"""Counter-adaptation: the body's answer to a lasting mu signal.

Four parts follow the signal at their own rates (acute: hours, fast: about a day, slow: weeks,
protracted: months):

.. math::  \dot a_i = k_i (S - a_i), \qquad A = \sum_i w_i a_i

Dependence therefore follows from dose, product and duration of use. The time constants are those
of tolerance to morphine (Ekblom 1993, Cox 1975) and of hyperalgesia (Treister 2012). The acute part
is what a single dose leaves that naloxone uncovers hours later (Bickel 1988, Compton 2004); without it
no set of numbers let early buprenorphine precipitate withdrawal and late buprenorphine relieve it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from .arrays import Numbers, Values, added

PARTS = ("acute", "fast", "slow", "protracted")


class Adaptation(NamedTuple):
    """Rates (per hour) and shares (summing to 1) of the parts."""

    rate: Float[Values, "part people"]
    share: Float[Values, "part people"]


def prepare(numbers: Numbers) -> Adaptation:
    """Collect the numbers of a group of people; drawn shares are brought to sum to 1."""
    half_life = np.stack([numbers[f"adaptation.{part}.half_life"] for part in PARTS])
    share = np.stack([numbers[f"adaptation.{part}.share"] for part in PARTS])
    return Adaptation(rate=np.log(2.0) / half_life, share=share / share.sum(axis=0))


def change(
    parts: Float[Values, "part people"], signal: Float[Values, " people"], numbers: Adaptation
) -> Float[Values, "part people"]:
    """Change of the adapted parts, per hour."""
    return numbers.rate * (signal - parts)


def level(parts: Float[Values, "part people"], numbers: Adaptation) -> Float[Values, " people"]:
    """The adaptation as a whole, on the scale of the signal."""
    return added(numbers.share * parts)
