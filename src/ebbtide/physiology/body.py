"""The body: the core and all other parts joined into one right-hand side and the quantities that are seen.

The state of a person is the amounts of :mod:`.disposition` (linear, handled exactly by the
engine) and the vector described here, shape ``(states, people)``:

``slow occupancy`` of each slow binder, ``adaptation`` (fast, slow, protracted), noradrenergic
``rebound``, ``tolerance`` of breathing, the followers (symptoms, then craving), and the states of each part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from ebbtide.library import Library

from . import actions, adaptation, breathing, receptor, relief, scales, withdrawal
from .arrays import Numbers, Values
from .part import Moment, Part, Sensed
from .parts import build_parts

CRAVING = "craving.craving"


class BodyNumbers(NamedTuple):
    """The numbers of all parts for a group of people."""

    receptor: receptor.MuReceptor
    actions: actions.Actions
    adaptation: adaptation.Adaptation
    withdrawal: withdrawal.Withdrawal
    relief: relief.Relief
    breathing: breathing.Breathing
    reporting: Float[Values, " people"]
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Body:
    """Which ligands, followers and parts there are; hashable, so that a program is compiled once for each.

    Effect-site concentrations are given as ``(inputs, people)`` in nM: fast binders of mu receptors,
    slow ones, compounds that act elsewhere only, then 1 or 0 for each support.
    """

    fast: tuple[str, ...]
    slow: tuple[str, ...]
    elsewhere: tuple[str, ...]
    supports: tuple[str, ...]
    followers: tuple[str, ...]
    scale_weights: tuple[tuple[str, tuple[float, ...]], ...]
    """Points that each follower adds to each scale."""
    parts: tuple[Part, ...]
    acting: actions.Pattern

    @property
    def ligands(self) -> tuple[str, ...]:
        """All compounds in the order of the effect-site concentrations."""
        return self.fast + self.slow + self.elsewhere

    @property
    def core_names(self) -> tuple[str, ...]:
        """A name for each row of the core."""
        return (
            *(f"occupancy.{name}" for name in self.slow),
            *(f"adaptation.{part}" for part in adaptation.PARTS),
            "rebound",
            "breathing_tolerance",
            *self.followers,
        )

    @property
    def size(self) -> int:
        """Length of the state vector."""
        return len(self.state_names)

    @property
    def state_names(self) -> tuple[str, ...]:
        """A name for each row of the state."""
        return (*self.core_names, *(name for part in self.parts for name in part.states))

    @property
    def core_quantities(self) -> tuple[str, ...]:
        """What the core shows, in order."""
        symptoms = [f"symptom.{name.removeprefix('symptoms.')}" for name in self.followers if name != CRAVING]
        seen = ["mor.occupancy", "mor.signal", "ventilation", "craving"]
        return (*seen, *(quantity for quantity, _ in self.scale_weights), *symptoms)

    @property
    def quantities(self) -> tuple[str, ...]:
        """What :meth:`observe` returns, in order."""
        return (*self.core_quantities, *(name for part in self.parts for name in part.quantities))

    def prepare(self, numbers: Numbers) -> BodyNumbers:
        """Collect the numbers of a group of people from drawn ones by name."""
        return BodyNumbers(
            receptor=receptor.prepare(numbers, self.fast, self.slow),
            actions=actions.prepare(numbers, self.ligands, self.acting),
            adaptation=adaptation.prepare(numbers),
            withdrawal=withdrawal.prepare(numbers, self.followers),
            relief=relief.prepare(numbers, self.followers, (*self.acting.targets, *self.supports)),
            breathing=breathing.prepare(numbers),
            reporting=numbers["withdrawal.person.reporting"],
            parts=tuple(part.prepare(numbers) for part in self.parts),
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to follow."""
        return False

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
        c = b + 2 + len(self.followers)
        return state[:a], state[a:b], state[b], state[b + 1], state[b + 2 : c]

    def own_states(self, state: Float[Values, "states people"]) -> Iterator[Float[Values, "own people"]]:
        """The states of each part."""
        start = len(self.core_names)
        for part in self.parts:
            yield state[start : start + len(part.states)]
            start += len(part.states)

    @property
    def liver_may_fail(self) -> bool:
        """Whether liver function is a state."""
        return any(part.states and hasattr(part, "hepatic_function") for part in self.parts)

    def liver_function(
        self, state: Float[Values, "states people"], numbers: BodyNumbers
    ) -> Float[Values, " people"] | float:
        """Liver function as a fraction of normal."""
        for part, own, n in zip(self.parts, self.own_states(state), numbers.parts, strict=True):
            if part.states and hasattr(part, "hepatic_function"):
                function: Float[Values, " people"] = part.hepatic_function(own, n)
                return function
        return 1.0

    def sense(
        self,
        effect_nm: Float[Values, "inputs people"],
        occupancy: Float[Values, "slow people"],
        numbers: BodyNumbers,
    ) -> Sensed:
        """What compounds and supports do, given the occupancy of slow binders."""
        # eigenmodes cancel to rounding around zero concentration, which must not bind
        count = len(self.ligands)
        present = jnp.maximum(effect_nm[:count], 0.0)
        binding = receptor.bind(present[: len(self.fast)], occupancy, numbers.receptor)
        stimulus = receptor.stimulus(binding, occupancy, numbers.receptor)
        return Sensed(
            concentration=dict(zip(self.ligands, present, strict=True)),
            binding=binding,
            stimulus=stimulus,
            breathing_stimulus=receptor.breathing_stimulus(binding, occupancy, numbers.receptor),
            signal=receptor.signal(stimulus, numbers.receptor),
            level=actions.levels(present, numbers.actions, self.acting),
            support=dict(zip(self.supports, effect_nm[count:], strict=True)),
        )

    def drive(
        self, adapted: Float[Values, "part people"], now: Sensed, numbers: BodyNumbers
    ) -> Float[Values, " people"]:
        """Withdrawal drive, 0-1, at a state of adaptation."""
        level = adaptation.level(adapted, numbers.adaptation)
        return withdrawal.drive(level, now.signal, numbers.withdrawal)

    def follower_target(
        self,
        drive: Float[Values, " people"],
        rebound: Float[Values, " people"],
        now: Sensed,
        numbers: BodyNumbers,
    ) -> Float[Values, "follower people"]:
        """Where symptoms and craving are heading, 0-1."""
        felt = relief.rebound_left(rebound, now.level, numbers.relief)
        left = relief.symptoms_left(now.level, now.support, numbers.relief)
        return withdrawal.follower_target(drive, felt, left, numbers.withdrawal)

    def moment(
        self,
        state: Float[Values, "states people"],
        effect_nm: Float[Values, "inputs people"],
        numbers: BodyNumbers,
    ) -> Moment:
        """Everything that parts show."""
        occupancy, adapted, rebound, _, followers = self.split(state)
        now = self.sense(effect_nm, occupancy, numbers)
        return Moment(
            **vars(now),
            adapted=adaptation.level(adapted, numbers.adaptation),
            drive=self.drive(adapted, now, numbers),
            rebound=relief.rebound_left(rebound, now.level, numbers.relief),
            symptom={
                name.removeprefix("symptoms.").removeprefix("craving."): row
                for name, row in zip(self.followers, followers, strict=True)
            },
        )

    def change(
        self,
        state: Float[Values, "states people"],
        effect_nm: Float[Values, "inputs people"],
        numbers: BodyNumbers,
    ) -> Float[Values, "states people"]:
        """The right-hand side, per hour."""
        occupancy, adapted, rebound, tolerance, followers = self.split(state)
        now = self.sense(effect_nm, occupancy, numbers)
        a, b = len(self.fast), len(self.fast) + len(self.slow)
        slow = jnp.maximum(effect_nm[a:b], 0.0)
        drive = self.drive(adapted, now, numbers)
        target = self.follower_target(drive, rebound, now, numbers)
        return jnp.concatenate(
            [
                receptor.slow_binding_change(slow, occupancy, now.binding, numbers.receptor),
                adaptation.change(adapted, now.signal, numbers.adaptation),
                withdrawal.rebound_change(rebound, drive, numbers.withdrawal)[None],
                breathing.tolerance_change(tolerance, now.signal, numbers.breathing)[None],
                numbers.withdrawal.rate * (target - followers),
                *(
                    part.rates(n) * (part.target(own, now, n) - own)
                    for part, own, n in zip(self.parts, self.own_states(state), numbers.parts, strict=True)
                    if part.states
                ),
            ]
        )

    def observe(
        self,
        state: Float[Values, "states people"],
        effect_nm: Float[Values, "inputs people"],
        numbers: BodyNumbers,
    ) -> Float[Values, "quantities people"]:
        """The quantities of :attr:`quantities`."""
        _, _, _, tolerance, followers = self.split(state)
        now = self.moment(state, effect_nm, numbers)
        told = scales.reported(followers, numbers.reporting)
        craving = self.followers.index(CRAVING)
        core = [
            now.binding.occupied,
            now.signal,
            breathing.ventilation(now.breathing_stimulus, tolerance, now.level["gaba"], numbers.breathing),
            100 * told[craving],
            *(scales.total(told, weights) for _, weights in self.scale_weights),
            *(row for index, row in enumerate(followers) if index != craving),
        ]
        seen = dict(zip(self.core_quantities, core, strict=True))
        for part, own, n in zip(self.parts, self.own_states(state), numbers.parts, strict=True):
            seen |= dict(zip(part.quantities, part.observe(own, now, seen, n), strict=True))
        return jnp.stack([seen[name] for name in self.quantities])

    def observe_ventilation(
        self,
        state: Float[Values, "states people"],
        effect_nm: Float[Values, "inputs people"],
        numbers: BodyNumbers,
    ) -> Float[Values, " people"]:
        """Ventilation alone, as a fraction of baseline: cheap enough to watch at every step."""
        _, _, _, tolerance, _ = self.split(state)
        now = self.moment(state, effect_nm, numbers)
        return breathing.ventilation(now.breathing_stimulus, tolerance, now.level["gaba"], numbers.breathing)

    def slow_binding_rates(
        self, effect_nm: Float[Values, "inputs people"], numbers: BodyNumbers
    ) -> Float[Values, "slow people"]:
        """How fast the occupancies of slow binders (the first states) settle, per hour."""
        present = jnp.maximum(effect_nm, 0.0)
        a, b = len(self.fast), len(self.fast) + len(self.slow)
        return receptor.slow_binding_rate(present[:a], present[a:b], numbers.receptor)

    def relaxation_rates(self, numbers: BodyNumbers) -> Float[Values, "states people"]:
        """Own decay rate of each state, per hour: how fast it forgets."""
        return jnp.concatenate(
            [
                numbers.receptor.slow_rate,
                numbers.adaptation.rate,
                numbers.withdrawal.rebound_rate[None],
                numbers.breathing.tolerance_rate[None],
                jnp.broadcast_to(
                    numbers.withdrawal.rate,
                    (len(self.followers), *numbers.withdrawal.rebound_rate.shape),
                ),
                *(part.rates(n) for part, n in zip(self.parts, numbers.parts, strict=True) if part.states),
            ]
        )


