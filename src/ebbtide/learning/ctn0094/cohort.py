"""A chunk of people going through study days together, each with amounts of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from ebbtide.engine.batch import Batch
from ebbtide.engine.first_steps import first_steps
from ebbtide.engine.history import state_at_start
from ebbtide.engine.integrate import Course, PersonState
from ebbtide.engine.modes import decompose
from ebbtide.engine.people import People, dose_amounts, scaled_numbers, with_traits
from ebbtide.engine.regimen import Stream
from ebbtide.engine.schedule import Schedule, schedules
from ebbtide.library import conversion
from ebbtide.population import TYPICAL, WITH_UNCERTAINTY, Traits, draw_numbers

from .assumed import DAY_H, assumptions
from .intakes import Intakes
from .setup import Setup, scaled
from .tables import Tables

Array = NDArray[np.float64]
HOURS = (6.0, 8.0, 14.0)
"""Clock times that are looked at: before anything is taken, before the study dose, and after it."""


@dataclass(frozen=True)
class Cohort:
    """People on the last axis of all arrays."""

    setup: Setup
    people: People
    """``doses`` of 1 mg, shape ``(kinds, modes, people)``."""
    amount_mg: Float[NDArray[np.float32], "people days ways"]
    habit_mg: Float[Array, "people ways"]
    first_dose: Float[Array, " people"]
    """Which of the days is that of the first study dose; infinite where there was none."""
    chosen: tuple[str, ...]
    """Quantities that are looked at."""
    refinement: float = 1.0
    hours: tuple[float, ...] = HOURS
    _of_amount: dict[tuple[int, float], Array] = field(default_factory=dict)

    @cached_property
    def batch(self) -> Batch:
        """For the engine, without doses."""
        every = (*self.people.composition.body.quantities, *_plasma(self.people))
        steps = first_steps(self.people)
        first = {
            hour: min(steps[s.kind] for s in self.setup.slots if s.hour == hour) for hour in self.setup.hours
        }
        return Batch(
            body=self.people.composition.body,
            numbers=jax.tree.map(jnp.asarray, self.people.body_numbers),
            modes=jax.tree.map(jnp.asarray, self.people.kinetics.modes),
            doses=self.jumps(-1),
            refinement=self.refinement,
            first_step_h=tuple(first.values()),
            chosen=tuple(every.index(name) for name in self.chosen),
        )

    @cached_property
    def plan(self) -> Schedule:
        """The mesh of a day; the same for all, so that nobody's result depends on who else is there."""
        doses = [(hour, index) for index, hour in enumerate(self.setup.hours)]
        [(plan, _)] = schedules(self.batch.mesh(0.0, DAY_H, doses, self.hours))
        return plan

    def jumps(self, day: int) -> Float[Array, "hours modes people"]:
        """What the hours of a day add to the modes; -1 is a usual day before the first."""
        result = np.zeros((len(self.setup.hours), *self.people.doses.shape[1:]))
        for slot in self.setup.slots:
            mg = (
                self._amounts(day - slot.days_later, slot.way, slot.taken_h)
                if day >= 0
                else (self.habit_mg[:, slot.way])
            )
            if mg.any():
                result[self.setup.hours.index(slot.hour)] += self._jump(slot.kind, slot.share * mg)
        return result

    def _jump(self, kind: int, mg: Float[Array, " people"]) -> Float[Array, "modes people"]:
        """Of ``mg`` each; what enters of buprenorphine is less than in proportion, by the amount."""
        if not self.setup.kinds_by_amount[kind]:
            return np.asarray(self.people.doses[kind] * mg)
        result = np.zeros(self.people.doses.shape[1:])
        for amount in np.unique(mg[mg > 0]):
            if (kind, amount) not in self._of_amount:
                self._of_amount[kind, amount] = _modes_of(self.setup, self.people, kind, float(amount))
            result += np.where(mg == amount, self._of_amount[kind, amount], 0.0)
        return result

    def _amounts(self, day: int, way: int, hour: float) -> Float[Array, " people"]:
        """On the day of the first study dose nobody uses before it: trials asked for early withdrawal."""
        if day < 0:
            return np.zeros(len(self.first_dose))
        mg = self.amount_mg[:, day, way].astype(np.float64)
        waits = (self.first_dose == day) & (hour < assumptions().clock.study_dose.to("h"))
        return np.where(waits, 0.0, mg)

    @cached_property
    def start(self) -> PersonState:
        """The state at midnight of the first day, after use as usual."""
        count = round(assumptions().clock.before.to("d"))
        streams = [
            Stream(index, DAY_H, hour - count * DAY_H, hour - DAY_H)
            for index, hour in enumerate(self.setup.hours)
        ]
        return state_at_start(self.batch.group, streams)

    def days(self, count: int) -> Iterator[tuple[int, Course, PersonState]]:
        """Each day with its course and the state in which it begins."""
        state = self.start
        for day in range(count):
            course = replace(self.batch, doses=self.jumps(day)).run(state, self.plan)
            yield day, course, state
            state = course.end


