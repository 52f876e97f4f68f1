r"""Mu-opioid receptor: competition for the binding site, stimulus and signal.

Fast binders are in quasi-equilibrium with the sites that slow binders leave free; a slow binder's
occupancy is a state:

.. math::
    \rho_i = (1 - \sum_s \rho_s) \frac{C_i / K_i}{1 + \sum_j C_j / K_j}, \qquad
    \dot \rho_s = k_{off} \left( \frac{C_s}{K_s} \rho_{free} - \rho_s \right)

with the free fraction :math:`\rho_{free} = (1 - \sum_s \rho_s) / (1 + \sum_j C_j / K_j)`. The stimulus
is :math:`\sum \varepsilon_i \rho_i`, and the signal follows the operational model of Black and Leff
(1983) with the transducer ratio :math:`\tau`, scaled so that a full agonist on all receptors
gives 1. Displacement of a full agonist by a partial one or an antagonist needs no rule of its own.

Receptors that set breathing may bind a slow ligand :math:`r` times as tightly: there is :math:`r` times as
much bound for each that is free. Fast ligands compete for that surplus at once, though not for what is bound
slowly; with :math:`\phi = \rho_{free} / (1 - \sum_s \rho_s)`, the share of sites free of fast ligands:

.. math::
    w_s = \rho_s (1 + (r_s - 1) \phi), \qquad
    \rho_{i,breathing} = \frac{\rho_i}{1 + \sum_s (w_s - \rho_s)}, \qquad
    \rho_{s,breathing} = \frac{w_s}{1 + \sum_s (w_s - \rho_s)}
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from .arrays import Numbers, Values, added

SMALLEST = np.finfo(np.float32).tiny
"""Of the share of receptors that slow binders leave: it is a divisor."""


class MuReceptor(NamedTuple):
    """The numbers of the ligands that a group of people meets, fast and slow binders apart."""

    fast_constant: Float[Values, "fast people"]
    fast_efficacy: Float[Values, "fast people"]
    slow_constant: Float[Values, "slow people"]
    slow_efficacy: Float[Values, "slow people"]
    slow_rate: Float[Values, "slow people"]
    reserve: Float[Values, " people"]
    slow_breathing: Float[Values, "slow people"]
    """Affinity at the receptors that set breathing over that here."""


def prepare(numbers: Numbers, fast: Sequence[str], slow: Sequence[str]) -> MuReceptor:
    """Collect the numbers of ``fast`` and ``slow`` ligands: nM, fractions, per hour."""
    reserve = numbers["receptor.reserve"]

    def each(ligands: Sequence[str], what: str) -> Float[np.ndarray, "ligand people"]:
        rows = [numbers[f"{ligand}.receptors.mu.{what}"] for ligand in ligands]
        return np.stack(rows) if rows else np.zeros((0, *reserve.shape), dtype=reserve.dtype)

    one = np.ones_like(reserve)
    affinity = [numbers.get(f"{ligand}.receptors.mu.breathing_affinity", one) for ligand in slow]
    return MuReceptor(
        fast_constant=each(fast, "dissociation_constant"),
        fast_efficacy=each(fast, "efficacy"),
        slow_constant=each(slow, "dissociation_constant"),
        slow_efficacy=each(slow, "efficacy"),
        slow_rate=each(slow, "dissociation_rate"),
        reserve=reserve,
        slow_breathing=np.stack(affinity) if affinity else np.zeros((0, *reserve.shape), dtype=reserve.dtype),
    )


def all_of(ligands: Float[Values, "ligand people"]) -> Float[Values, " people"]:
    """The sum over ligands, of which there may be none."""
    return added(ligands) if ligands.shape[0] else jnp.zeros_like(ligands, shape=ligands.shape[1:])


class Binding(NamedTuple):
    """Where the receptors are."""

    free: Float[Values, " people"]
    fast: Float[Values, "fast people"]
    occupied: Float[Values, " people"]


def bind(
    fast: Float[Values, "fast people"], slow_occupancy: Float[Values, "slow people"], numbers: MuReceptor
) -> Binding:
    """Quasi-equilibrium of fast binders at effect-site concentrations ``fast`` (nM)."""
    load = fast / numbers.fast_constant
    free = (1.0 - all_of(slow_occupancy)) / (1.0 + all_of(load))
    return Binding(free=free, fast=load * free, occupied=1.0 - free)


def slow_binding_change(
    slow: Float[Values, "slow people"],
    slow_occupancy: Float[Values, "slow people"],
    binding: Binding,
    numbers: MuReceptor,
) -> Float[Values, "slow people"]:
    """Change of the occupancy of slow binders at effect-site concentrations ``slow`` (nM), per hour."""
    return numbers.slow_rate * (slow / numbers.slow_constant * binding.free - slow_occupancy)


def slow_binding_rate(
    fast: Float[Values, "fast people"], slow: Float[Values, "slow people"], numbers: MuReceptor
) -> Float[Values, "slow people"]:
    """How fast the occupancy of slow binders settles at these concentrations (nM), per hour."""
    load = 1.0 + all_of(fast / numbers.fast_constant)
    return numbers.slow_rate * (1.0 + slow / numbers.slow_constant / load)


def slow_binding_target(
    fast: Float[Values, "fast people"], slow: Float[Values, "slow people"], numbers: MuReceptor
) -> Float[Values, "slow people"]:
    """Occupancy of each slow binder at rest at these concentrations (nM), beside no other slow binder."""
    load = slow / numbers.slow_constant / (1.0 + all_of(fast / numbers.fast_constant))
    return load / (1.0 + load)


def stimulus(
    binding: Binding, slow_occupancy: Float[Values, "slow people"], numbers: MuReceptor
) -> Float[Values, " people"]:
    """Efficacy-weighted occupancy, 0-1."""
    fast = all_of(numbers.fast_efficacy * binding.fast)
    return fast + all_of(numbers.slow_efficacy * slow_occupancy)


def breathing_stimulus(
    binding: Binding, slow_occupancy: Float[Values, "slow people"], numbers: MuReceptor
) -> Float[Values, " people"]:
    """Efficacy-weighted occupancy of the receptors that set breathing, 0-1."""
    rest = jnp.maximum(1.0 - all_of(slow_occupancy), SMALLEST)
    surplus = slow_occupancy * (numbers.slow_breathing - 1.0) * (binding.free / rest)
    more = stimulus(binding, slow_occupancy + surplus, numbers)
    return more / (1.0 + all_of(surplus))


def signal(stimulus: Float[Values, " people"], numbers: MuReceptor) -> Float[Values, " people"]:
    """Mu signal, 0-1, of the operational model."""
    return stimulus * (1.0 + numbers.reserve) / (1.0 + numbers.reserve * stimulus)
