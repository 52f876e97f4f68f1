"""One person's right-hand side and quantities, put together from the model's own functions.

The state is one vector: compartments, then the body (and enzyme pools). Amounts are counted in
units of about a dose, powers of two so that nothing is rounded: then one absolute tolerance suits
every state, which solvers other than Ebbtide's own need.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from ebbtide.physiology.disposition import SUPPORT, rate_matrix

from .adapter import Group

Array = NDArray[np.float64]
SINK = "sink"


class Arguments(NamedTuple):
    """What differs between people; the last axis of every leaf counts them."""

    rate: tuple[Any, ...]
    """Rate matrix of each family, ``(states, states, people)``, in units of the state."""
    at_effect_site: Any
    """Concentrations (nM) that the body reads from compartments, ``(inputs, compartments, people)``."""
    in_plasma: Any
    """Plasma concentrations (nM), ``(compounds, compartments, people)``."""
    numbers: Any
    """What the body takes."""


@dataclass(frozen=True)
class Model:
    """The equations of a group of people."""

    system: Any
    names: tuple[str, ...]
    """Of the states."""
    unit: Array
    """One unit of each state in nmol (nM at effect sites, nmol/h of pumps, 1 of the body's states)."""
    arguments: Arguments
    jumps: Array
    """What each kind of dose adds to the state, ``(kinds, states, people)``, in units of the state."""
    quantities: tuple[str, ...]
    places: tuple[int, ...]
    """Of the quantities among all that the model shows."""
    needless: tuple[int, ...]
    """States that nothing reads: what left the body for good."""

    @property
    def compartments(self) -> int:
        """How many of the states are compartments."""
        return len(self.names) - int(self.system.size)

    def one(self, arguments: Arguments, person: int) -> Arguments:
        """The numbers of one person."""
        import jax

        return jax.tree.map(lambda leaf: np.asarray(leaf)[..., person : person + 1], arguments)

    def change(self, state: Any, own: Arguments) -> Any:
        """The right-hand side (per hour) of one person, whose numbers have a last axis of length 1."""
        kinetic, body = state[: self.compartments], state[self.compartments :]
        parts, start = [], 0
        for matrix in own.rate:
            stop = start + matrix.shape[0]
            parts.append(matrix[..., 0] @ kinetic[start:stop])
            start = stop
        linear = jnp.concatenate(parts)
        effect = own.at_effect_site[..., 0] @ kinetic
        network = self.system.network
        amounts = None
        if network is not None:
            read = list(network.reads)
            amounts = (jnp.stack([kinetic[i] for i in read]) * self.unit[read])[:, None]
        moved, flows = self.system.change(body[:, None], effect[:, None], amounts, own.numbers)
        if flows is not None:
            rows = [linear[i] for i in range(self.compartments)]
            for row, place in enumerate(network.writes):
                rows[place] = rows[place] + flows[row, 0] / self.unit[place]
            linear = jnp.stack(rows)
        return jnp.concatenate([linear, moved[:, 0]])

    def observe(self, state: Any, own: Arguments) -> Any:
        """The quantities of one person."""
        kinetic, body = state[: self.compartments], state[self.compartments :]
        effect = own.at_effect_site[..., 0] @ kinetic
        seen = self.system.observe(body[:, None], effect[:, None], own.numbers)[:, 0]
        everything = jnp.concatenate([seen, own.in_plasma[..., 0] @ kinetic])
        return jnp.stack([everything[i] for i in self.places])


def build_model(group: Group) -> Model:
    """The model of a group."""
    people = group.people
    composition = people.composition
    states = [state for family in composition.families for state in family.states]
    matrices = [
        np.moveaxis(rate_matrix(group.library, family, people.numbers), 0, -1)
        for family in composition.families
    ]
    at_effect_site = _concentrations(states, people.numbers, composition.body.inputs, at_effect_site=True)
    unit = _units(matrices, states, people.dose_amounts)
    scaled, start = [], 0
    for matrix in matrices:
        own = unit[start : start + len(matrix)]
        scaled.append(matrix * (own[None, :] / own[:, None])[..., None])
        start += len(matrix)
    in_plasma = _concentrations(states, people.numbers, composition.compounds, at_effect_site=False)
    size = int(composition.body.size)
    silent = np.zeros((len(people.dose_amounts), size, people.count))
    return Model(
        system=composition.body,
        names=(*(_name(*state) for state in states), *map(_tidy, composition.body.state_names)),
        unit=np.concatenate([unit, np.ones(size)]),
        arguments=Arguments(
            tuple(scaled),
            at_effect_site * unit[:, None],
            in_plasma * unit[:, None],
            people.body_numbers._replace(reaction=_without_modes(people.body_numbers.reaction)),
        ),
        jumps=np.concatenate([people.dose_amounts / unit[:, None], silent], axis=1),
        quantities=group.workload.quantities,
        places=tuple(group.chosen),
        needless=tuple(i for i, (_, role) in enumerate(states) if role == SINK),
    )


def _without_modes(reaction: Any) -> Any:
    return None if reaction is None else reaction._replace(to_amounts=(), to_modes=())


def _concentrations(
    states: list[tuple[str, str]], numbers: Any, compounds: tuple[str, ...], *, at_effect_site: bool
) -> Array:
    people = len(next(iter(numbers.values())))
    table = np.zeros((len(compounds), len(states), people))
    for row, name in enumerate(compounds):
        roles = [role for role in (SUPPORT, "effect") if at_effect_site and (name, role) in states]
        if roles:
            table[row, states.index((name, roles[0]))] = 1.0
        else:
            table[row, states.index((name, "central"))] = 1.0 / numbers[f"{name}.disposition.volume"]
    return table


def _units(matrices: list[Array], states: list[tuple[str, str]], amounts: Array) -> Array:
    """The largest dose of a family for its amounts, what that becomes at rest for effect sites and pumps."""
    unit = np.ones(len(states))
    start = 0
    for matrix in matrices:
        stop = start + len(matrix)
        roles = [role for _, role in states[start:stop]]
        pumped = [role.startswith("pump") for role in roles]
        largest = float(amounts[:, start:stop].max(initial=0.0))
        unit[start:stop] = largest if largest > 0 else 1.0
        for i, role in enumerate(roles):
            if role == "effect":
                rates = np.abs(matrix[i]).mean(axis=-1)
                inflow = np.delete(rates, i).max()
                unit[start + i] = unit[start] * inflow / rates[i]
            elif pumped[i] or role == SUPPORT:
                unit[start + i] = 1.0
        start = stop
    return np.asarray(np.exp2(np.round(np.log2(unit))))


def _name(compound: str, role: str) -> str:
    return _tidy(f"{compound}_{role}" if compound else role)


def _tidy(name: str) -> str:
    word = "".join(c if c.isalnum() else "_" for c in name)
    return f"c_{word}" if word[0].isdigit() else word
