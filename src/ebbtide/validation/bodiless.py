"""Kinetics and enzymes alone, for studies that look at nothing but concentrations.

Compiling the program of the whole body takes most of the time of such a study. No concentration depends on
the body but by a failing liver, which only people with a rare susceptibility have.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax.numpy as jnp

from ebbtide.engine.people import Composition
from ebbtide.engine.system import System, modes_of
from ebbtide.library import Library
from ebbtide.physiology.actions import Pattern
from ebbtide.physiology.body import Body
from ebbtide.physiology.network import build_network


@dataclass(frozen=True)
class NoBody(Body):
    """A body with one state that stays at rest, and nothing to observe."""

    @property
    def state_names(self) -> tuple[str, ...]:
        """The one state."""
        return ("nothing",)

    @property
    def quantities(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def is_empty(self) -> bool:
        """There is nothing to follow."""
        return True

    def prepare(self, numbers: Any) -> Any:
        """One number of the right shape."""
        return jnp.zeros_like(jnp.asarray(numbers["population.weight.reference"]))

    def liver_function(self, state: Any, numbers: Any) -> float:
        """A liver that works."""
        return 1.0

    def change(self, state: Any, effect_nm: Any, numbers: Any) -> Any:
        """Nothing changes."""
        return -state

    def observe(self, state: Any, effect_nm: Any, numbers: Any) -> Any:
        """Nothing is seen."""
        return state[:0]

    def observe_ventilation(self, state: Any, effect_nm: Any, numbers: Any) -> Any:
        """Breathing at rest."""
        return jnp.ones_like(state[0])

    def relaxation_rates(self, numbers: Any) -> Any:
        """Of the one state."""
        return jnp.ones_like(numbers)[None]


def without_body(library: Library, composition: Composition) -> Composition:
    """The same compounds with kinetics and enzymes alone."""
    network = build_network(library, composition.families, composition.compounds, liver_may_fail=False)
    body = NoBody((), (), (), composition.body.body.supports, (), (), (), Pattern((), ()))
    return replace(
        composition,
        body=System(
            body,
            network,
            modes_of(composition.families, body.supports),
            composition.body.plasma_modes,
            library,
        ),
    )
