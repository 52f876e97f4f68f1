"""Steps of kinetics that enzymes change."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from ebbtide.engine.batch import make_batch
from ebbtide.engine.integrate import PersonState, march, step_tables
from ebbtide.engine.mesh import build_mesh
from ebbtide.engine.schedule import schedules

TEA = {"product": "kratom_tea", "amount": "4 g", "at": "0 h"}


@pytest.fixture
def end(make_case: Callable[..., Any], make_group: Callable[..., Any]) -> Callable[..., Any]:
    """Modes a day after a cup of tea in a person at rest, with so much of everything it holds."""
    people, regimen = make_group(make_case(history=[], doses=[TEA], duration="1 d"))
    batch = make_batch(people, np.array([0]), 1.0)
    system = batch.body
    [(plan, _)] = schedules(build_mesh(0.0, 24.0, regimen.arms[0], (24.0,), refinement=1.0))
    tables = step_tables(system, batch.numbers, batch.modes, plan.lengths_h)
    rest = PersonState(np.zeros((len(batch.modes.rate), 1)), np.zeros((system.size, 1)))

    integrate = jax.jit(march, static_argnums=(0,))

    def modes(size: Any) -> Any:
        run = integrate(system, batch.numbers, batch.modes, tables, size * batch.doses, rest, plan)
        return run.end.modes[:, 0]

    modes.people = people  # type: ignore[attr-defined]
    modes.given = batch.doses[regimen.arms[0][0][1], :, 0]  # type: ignore[attr-defined]
    return modes


def test_what_clearances_lose_or_gain_stays_in_the_family(end: Callable[..., Any]) -> None:
    """With its sink a family keeps the whole of a dose, whatever enzymes do."""
    kinetics = end.people.kinetics  # type: ignore[attr-defined]
    [place] = [
        slice(start, start + len(family.states))
        for start, family in zip(_starts(end), end.people.composition.families, strict=True)  # type: ignore[attr-defined]
        if "mitragynine" in family.compounds
    ]
    role = [name for _, name in kinetics.states[place]]
    amounts = [i for i, name in enumerate(role) if name != "effect"]
    to_states = kinetics.to_states[place, place, 0][amounts]
    given = (to_states @ end.given[place]).sum()  # type: ignore[attr-defined]
    reached = to_states @ np.asarray(end(1.0))[place]
    assert reached.sum() == pytest.approx(given, rel=1e-9)
    assert given > 0.0


def test_the_derivative_by_a_dose_is_that_of_the_course(end: Callable[..., Any]) -> None:
    _, slope = jax.jvp(end, (jnp.asarray(1.0),), (jnp.asarray(1.0),))
    differences = (np.asarray(end(1.0 + 1e-4)) - np.asarray(end(1.0 - 1e-4))) / 2e-4
    np.testing.assert_allclose(
        np.asarray(slope), differences, rtol=1e-5, atol=1e-6 * np.abs(differences).max()
    )


def test_inhibition_of_its_own_clearance_makes_a_compound_grow_faster_than_its_dose(
    end: Callable[..., Any],
) -> None:
    kinetics = end.people.kinetics  # type: ignore[attr-defined]
    central = kinetics.to_states[kinetics.states.index(("mitragynine", "central")), :, 0]
    once, twice = (central @ np.asarray(end(size)) for size in (1.0, 2.0))
    assert twice > 2.02 * once


def _starts(end: Callable[..., Any]) -> list[int]:
    sizes = [len(family.states) for family in end.people.composition.families]  # type: ignore[attr-defined]
    return [sum(sizes[:i]) for i in range(len(sizes))]
