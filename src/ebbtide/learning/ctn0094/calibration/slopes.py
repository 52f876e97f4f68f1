"""Courses of everybody with their derivatives, forward through the engine's own loop.

Forward mode: the derivative along each direction travels with the state from day to day, so memory does
not grow with the course. The start, a periodic steady state, is differentiated through the rounds that
lead to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ebbtide.engine.batch import Batch
from ebbtide.engine.integrate import Course, PersonState, Tables, march
from ebbtide.engine.modes import Modes
from ebbtide.engine.schedule import Schedule
from ebbtide.engine.system import System, SystemNumbers
from ebbtide.library import Library
from ebbtide.physiology.arrays import Values
from ebbtide.physiology.body import CRAVING

from ..assumed import DAY_H, assumptions
from ..cohort import Cohort
from .shifts import library_shares, shifted

Array = NDArray[np.float64]
SLOW = 0.1
"""A part of adaptation that forgets less of itself in a day is what the length of use made it."""
SETTLE = 3
"""Rounds until rebound and craving rest on the adaptation of the start: each follows the one before."""


@dataclass(frozen=True)
class Structure:
    """What a program is compiled for."""

    system: System
    chosen: tuple[int, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, cohort: Cohort, library: Library) -> Structure:
        """That of a cohort."""
        assert cohort.batch.chosen is not None
        return cls(cohort.batch.body, cohort.batch.chosen, library_shares(library))

    def numbers(self, numbers: SystemNumbers, shifts: Float[Values, " shifts"]) -> SystemNumbers:
        """Numbers with all shifts."""
        body = shifted(numbers.body, shifts, self.shares)
        return numbers._replace(body=body)


class Given(NamedTuple):
    """What a day needs, besides the state."""

    numbers: SystemNumbers
    modes: Modes
    tables: Tables
    plan: Schedule
    shifts: Float[Values, " shifts"]
    directions: Float[Values, "directions shifts"]


class Moving(NamedTuple):
    """The state, and its derivative along each direction; kinetics do not depend on what is fitted."""

    modes: Float[Values, "modes people"]
    body: Float[Values, "states people"]
    slope: Float[Values, "directions states people"]


@partial(jax.jit, static_argnames=("structure",))
def day(
    structure: Structure, given: Given, jumps: Float[Values, "hours modes people"], now: Moving
) -> tuple[Float[Values, "rows scales people"], Float[Values, "directions rows scales people"], Moving]:
    """One day: points at the hours, their slopes, and the state at its end."""

    def run(shifts: Values, body: Values) -> tuple[Values, Values, Values]:
        numbers = structure.numbers(given.numbers, shifts)
        course = _through(structure, given, numbers, jumps, PersonState(now.modes, body))
        return course.rows, course.end.body, course.end.modes

    def along(direction: Values, slope: Values) -> tuple[tuple[Values, ...], tuple[Values, ...]]:
        out, change = jax.jvp(run, (given.shifts, now.body), (direction, slope))
        return out, change

    out, change = jax.vmap(along, out_axes=(None, 0))(given.directions, now.slope)
    rows, body, modes = out
    return rows, change[0], Moving(modes, body, change[1])


@partial(jax.jit, static_argnames=("structure", "hold"))
def settle(
    structure: Structure, given: Given, jumps: Float[Values, "hours modes people"], now: Moving, *, hold: bool
) -> Moving:
    """One round towards the state that a usual day leaves as it was.

    With ``hold``, parts of adaptation that a day barely moves stay where they are.
    """

    def run(shifts: Values, body: Values) -> Values:
        numbers = structure.numbers(given.numbers, shifts)
        end = _through(structure, given, numbers, jumps, PersonState(now.modes, body)).end.body
        rate = structure.system.relaxation_rates(numbers)
        moved = body + (end - body) / -jnp.expm1(-rate * DAY_H)
        slow = structure.system.relaxation_rates(given.numbers) * DAY_H < SLOW
        return jnp.where(slow, body, moved) if hold else moved

    return _carried(run, given, now)


@partial(jax.jit, static_argnames=("structure",))
def after(structure: Structure, given: Given, now: Moving, length_h: Float[Values, ""]) -> Moving:
    """What use of this length has reached of its steady state."""

    def run(shifts: Values, body: Values) -> Values:
        rate = structure.system.relaxation_rates(structure.numbers(given.numbers, shifts))
        return -body * jnp.expm1(-rate * length_h)

    return _carried(run, given, now)


def _through(
    structure: Structure,
    given: Given,
    numbers: SystemNumbers,
    jumps: Float[Values, "hours modes people"],
    state: PersonState,
) -> Course:
    return march(
        structure.system, numbers, given.modes, given.tables, jumps, state, given.plan, structure.chosen
    )


def _carried(run: Callable[[Values, Values], Values], given: Given, now: Moving) -> Moving:
    def along(direction: Values, slope: Values) -> tuple[Values, Values]:
        out, change = jax.jvp(run, (given.shifts, now.body), (direction, slope))
        return out, change

    body, slopes = jax.vmap(along, out_axes=(None, 0))(given.directions, now.slope)
    return Moving(now.modes, body, slopes)


def midnights(
    cohort: Cohort, structure: Structure, shifts: Array, directions: Array, count: int
) -> Iterator[tuple[int, Moving]]:
    """The state in which each day begins."""
    given = as_given(cohort.batch, cohort.plan, shifts, directions)
    body = jnp.asarray(cohort.start.body)
    now = Moving(jnp.asarray(cohort.start.modes), body, jnp.zeros((len(directions), *body.shape)))
    usual = jnp.asarray(cohort.jumps(-1))
    for _ in range(SETTLE):
        now = settle(structure, given, usual, now, hold=False)
    now = after(structure, given, now, jnp.asarray(assumptions().clock.before.to("h")))
    for _ in range(SETTLE):
        now = settle(structure, given, usual, now, hold=True)
    for index in range(count):
        yield index, now
        if index + 1 < count:
            _, _, now = day(structure, given, jnp.asarray(cohort.jumps(index)), now)


def as_given(batch: Batch, plan: Schedule, shifts: Array, directions: Array) -> Given:
    """What days of a batch need."""
    tables = batch.tables(np.asarray(plan.lengths_h))
    there = jax.tree.map(jnp.asarray, (batch.numbers, batch.modes, tables, plan, shifts, directions))
    return Given(*there)


def without_signs(cohort: Cohort) -> Cohort:
    """The same people with a body that has no symptoms but craving, and no scales."""
    system, numbers = cohort.people.composition.body, cohort.people.body_numbers
    place = system.body.followers.index(CRAVING)
    own = slice(place, place + 1)
    body = replace(system.body, followers=(CRAVING,), scale_weights=())
    felt, relief = numbers.body.withdrawal, numbers.body.relief
    signs = ("rebound_gain", "log_half_effect", "steepness", "rate")
    fewer = numbers.body._replace(
        withdrawal=felt._replace(**{name: getattr(felt, name)[own] for name in signs}),
        relief=relief._replace(by_cause={cause: rows[own] for cause, rows in relief.by_cause.items()}),
    )
    people = replace(
        cohort.people,
        composition=replace(cohort.people.composition, body=replace(system, body=body)),
        body_numbers=numbers._replace(body=fewer),
    )
    return replace(cohort, people=people, chosen=("mor.signal",))
