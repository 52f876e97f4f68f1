"""The coarser mesh that a record is weighed on."""

import numpy as np

from ebbtide.engine.accuracy import Fineness
from ebbtide.engine.plan import make_plan
from ebbtide.learning.likelihood import instruments
from ebbtide.learning.readings import read_record
from ebbtide.learning.twins import MESH_SHARE, Twins

from .test_follow import DEGREES, LIBRARY, case_with, level

OBSERVATIONS = (
    {"at": "1 h", "scale": "COWS", "total": 4},
    {"at": "3 h", "quantity": "pupil", "value": "4 mm"},
    {"at": "25 h", "scale": "SOWS", "total": 9},
    {"at": "27 h", "quantity": "craving", "value": 30},
    level(900, 49),
)


def test_readings_differ_by_less_than_said_from_those_on_half_the_steps_of_the_forecast() -> None:
    """Of people on whom the mesh was not chosen; and the likelihood of a record by next to nothing."""
    plan = make_plan(case_with(*OBSERVATIONS), LIBRARY, 24.0, 1e-4, people=256, seed=1)
    twins = Twins(plan, read_record(plan.case, LIBRARY, plan.names).readings, 1)
    of_plan = twins.mesh
    twins.coarsen(twins.draw(256))
    assert 0.0 < twins.mesh_share <= MESH_SHARE
    assert twins.mesh.finer == ()
    others = twins.draw(256, 256)
    coarse = twins.expect(others)
    twins.mesh = Fineness(2.0 * of_plan.refinement, of_plan.finer)
    fine = twins.expect(others)
    off = np.abs(coarse.centre - fine.centre) / fine.size
    assert off.max() < 2.0 * MESH_SHARE
    assert np.quantile(off, 0.99) < MESH_SHARE
    seen = instruments(twins.readings, DEGREES)
    change = np.abs(seen.log_likelihood(coarse) - seen.log_likelihood(fine)).sum(axis=0)
    assert change.max() < 0.05
