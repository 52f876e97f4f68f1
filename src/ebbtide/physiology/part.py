"""What a part of the body is: states of its own, their change, and the quantities that it shows.

Parts read the core (receptor, adaptation, withdrawal) and the other parts' quantities through a
:class:`Moment`; the core reads nothing of them. A new part is a file with a :class:`Part` and a line in
:mod:`.body`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import jax
from jaxtyping import Float

from .arrays import Numbers, Values
from .receptor import Binding

EVERY = slice(None)
"""All states of a part."""


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Sensed:
    """What compounds and supports do at one instant, each ``(people,)`` unless said otherwise."""

    concentration: Mapping[str, Float[Values, " people"]]
    """Concentration (nM) of each ligand at its effect site, or in plasma where it has none."""
    binding: Binding
    stimulus: Float[Values, " people"]
    """Efficacy-weighted mu occupancy, 0-1."""
    breathing_stimulus: Float[Values, " people"]
    """The same at the receptors that set breathing."""
    signal: Float[Values, " people"]
    """Mu signal, 0-1."""
    level: Mapping[str, Float[Values, " people"]]
    """Level at every target of :mod:`.actions`."""
    support: Mapping[str, Float[Values, " people"]]
    """1 while a support is at work, by name; those that a case does not have are absent."""


@dataclass(frozen=True)
class Moment(Sensed):
    """The same, and what the body has come to."""

    adapted: Float[Values, " people"]
    """Adaptation as a whole, on the scale of the signal."""
    drive: Float[Values, " people"]
    """Withdrawal drive, 0-1."""
    rebound: Float[Values, " people"]
    """Noradrenergic rebound, after what alpha-2 agonists leave of it."""
    symptom: Mapping[str, Float[Values, " people"]]
    """Symptoms by name (``nausea``) and ``craving``, 0-1."""


@runtime_checkable
class Part(Protocol):
    """One part of the body. Frozen and hashable: programs are compiled for it."""

    @property
    def states(self) -> tuple[str, ...]:
        """Names of its states, all 0 in a person at rest."""

    @property
    def quantities(self) -> tuple[str, ...]:
        """What :meth:`observe` returns, in order."""

    def prepare(self, numbers: Numbers) -> Any:
        """Its numbers for a group of people, from drawn ones by name."""

    @property
    def order(self) -> tuple[slice, ...]:
        """Its states in groups, each driven by the groups before it alone."""

    def target(
        self,
        own: Float[Values, "states people"],
        now: Sensed,
        numbers: Any,
        group: slice = EVERY,
    ) -> Float[Values, "rows people"]:
        """Where each of its states of a group is heading: it follows at its rate."""

    def rates(self, numbers: Any) -> Float[Values, "states people"]:
        """Own decay rate of each state, per hour: how fast it forgets."""

    def observe(
        self,
        own: Float[Values, "states people"],
        now: Moment,
        seen: Mapping[str, Float[Values, " people"]],
        numbers: Any,
    ) -> tuple[Float[Values, " people"], ...]:
        """Its quantities; ``seen`` has those of the core and of the parts before it by name."""
