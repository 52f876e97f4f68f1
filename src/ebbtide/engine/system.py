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
from ebbtide.physiology import metabolism, metabolism_people
from ebbtide.physiology.arrays import Numbers, Values, added
from ebbtide.physiology.body import Body, BodyNumbers, build_body
from ebbtide.physiology.disposition import Family
from ebbtide.physiology.enzymes_now import arrivals
from ebbtide.physiology.metabolism_numbers import MetabolismNumbers
from ebbtide.physiology.network import Block, Network, build_network

from .modes import Decomposition

Array = NDArray[np.float64]


class Reaction(NamedTuple):
    """What the integrator needs where enzymes change clearances."""

    numbers: MetabolismNumbers
    to_amounts: tuple[Float[Values, "reads modes people"], ...]
    """Of each block of the network: what is read of it from the modes of its family."""
    to_modes: tuple[Float[Values, "modes writes people"], ...]
    """What flows of it do to those modes; what they take leaves for the sink."""


class SystemNumbers(NamedTuple):
    """The numbers of body and enzymes for a group of people."""

    body: BodyNumbers
    reaction: Reaction | None


@dataclass(frozen=True)
class System:
    """Body, then enzyme pools; hashable, so that a program is compiled once for each composition."""

    body: Body
    network: Network | None
    effect_modes: tuple[tuple[int, int], ...]
    """First mode and end of the family of each input of the body."""
    plasma_modes: tuple[tuple[int, int], ...]
    """The same of each compound."""
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

    def effects(
        self, modes: Float[Values, "modes people"], effect: Float[Values, "inputs modes people"]
    ) -> Float[Values, "inputs people"]:
        """What the body reads: concentrations (nM), and 1 or 0 of supports."""
        return _from_modes(modes, effect, self.effect_modes)

    def plasma(
        self, modes: Float[Values, "modes people"], plasma: Float[Values, "compounds modes people"]
    ) -> Float[Values, "compounds people"]:
        """Plasma concentrations (nM)."""
        return _from_modes(modes, plasma, self.plasma_modes)

    def prepare(
        self, numbers: Numbers, activity: Mapping[str, Array], kinetics: Decomposition
    ) -> SystemNumbers:
        """Collect the numbers of a group of people."""
        reaction = None
        if self.network is not None:
            reaction = Reaction(
                metabolism_people.prepare(self.library, self.network, numbers, activity),
                tuple(_amounts_of(kinetics.to_states, b) for b in self.network.blocks),
                tuple(_modes_of(kinetics.to_modes, b) for b in self.network.blocks),
            )
        return SystemNumbers(self.body.prepare(numbers), reaction)

    def change(
        self,
        state: Float[Values, "states people"],
        effect_nm: Float[Values, "inputs people"],
        amounts: Float[Values, "amounts people"] | None,
        numbers: SystemNumbers,
    ) -> tuple[Float[Values, "states people"], Float[Values, "flows people"] | None]:
        """The right-hand side, per hour: of the state, and what the linear kinetics lack (nmol/h).

        ``amounts`` are those of :attr:`.Network.reads`, and flows those into :attr:`.Network.writes`.
        """
        size = self.body.size
        changed = self.body.change(state[:size], effect_nm, numbers.body)
        if self.network is None or numbers.reaction is None or amounts is None:
            return changed, None
        n = numbers.reaction.numbers
        pools = state[size:].astype(amounts.dtype)
        function = self.body.liver_function(state[:size], numbers.body)
        arriving = arrivals(self.network, amounts, n)
        found, _ = metabolism.react(self.network, amounts, arriving, pools, function, n)
        turned = (found.pools - n.turnover * pools).astype(state.dtype)
        return jnp.concatenate([changed, turned]), found.flows

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
        if numbers.reaction is None:
            return rates
        return jnp.concatenate([rates, numbers.reaction.numbers.turnover])


def build_system(
    library: Library, families: Sequence[Family], compounds: Sequence[str], supports: Sequence[str]
) -> System:
    """The system for a composition of compounds."""
    body = build_body(library, compounds, supports)
    network = build_network(library, families, compounds, body.liver_may_fail)
    inputs = (*body.ligands, *body.supports)
    return System(body, network, modes_of(families, inputs), modes_of(families, compounds), library)


def modes_of(families: Sequence[Family], inputs: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """First mode and end of the family that each of ``inputs`` is in: no other mode adds to it."""
    place: dict[str, tuple[int, int]] = {}
    start = 0
    for family in families:
        stop = start + len(family.states)
        place |= {name: (start, stop) for name, _ in family.states}
        start = stop
    return tuple(place[name] for name in inputs)


def _amounts_of(to_states: Array, block: Block) -> Array:
    inside = slice(block.start, block.stop)
    return np.ascontiguousarray(to_states[inside, inside][list(block.reads)])


def _modes_of(to_modes: Array, block: Block) -> Array:
    inside = slice(block.start, block.stop)
    table = to_modes[inside, inside]
    taken = 0.0 if block.sink is None else table[:, [block.sink]]
    return np.ascontiguousarray(table[:, list(block.writes)] - taken)


def _from_modes(
    modes: Float[Values, "modes people"],
    table: Float[Values, "rows modes people"],
    places: Sequence[tuple[int, int]],
) -> Float[Values, "rows people"]:
    rows = []
    for own, (start, stop) in zip(table, places, strict=True):
        rows.append(added(own[m] * modes[m] for m in range(start, stop)))
    return jnp.stack(rows) if rows else jnp.zeros((0, *modes.shape[1:]), dtype=modes.dtype)
