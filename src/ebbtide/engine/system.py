"""The body and the enzymes as one state vector, as the integrator wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ebbtide.library import Library
from ebbtide.physiology import metabolism
from ebbtide.physiology.arrays import Numbers, Values
from ebbtide.physiology.body import Body, BodyNumbers, build_body
from ebbtide.physiology.disposition import Family
from ebbtide.physiology.network import Block, Network, build_network

from .modes import Decomposition

Array = NDArray[np.float64]


class Reaction(NamedTuple):
    """What the integrator needs where enzymes change clearances."""

    numbers: metabolism.MetabolismNumbers
    to_compartments: tuple[Float[Values, "compartments modes people"], ...]
    """Of each block of the network: its compartments from the modes of its family."""
    to_modes: tuple[Float[Values, "modes compartments people"], ...]


class SystemNumbers(NamedTuple):
    """The numbers of body and enzymes for a group of people."""

    body: BodyNumbers
    reaction: Reaction | None


@dataclass(frozen=True)
class System:
    """Body, then enzyme pools; hashable, so that a program is compiled once for each composition."""

    body: Body
    network: Network | None
    library: Library = field(compare=False, hash=False, repr=False)

    @property
    def inputs(self) -> tuple[str, ...]:
        """What the body reads: compounds at the effect site, then supports."""
        return (*self.body.ligands, *self.body.supports)

    @property
    def ligands(self) -> tuple[str, ...]:
        """Compounds in the order of the effect-site concentrations."""
        return self.body.ligands

    @property
    def quantities(self) -> tuple[str, ...]:
        """What :meth:`observe` returns, in order."""
        return self.body.quantities

    @property
    def state_names(self) -> tuple[str, ...]:
        """A name for each row of the state."""
        pools = self.network.pools if self.network else ()
        return (*self.body.state_names, *(f"enzyme.{pool}" for pool in pools))

    @property
    def size(self) -> int:
        """Length of the state vector."""
        return len(self.state_names)

    @property
    def slow_binders(self) -> int:
        """How many of the first states are occupancies of slow binders."""
        return len(self.body.slow)

    def slow_binding_rates(
        self, effect_nm: Float[Values, "inputs people"], numbers: SystemNumbers
    ) -> Float[Values, "slow people"]:
        """How fast those settle at these concentrations, per hour."""
        return self.body.slow_binding_rates(effect_nm, numbers.body)

    def prepare(
        self, numbers: Numbers, activity: Mapping[str, Array], kinetics: Decomposition
    ) -> SystemNumbers:
        """Collect the numbers of a group of people."""
        reaction = None
        if self.network is not None:
            reaction = Reaction(
                metabolism.prepare(self.library, self.network, numbers, activity),
                tuple(_part(kinetics.to_states, b, rows=True) for b in self.network.blocks),
                tuple(_part(kinetics.to_modes, b, rows=False) for b in self.network.blocks),
            )
        return SystemNumbers(self.body.prepare(numbers), reaction)

    def amounts(
        self, modes: Float[Values, "modes people"], reaction: Reaction
    ) -> Float[Values, "compartments people"]:
        """Amounts (nmol) in the compartments that the network reads."""
        assert self.network is not None
        return jnp.concatenate(
            [
                jnp.sum(table * modes[None, block.start : block.stop], axis=1)
                for block, table in zip(self.network.blocks, reaction.to_compartments, strict=True)
            ]
        )

    def into_modes(
        self, flows: Float[Values, "compartments people"], modes: int, reaction: Reaction
    ) -> Float[Values, "modes people"]:
        """Flows into those compartments as changes of all ``modes``."""
        assert self.network is not None
        rows: list[Values] = []
        done = taken = 0
        for block, table in zip(self.network.blocks, reaction.to_modes, strict=True):
            own = flows[taken : taken + len(block.compartments)]
            rows.append(jnp.zeros((block.start - done, *flows.shape[1:]), dtype=flows.dtype))
            rows.append(jnp.sum(table * own[None], axis=1))
            done, taken = block.stop, taken + len(block.compartments)
        rows.append(jnp.zeros((modes - done, *flows.shape[1:]), dtype=flows.dtype))
        return jnp.concatenate(rows)

    def change(
        self,
        state: Float[Values, "states people"],
        effect_nm: Float[Values, "inputs people"],
        amounts: Float[Values, "compartments people"] | None,
        numbers: SystemNumbers,
    ) -> tuple[Float[Values, "states people"], Float[Values, "compartments people"] | None]:
        """The right-hand side, per hour: of the state, and what the linear kinetics lack (nmol/h)."""
        size = self.body.size
        changed = self.body.change(state[:size], effect_nm, numbers.body)
        if self.network is None or numbers.reaction is None or amounts is None:
            return changed, None
        n = numbers.reaction.numbers
        pools = state[size:].astype(amounts.dtype)
        function = self.body.liver_function(state[:size], numbers.body)
        now = metabolism.enzymes_now(self.network, amounts, pools, function, n)
        flows = metabolism.flows(self.network, amounts, now, n)
        turned = metabolism.pools_change(self.network, pools, now, n).astype(state.dtype)
        return jnp.concatenate([changed, turned]), flows

    def observe(
        self,
        state: Float[Values, "states people"],
        effect_nm: Float[Values, "inputs people"],
        numbers: SystemNumbers,
    ) -> Float[Values, "quantities people"]:
        """The quantities of :attr:`quantities`."""
        return self.body.observe(state[: self.body.size], effect_nm, numbers.body)

    def observe_ventilation(
        self,
        state: Float[Values, "states people"],
        effect_nm: Float[Values, "inputs people"],
        numbers: SystemNumbers,
    ) -> Float[Values, " people"]:
        """Ventilation alone, as a fraction of baseline."""
        return self.body.observe_ventilation(state[: self.body.size], effect_nm, numbers.body)

    def relaxation_rates(self, numbers: SystemNumbers) -> Float[Values, "states people"]:
        """Own decay rate of each state, per hour."""
        rates = self.body.relaxation_rates(numbers.body)
        if self.network is None or numbers.reaction is None or not self.network.pools:
            return rates
        turnover = numbers.reaction.numbers.turnover
        return jnp.concatenate([rates, jnp.stack([jnp.asarray(turnover[p]) for p in self.network.pools])])


def build_system(
    library: Library, families: Sequence[Family], compounds: Sequence[str], supports: Sequence[str]
) -> System:
    """The system for a composition of compounds."""
    body = build_body(library, compounds, supports)
    return System(body, build_network(library, families, compounds, body.liver_may_fail), library)


def _part(table: Array, block: Block, *, rows: bool) -> Array:
    inside = table[block.start : block.stop, block.start : block.stop]
    return np.ascontiguousarray(
        inside[list(block.compartments)] if rows else inside[:, list(block.compartments)]
    )
