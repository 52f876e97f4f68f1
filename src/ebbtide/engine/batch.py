"""One chunk of people as the compiled loop wants it, and how it is run over pieces of a mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from .history import Group
from .integrate import Course, PersonState, Tables, integrate, step_tables
from .mesh import SAME_TIME_H, Mesh, build_mesh
from .modes import Modes
from .people import People
from .pieces import pieces
from .schedule import Schedule
from .shared import shared
from .system import System, SystemNumbers

Array = NDArray[np.float64]
DAY_H = 24.0


@dataclass(frozen=True)
class Batch:
    """One chunk of people as the compiled loop wants it."""

    body: System
    numbers: SystemNumbers
    modes: Modes
    doses: Array
    refinement: float
    first_step_h: tuple[float, ...]
    finer: tuple[float, ...] = ()
    halved: bool = False
    chosen: tuple[int, ...] | None = None
    known_tables: dict[bytes, Tables] = field(default_factory=dict)

    def run(self, state: PersonState, plan: Schedule) -> Course:
        """Integrate over one piece of a mesh."""
        course: Course = integrate(
            self.body,
            self.numbers,
            self.modes,
            self.tables(plan.lengths_h),
            self.doses,
            state,
            plan,
            self.chosen,
        )
        return course

    def tables(self, lengths_h: Array) -> Tables:
        """Tables for steps of these lengths, made once."""
        key = lengths_h.tobytes()
        if key not in self.known_tables:
            self.known_tables[key] = step_tables(self.body, self.numbers, self.modes, lengths_h)
        return self.known_tables[key]

    def run_between(
        self, state: PersonState, start_h: float, end_h: float, doses: Sequence[tuple[float, int]]
    ) -> PersonState:
        """The state at ``end_h``."""
        if end_h - start_h < SAME_TIME_H:
            return state
        days = tuple(np.arange(start_h + DAY_H, end_h, DAY_H).tolist())
        fine = self.refinement, self.first_step_h, self.finer
        for plan, _ in pieces(start_h, end_h, tuple(doses), (), (), *fine, (), self.halved, days):
            state = self.run(state, plan).end
        return PersonState(*map(np.asarray, state))

    def mesh(
        self,
        start_h: float,
        end_h: float,
        doses: Sequence[tuple[float, int]],
        outputs: Sequence[float] | Array = (),
        stops: Sequence[float] | Array = (),
        earlier: Sequence[tuple[float, int]] = (),
    ) -> Mesh:
        """A mesh of this refinement."""
        return build_mesh(
            start_h,
            end_h,
            doses,
            outputs,
            stops,
            self.refinement,
            self.first_step_h,
            self.finer,
            earlier,
            self.halved,
        )

    @property
    def group(self) -> Group:
        """What the history needs of it."""
        network = self.body.network
        pools = len(network.pools) if network else 0
        return Group(
            self.modes.rate,
            self.doses,
            self.relaxation,
            self.run_between,
            reactive=network is not None,
            enzymes=pools,
            liver_may_fail=self.body.body.liver_may_fail,
        )

    @cached_property
    def relaxation(self) -> Array:
        """Own decay rates of the body's states, shape ``(states, people)``."""
        return np.asarray(self.body.relaxation_rates(self.numbers))


def make_batch(
    people: People,
    chosen: NDArray[np.intp],
    refinement: float,
    first_step_h: tuple[float, ...] = (),
    finer: tuple[float, ...] = (),
    *,
    alike: bool = True,
) -> Batch:
    """Those ``chosen`` of a group, by their places."""

    def pick(values: Any) -> Any:
        own = np.asarray(values)
        return own if own.shape[-1] < people.count else np.ascontiguousarray(own[..., chosen])

    numbers = people.body_numbers
    return Batch(
        body=people.composition.body,
        numbers=jax.tree.map(pick, numbers._replace(body=shared(numbers.body)) if alike else numbers),
        modes=jax.tree.map(pick, people.kinetics.modes),
        doses=pick(people.doses),
        refinement=refinement,
        first_step_h=first_step_h,
        finer=finer,
    )


def in_precision(batch: Batch, precision: type[np.floating[Any]]) -> Batch:
    """With the body in ``precision``, and handed to the device once, not with every day."""
    body = jax.tree.map(lambda v: np.asarray(v).astype(precision), batch.numbers.body)
    numbers = batch.numbers._replace(body=body)
    numbers, modes, doses = jax.device_put((numbers, batch.modes, batch.doses))
    return replace(batch, numbers=numbers, modes=modes, doses=doses)
