r"""Withdrawal drive, noradrenergic rebound, symptoms and craving.

The drive is the smooth positive part of what adaptation exceeds the signal by; a rebound follows
it with a lag and amplifies it: the sensitised locus coeruleus fires when nothing holds it back, and a
mu agonist quiets it at once. Each symptom (0-1) follows a Hill function of the amplified drive:

.. math::
    D = w \log(1 + e^{(A - S - \theta)/w}), \quad \dot R = k_r (D - R), \quad
    \dot s_j = k_j \left( \frac{X_j^{h_j}}{X_j^{h_j} + (\sigma H_j)^{h_j}} - s_j \right), \quad
    X_j = D (1 + g_j R)

The drive itself makes naloxone felt within minutes, the rebound puts the peak of untreated
withdrawal on the second and third day. A sum of drive and rebound in place of the product was tried:
then late buprenorphine could not relieve within hours what early buprenorphine precipitates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from .arrays import Numbers, Values
from .logarithm import logistic, natural_log, softplus


class Withdrawal(NamedTuple):
    """The numbers of a group of people, ready for use at every step."""

    threshold: Float[Values, " people"]
    smoothness: Float[Values, " people"]
    rebound_rate: Float[Values, " people"]
    rebound_gain: Float[Values, "follower people"]
    log_half_effect: Float[Values, "follower people"]
    steepness: Float[Values, "follower people"]
    rate: Float[Values, "follower people"]


def prepare(numbers: Numbers, followers: Sequence[str]) -> Withdrawal:
    """Collect numbers; ``followers`` are entries such as ``symptoms.nausea`` and ``craving.craving``."""

    def each(what: str) -> Float[np.ndarray, "follower people"]:
        return np.stack([numbers[f"{follower}.{what}"] for follower in followers])

    return Withdrawal(
        threshold=numbers["withdrawal.drive.threshold"],
        smoothness=numbers["withdrawal.drive.smoothness"],
        rebound_rate=np.log(2.0) / numbers["withdrawal.rebound.half_life"],
        rebound_gain=each("rebound_gain"),
        log_half_effect=np.log(each("half_effect") * numbers["withdrawal.person.sensitivity"]),
        steepness=each("steepness"),
        rate=each("rate"),
    )


def drive(
    adaptation: Float[Values, " people"], signal: Float[Values, " people"], numbers: Withdrawal
) -> Float[Values, " people"]:
    """Shortfall of signal that is felt, 0-1."""
    excess = (adaptation - signal - numbers.threshold) / numbers.smoothness
    return numbers.smoothness * softplus(excess)


def rebound_change(
    rebound: Float[Values, " people"], drive: Float[Values, " people"], numbers: Withdrawal
) -> Float[Values, " people"]:
    """Change of the noradrenergic rebound, per hour."""
    return numbers.rebound_rate * (drive - rebound)


def follower_target(
    drive: Float[Values, " people"],
    rebound: Float[Values, " people"],
    left: Float[Values, "#follower people"],
    numbers: Withdrawal,
) -> Float[Values, "follower people"]:
    """Where symptoms and craving are heading, 0-1; relief has ``left`` this share of the amplified drive."""
    amplified = drive * (1.0 + numbers.rebound_gain * rebound) * left
    # the Hill function without overflow is the logistic one of h (ln X - ln H); tiny keeps ln defined at rest
    tiny = jnp.finfo(amplified.dtype).tiny  # type: ignore[no-untyped-call]
    log_odds = numbers.steepness * (natural_log(amplified + tiny) - numbers.log_half_effect)
    return logistic(log_odds)
