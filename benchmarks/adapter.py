"""All that the benchmarks use of the engine: people made ready, run, and solved by its reference."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from ebbtide.engine.accuracy import Fineness, MeshError, Target, choose_mesh, relative_error
from ebbtide.engine.crowd import Crowd
from ebbtide.engine.first_steps import first_steps
from ebbtide.engine.mesh import build_mesh
from ebbtide.engine.people import People, compose, make_people
from ebbtide.engine.pilot import PILOT
from ebbtide.engine.reference import reference_rows
from ebbtide.engine.regimen import Regimen, build_regimen, inputs_of
from ebbtide.engine.run import ArmCourse, Request, run_people, start_states
from ebbtide.library import Library
from ebbtide.population import BETWEEN_PERSON, BLOCK, Spread, draw_traits

from .workload import EVERY_H, Workload

Array = NDArray[np.float64]
SEED = 1


@dataclass(frozen=True)
class Group:
    """People of a workload, ready to run."""

    workload: Workload
    library: Library
    people: People
    regimen: Regimen
    times_h: Array
    """Times of the rows of output."""

    @property
    def count(self) -> int:
        """How many people."""
        return int(self.people.count)

    @property
    def doses(self) -> tuple[tuple[float, int], ...]:
        """``(time_h, kind)`` in order of time."""
        return self.regimen.arms[0]

    @property
    def names(self) -> tuple[str, ...]:
        """All quantities that the engine gives, in order."""
        composition = self.people.composition
        return (*composition.body.quantities, *(f"plasma.{name}" for name in composition.compounds))

    @property
    def chosen(self) -> list[int]:
        """Where the quantities of the workload are among all."""
        return [self.names.index(name) for name in self.workload.quantities]


def make_group(
    workload: Workload, library: Library, count: int, spread: Spread = BETWEEN_PERSON, first: int = 0
) -> Group:
    """Draw ``count`` people from number ``first`` on, who differ in all that differs between people."""
    case = workload.case(library)
    regimen = build_regimen(library, case.history, [case.doses], [case.supports])
    composition = compose(library, inputs_of(library, regimen.kinds))

    traits = draw_traits(case.person, library, count, SEED, spread, first)
    people = make_people(library, composition, regimen.kinds, case.products, traits, SEED, spread, first)
    return Group(
        workload,
        library,
        people,
        regimen,
        np.arange(0.0, workload.days * 24.0 + 1e-9, EVERY_H),
    )


@dataclass(frozen=True)
class Meshed:
    """The mesh of the engine for a workload and a tolerance."""

    told: MeshError
    first_step_h: tuple[float, ...]


_meshes: dict[tuple[str, float], Meshed] = {}


def mesh_for(group: Group, tolerance: float) -> Meshed:
    """As ``ebbtide simulate --tolerance`` chooses it, from a pilot of people; once for each workload."""
    key = repr(group.workload), tolerance
    if key not in _meshes:
        pilot = make_group(group.workload, group.library, PILOT)
        first = first_steps(pilot.people)
        plan = Target(group.workload.quantities, group.times_h, [group.doses], len(group.regimen.kinds))

        def rows(mesh: Fineness, fine: bool) -> list[Array]:
            return [_rows(pilot, mesh, first, np.float64)]

        _meshes[key] = Meshed(choose_mesh(rows, plan, tolerance), first)
    return _meshes[key]


def run_engine(group: Group, tolerance: float, precision: Any = np.float64) -> Array:
    """The workload's quantities by the engine, shape ``(rows, quantities, people)``."""
    mesh = mesh_for(group, tolerance)
    return _rows(group, mesh.told.mesh, mesh.first_step_h, precision)


def _rows(group: Group, mesh: Fineness, first_step_h: tuple[float, ...], precision: Any) -> Array:
    request = Request(
        duration_h=group.workload.days * 24.0,
        output_h=group.times_h,
        refinement=mesh.refinement,
        finer=mesh.finer,
        halved=mesh.halved,
        precision=precision,
        first_step_h=first_step_h,
        quantities=group.workload.quantities,
    )
    [course] = run_people(group.people, group.regimen, request)
    return np.asarray(course.rows)


def stream(workload: Workload, library: Library, people: int, tolerance: float, precision: Any) -> Array:
    """Bands of a large crowd, drawn and computed block after block, ``(percentile, rows, quantities)``."""
    crowd = Crowd(people)
    for first in range(0, people, BLOCK):
        group = make_group(workload, library, min(BLOCK, people - first), first=first)
        crowd.add(ArmCourse(run_engine(group, tolerance, precision), None))
    return crowd.bands


def some_people(group: Group, places: list[int]) -> Group:
    """The group of the people at ``places``."""

    def pick(values: Any) -> Any:
        return np.asarray(values)[..., places]

    people = group.people
    kinetics = people.kinetics
    few = replace(
        people,
        numbers={name: pick(values) for name, values in people.numbers.items()},
        body_numbers=jax.tree.map(pick, people.body_numbers),
        kinetics=replace_kinetics(kinetics, pick, places),
        doses=pick(people.doses),
        dose_amounts=pick(people.dose_amounts),
    )
    return replace(group, people=few)


def replace_kinetics(kinetics: Any, pick: Any, places: list[int]) -> Any:
    """The decomposition of the people at ``places``."""
    return kinetics._replace(
        modes=jax.tree.map(pick, kinetics.modes),
        to_states=pick(kinetics.to_states),
        to_modes=pick(kinetics.to_modes),
        matrices=tuple(matrix[places] for matrix in kinetics.matrices),
    )


def reference(group: Group, place: int, tolerance: float = 1e-10) -> Array:
    """The workload's quantities of one person by the engine's reference solver, ``(rows, quantities)``."""
    one = some_people(group, [place])
    start = start_states(one.people, one.regimen)
    rows, _ = reference_rows(one.people, start, one.doses, one.times_h, tolerance)
    return np.asarray(rows[:, group.chosen])


def share_of_range(rows: Array, exact: Array, names: tuple[str, ...]) -> Array:
    """Largest error of each quantity as a share of its range in the exact course, ``(quantities,)``."""
    return relative_error(rows, exact, names)


def evaluations(group: Group, tolerance: float) -> int:
    """How often the engine evaluates the right-hand side for a course: at three points of each step."""
    own = mesh_for(group, tolerance)
    mesh = build_mesh(
        0.0,
        group.workload.days * 24.0,
        group.doses,
        outputs=group.times_h,
        refinement=own.told.mesh.refinement,
        first_step_h=own.first_step_h,
        finer=own.told.mesh.finer,
    )
    return 3 * int(np.count_nonzero(mesh.step_h))


def one_evaluation(group: Group, precision: Any) -> dict[str, float]:
    """XLA's count of the work of one evaluation of the body's right-hand side for all of ``group``."""
    body = group.people.composition.body
    numbers = group.people.body_numbers
    numbers = numbers._replace(body=jax.tree.map(lambda v: np.asarray(v).astype(precision), numbers.body))
    state = np.zeros((body.size, group.count), dtype=precision)
    effect = np.ones((len(body.inputs), group.count), dtype=precision)
    program = jax.jit(lambda y, c, n: body.change(y, c, None, n)[0]).lower(state, effect, numbers).compile()
    cost = program.cost_analysis()
    return dict(cost[0] if isinstance(cost, list) else cost)