def _modes_of(setup: Setup, people: People, kind: int, mg: float) -> Float[Array, "modes people"]:
    """What ``mg`` of a kind adds to the modes."""
    kinds = [scaled(setup.kinds[kind], mg)]
    [amounts] = dose_amounts(setup.library, kinds, people.numbers, {}, people.kinetics.states)
    return np.asarray(np.einsum("msp,sp->mp", people.kinetics.to_modes, amounts))


def _plasma(people: People) -> tuple[str, ...]:
    return tuple(f"plasma.{name}" for name in people.composition.compounds)


def make_cohort(
    setup: Setup,
    taken: Intakes,
    tables: Tables,
    chosen: tuple[str, ...],
    rows: Int[NDArray[np.intp], " people"],
    twin: Int[NDArray[np.intp], " people"],
    seed: int = 1,
    refinement: float = 1.0,
    hours: tuple[float, ...] = HOURS,
) -> Cohort:
    """Those ``rows`` of ``taken``, in the order given (one may come again).

    ``twin`` 0 of a group of one is the typical person; of more, each has the same numbers for everybody.
    """
    twins = int(twin.max()) + 1
    spread = TYPICAL if twins == 1 else WITH_UNCERTAINTY
    composition, library = setup.composition, setup.library
    forms = tuple(sorted({form for _, _, form in composition.inputs if form}))
    drawn = draw_numbers(library, composition.compounds, twins, seed, spread, forms)
    traits = _traits(tables, taken.who[rows], setup)
    personal = with_traits(library, {name: values[twin] for name, values in drawn.items()}, traits)
    numbers, activity = scaled_numbers(library, composition, personal, traits)
    kinetics = decompose(
        library, composition.families, numbers, composition.compounds, composition.body.inputs
    )
    amounts = dose_amounts(library, setup.kinds, numbers, {}, kinetics.states)
    people = People(
        composition=composition,
        numbers=numbers,
        body_numbers=composition.body.prepare(numbers, activity, kinetics),
        kinetics=kinetics,
        doses=np.einsum("msp,ksp->kmp", kinetics.to_modes, amounts),
        dose_amounts=amounts,
    )
    return Cohort(
        setup,
        people,
        taken.amount_mg[rows],
        taken.habit_mg[rows],
        taken.first_dose_day[rows] - taken.first_day,
        chosen,
        refinement,
        hours,
    )


def _traits(tables: Tables, who: NDArray[np.int64], setup: Setup) -> Traits:
    """Age and sex as recorded; what is missing is as in the typical person."""
    population = setup.library.physiology["population"]
    known = tables["demographics"].drop_duplicates("who").set_index("who").reindex(who)
    age = known["age"].fillna(population["age"]["reference"].to("year")).to_numpy(float)
    return Traits(
        weight_kg=np.full(len(who), population["weight"]["typical"].to("kg")),
        cyp2d6="normal",
        child_pugh="none",
        egfr=None,
        missing=(),
        age_years=age * conversion("year", "year"),
        conditions={"female": known["is_male"].eq("No").to_numpy()},
    )
