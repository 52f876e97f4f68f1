"""The body: all parts joined into one right-hand side and the quantities that are seen.

The state of a person is the amounts of :mod:`.disposition` (linear, handled exactly by the
engine) and the vector described here, shape ``(states, people)``:

``slow occupancy`` of each slow binder, ``adaptation`` (fast, slow, protracted), noradrenergic
``rebound``, ``tolerance`` of breathing, and the followers (symptoms, then craving).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ebbtide.library import Library

from . import adaptation, breathing, receptor, scales, withdrawal
from .arrays import Numbers, Values

CRAVING = "craving.craving"


class BodyNumbers(NamedTuple):
    """The numbers of all parts for a group of people."""

    receptor: receptor.MuReceptor
    adaptation: adaptation.Adaptation
    withdrawal: withdrawal.Withdrawal
    breathing: breathing.Breathing
    reporting: Float[Values, " people"]


class Moment(NamedTuple):
    """What follows from state and concentrations at one instant."""

    binding: receptor.Binding
    stimulus: Float[Values, " people"]
    signal: Float[Values, " people"]
    drive: Float[Values, " people"]


@dataclass(frozen=True)
class Body:
    """Which ligands and followers there are; hashable, so that a program is compiled once for each.

    Effect-site concentrations are given as ``(ligands, people)`` in nM, fast binders first.
    """

    fast: tuple[str, ...]
    slow: tuple[str, ...]
    followers: tuple[str, ...]
    scale_weights: tuple[tuple[str, tuple[float, ...]], ...]
    """Points that each follower adds to each scale."""

    @property
    def ligands(self) -> tuple[str, ...]:
        """All ligands in the order of the effect-site concentrations."""
        return self.fast + self.slow

    @property
    def size(self) -> int:
        """Length of the state vector."""
        return len(self.slow) + len(adaptation.PARTS) + 2 + len(self.followers)

    @property
    def state_names(self) -> tuple[str, ...]:
        """A name for each row of the state."""
        return (
            *(f"occupancy.{name}" for name in self.slow),
            *(f"adaptation.{part}" for part in adaptation.PARTS),
            "rebound",
            "breathing_tolerance",
            *self.followers,
        )

    @property
    def quantities(self) -> tuple[str, ...]:
        """What :meth:`observe` returns, in order."""
        symptoms = [f"symptom.{name.removeprefix('symptoms.')}" for name in self.followers if name != CRAVING]
        seen = ["mor.occupancy", "mor.signal", "ventilation", "craving"]
        return (*seen, *(quantity for quantity, _ in self.scale_weights), *symptoms)

    def prepare(self, numbers: Numbers) -> BodyNumbers:
        """Collect the numbers of a group of people from drawn ones by name."""
        return BodyNumbers(
            receptor=receptor.prepare(numbers, self.fast, self.slow),
            adaptation=adaptation.prepare(numbers),
            withdrawal=withdrawal.prepare(numbers, self.followers),
            breathing=breathing.prepare(numbers),
            reporting=numbers["withdrawal.person.reporting"],
        )

    def split(
        self, state: Float[Values, "states people"]
    ) -> tuple[
        Float[Values, "slow people"],
        Float[Values, "part people"],
        Float[Values, " people"],
        Float[Values, " people"],
        Float[Values, "follower people"],
    ]:
        """Slow occupancy, adaptation, rebound, tolerance and followers."""
        a = len(self.slow)
        b = a + len(adaptation.PARTS)
        return state[:a], state[a:b], state[b], state[b + 1], state[b + 2 :]

    def moment(
        self,
        state: Float[Values, "states people"],
        effect_nm: Float[Values, "ligands people"],
        numbers: BodyNumbers,
    ) -> Moment:
        """Binding, stimulus, signal and drive."""
        occupancy, adapted, *_ = self.split(state)
        # eigenmodes cancel to rounding around zero concentration, which must not bind
        fast = jnp.maximum(effect_nm[: len(self.fast)], 0.0)
        binding = receptor.bind(fast, occupancy, numbers.receptor)
        stimulus = receptor.stimulus(binding, occupancy, numbers.receptor)
        signal = receptor.signal(stimulus, numbers.receptor)
        level = adaptation.level(adapted, numbers.adaptation)
        return Moment(binding, stimulus, signal, withdrawal.drive(level, signal, numbers.withdrawal))

    def change(
        self,
        state: Float[Values, "states people"],
        effect_nm: Float[Values, "ligands people"],
        numbers: BodyNumbers,
    ) -> Float[Values, "states people"]:
        """The right-hand side, per hour."""
        occupancy, adapted, rebound, tolerance, followers = self.split(state)
        now = self.moment(state, effect_nm, numbers)
        slow = jnp.maximum(effect_nm[len(self.fast) :], 0.0)
        target = withdrawal.follower_target(now.drive, rebound, numbers.withdrawal)
        return jnp.concatenate(
            [
                receptor.slow_binding_change(slow, occupancy, now.binding, numbers.receptor),
                adaptation.change(adapted, now.signal, numbers.adaptation),
                withdrawal.rebound_change(rebound, now.drive, numbers.withdrawal)[None],
                breathing.tolerance_change(tolerance, now.signal, numbers.breathing)[None],
                numbers.withdrawal.rate * (target - followers),
            ]
        )

    def observe(
        self,
        state: Float[Values, "states people"],
        effect_nm: Float[Values, "ligands people"],
        numbers: BodyNumbers,
    ) -> Float[Values, "quantities people"]:
        """The quantities of :attr:`quantities`."""
        _, _, _, tolerance, followers = self.split(state)
        now = self.moment(state, effect_nm, numbers)
        seen = scales.reported(followers, numbers.reporting)
        craving = self.followers.index(CRAVING)
        weights = jnp.asarray([row for _, row in self.scale_weights], dtype=state.dtype)
        symptoms = jnp.delete(followers, craving, axis=0, assume_unique_indices=True)
        return jnp.concatenate(
            [
                now.binding.occupied[None],
                now.signal[None],
                breathing.ventilation(now.stimulus, tolerance, numbers.breathing)[None],
                100 * seen[craving][None],
                weights @ seen,
                symptoms,
            ]
        )

    def observe_ventilation(
        self,
        state: Float[Values, "states people"],
        effect_nm: Float[Values, "ligands people"],
        numbers: BodyNumbers,
    ) -> Float[Values, " people"]:
        """Ventilation alone, as a fraction of baseline: cheap enough to watch at every step."""
        _, _, _, tolerance, _ = self.split(state)
        now = self.moment(state, effect_nm, numbers)
        return breathing.ventilation(now.stimulus, tolerance, numbers.breathing)

    def relaxation_rates(self, numbers: BodyNumbers) -> Float[Values, "states people"]:
        """Own decay rate of each state, per hour: how fast it forgets."""
        return jnp.concatenate(
            [
                numbers.receptor.slow_rate,
                numbers.adaptation.rate,
                numbers.withdrawal.rebound_rate[None],
                numbers.breathing.tolerance_rate[None],
                numbers.withdrawal.rate,
            ]
        )


def build_body(library: Library, compounds: Sequence[str]) -> Body:
    """The body for a composition of compounds: their ligands, all symptoms and scales of the library."""
    acting = [name for name in compounds if library.compounds[name].receptors.mu is not None]
    slow = [name for name in acting if _is_slow(library, name)]
    symptoms = tuple(library.physiology["symptoms"])
    names = (*symptoms, "craving")
    weights = {s.quantity: scales.item_weights(s, names) for s in library.scales.values()}
    return Body(
        fast=tuple(name for name in acting if name not in slow),
        slow=tuple(slow),
        followers=(*(f"symptoms.{name}" for name in symptoms), CRAVING),
        scale_weights=tuple((quantity, tuple(np.asarray(row).tolist())) for quantity, row in weights.items()),
    )


def _is_slow(library: Library, name: str) -> bool:
    mu = library.compounds[name].receptors.mu
    return mu is not None and mu.dissociation_rate is not None