def build_body(library: Library, compounds: Sequence[str], supports: Sequence[str] = ()) -> Body:
    """The body for a composition of compounds: their ligands, all symptoms and scales of the library."""
    acting = [name for name in compounds if library.compounds[name].receptors.mu is not None]
    slow = [name for name in acting if _is_slow(library, name)]
    symptoms = tuple(library.physiology["symptoms"])
    names = (*symptoms, "craving")
    weights = {s.quantity: scales.item_weights(s, names) for s in library.scales.values() if s.is_computed}
    parts = build_parts(library, compounds)
    read = {name for part in parts for name in getattr(part, "compounds", ())}
    fast = tuple(name for name in acting if name not in slow)
    elsewhere = tuple(
        name for name in compounds if name not in acting and (actions.acts(library, name) or name in read)
    )
    return Body(
        fast=fast,
        slow=tuple(slow),
        elsewhere=elsewhere,
        supports=tuple(supports),
        followers=(*(f"symptoms.{name}" for name in symptoms), CRAVING),
        scale_weights=tuple((quantity, tuple(np.asarray(row).tolist())) for quantity, row in weights.items()),
        parts=parts,
        acting=actions.pattern(library, (*fast, *slow, *elsewhere)),
    )


def _is_slow(library: Library, name: str) -> bool:
    mu = library.compounds[name].receptors.mu
    return mu is not None and mu.dissociation_rate is not None
