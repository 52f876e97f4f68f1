"""The batch integrator against SciPy's LSODA at 1e-10 on the full equations."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ebbtide.engine.accuracy import Fineness, Target, choose_mesh, relative_error
from ebbtide.engine.batch import make_batch
from ebbtide.engine.history import Group, state_at_start
from ebbtide.engine.reference import reference_rows
from ebbtide.engine.run import Request, run_people

from .conftest import FILM, HEROIN

FENTANYL = {
    "product": "fentanyl_smoked",
    "amount": "2 mg",
    "every": "4 h",
    "for": "700 d",
    "last": "0 h before start",
}
CASES = {
    "heroin, untreated": ([HEROIN], []),
    "heroin, kratom tea": (
        [HEROIN],
        [{"product": "kratom_tea", "amount": "4 g", "at": "10 h", "every": "6 h"}],
    ),
    "fentanyl, buprenorphine early": ([FENTANYL], [{"product": FILM, "amount": "8 mg", "at": "2 h"}]),
    "heroin, naloxone into a vein": (
        [HEROIN],
        [{"product": "naloxone_injection", "amount": "0.4 mg", "at": "3 h", "route": "intravenous"}],
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_error_against_the_reference_is_below_1e_4_of_range(
    name: str, make_case: Callable[..., Any], make_group: Callable[..., Any]
) -> None:
    history, doses = CASES[name]
    people, regimen = make_group(make_case(history=history, doses=doses, duration="4 d"))
    output = np.arange(0.0, 96.1, 0.5)
    names = (*people.composition.body.quantities, *people.composition.compounds)
    runs = {}

    def run(mesh: Fineness, fine: bool) -> list[Any]:
        request = Request(96.0, output, refinement=mesh.refinement, finer=mesh.finer, halved=mesh.halved)
        [runs[mesh]] = run_people(people, regimen, request)
        return [runs[mesh].rows]

    plan = Target(names, output, regimen.arms, len(regimen.kinds))
    chosen = choose_mesh(run, plan, 1e-4)
    course = runs[chosen.mesh]
    batch = make_batch(people, np.array([0]), 1.0)
    start = state_at_start(
        Group(batch.modes.rate, batch.doses, batch.relaxation, batch.run_between), regimen.streams
    )
    exact, _ = reference_rows(people, start, regimen.arms[0], output)
    errors = relative_error(course.rows[..., 0], exact, names)
    assert errors.max() < 1e-4
    assert errors.max() < 1.1 * chosen.error_of_range  # the estimate that is reported is honest


def test_single_precision_of_the_body_stays_within_the_tolerance(
    make_case: Callable[..., Any], make_group: Callable[..., Any]
) -> None:
    people, regimen = make_group(make_case(history=[HEROIN], duration="7 d"))
    output = np.arange(0.0, 168.1)
    [double] = run_people(people, regimen, Request(168.0, output))
    [single] = run_people(people, regimen, Request(168.0, output, precision=np.float32))
    names = (*people.composition.body.quantities, *people.composition.compounds)
    assert single.rows.dtype == np.float32
    assert relative_error(single.rows[..., 0], double.rows[..., 0], names).max() < 3e-5
