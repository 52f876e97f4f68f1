"""Following with the engine: against brute force, honest and contradicted records."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ebbtide.case import Case, parse_case
from ebbtide.engine.plan import make_plan
from ebbtide.learning.follow import BASIS, Followed, follow
from ebbtide.learning.likelihood import instruments
from ebbtide.learning.readings import read_record
from ebbtide.learning.twins import Twins
from ebbtide.library import InputError, load_library
from ebbtide.population import WITH_UNCERTAINTY

LIBRARY = load_library()
DEGREES = LIBRARY.physiology["observation"]["tails"]["degrees"].value
PERSON = {
    "age_years": 40,
    "sex": "male",
    "weight_kg": 70,
    "cyp2d6": "normal",
    "child_pugh": "none",
    "egfr": 100,
}
HISTORY = [
    {
        "product": "methadone_liquid",
        "amount": "60 mg",
        "every": "1 d",
        "for": "90 d",
        "last": "22 h before start",
    }
]
DAILY = [{"product": "methadone_liquid", "amount": "60 mg", "at": "2 h", "every": "1 d", "count": 3}]


def case_with(*observations: dict[str, Any], **more: Any) -> Case:
    raw = {
        "case": {"id": "test", "start": "2026-03-02T08:00:00+01:00", "duration": "3 d"},
        "person": PERSON,
        "history": HISTORY,
        "doses": DAILY,
        "observations": list(observations),
    } | more
    return parse_case(raw, LIBRARY, "test.toml")


def level(nm: float, hours: float) -> dict[str, Any]:
    return {"at": f"{hours} h", "lab": "plasma.methadone", "value": f"{nm} nM"}


def found_ids(run: Followed, limit: float = 0.001) -> set[tuple[str, bool]]:
    return {(r.domain, r.above) for r in run.contradictions if r.chance < limit}


def test_twins_agree_with_brute_force() -> None:
    """Two levels leave a large ensemble of prior twins enough effective people to be the truth."""
    case = case_with(level(900, 1), level(1100, 25))
    plan = make_plan(case, LIBRARY, 24.0, 1e-4, people=256, seed=1)
    record = read_record(case, LIBRARY, plan.names)
    twins = Twins(plan, record.readings, 5)
    latent = twins.draw(8192)
    seen = instruments(record.readings, DEGREES)
    weight = np.exp(seen.log_likelihood(twins.expect(latent)).sum(axis=0))
    evidence = float(np.log(weight.mean()))
    weight /= weight.sum()
    assert 1 / np.sum(weight**2) > 300

    run = follow(case, LIBRARY, 512, seed=2, step_h=24.0)
    assert run.following.log_evidence == pytest.approx(evidence, abs=0.3)
    # the level at the end of the course, which no reading is at
    later = replace(record.readings[0], seen_h=72.0, time_h=72.0)
    levels = Twins(plan, (later,), 5).expect(latent).centre[0]
    middle = float(levels @ weight)
    spread = float(np.sqrt((levels - middle) ** 2 @ weight))
    ours = np.log(run.arms[0].people["plasma.methadone"].values[-1] + later.limit)
    assert ours.mean() == pytest.approx(middle, abs=0.25 * spread)
    assert ours.std() == pytest.approx(spread, rel=0.25)
    assert spread < 0.7 * levels.std()
    assert run.arms[0].bands["basis"].values.tolist() == [BASIS]


def test_levels_that_the_doses_cannot_make_are_said_to_contradict_them() -> None:
    few = follow(case_with(*(level(2.0, h) for h in (1, 25, 49))), LIBRARY, 128, step_h=24.0)
    assert ("plasma.methadone", False) in found_ids(few)
    many = follow(case_with(*(level(40_000, h) for h in (1, 25, 49))), LIBRARY, 128, step_h=24.0)
    assert ("plasma.methadone", True) in found_ids(many)


def test_withdrawal_of_somebody_who_is_said_to_take_methadone_contradicts_it() -> None:
    ratings = [{"at": f"{h} h", "scale": "COWS", "total": 28} for h in (1, 9, 25, 33, 49)]
    run = follow(case_with(*ratings), LIBRARY, 128, step_h=24.0)
    assert ("withdrawal", True) in found_ids(run)


def test_a_record_without_contradiction_or_readings() -> None:
    calm = [{"at": f"{h} h", "scale": "COWS", "total": 2} for h in (1, 25, 49)]
    run = follow(case_with(*calm, level(900, 25), {"at": "1 h", "sign": "clonus"}), LIBRARY, 64, step_h=24.0)
    assert not found_ids(run)
    assert [u.title for u in run.following.unused] == ["clonus"]
    assert run.following.coverage.count == 4
    with pytest.raises(InputError, match=r"no observation can be used.*clonus"):
        follow(case_with({"at": "1 h", "sign": "clonus"}), LIBRARY, 64)
    with pytest.raises(InputError, match=r"nothing to follow.*simulate"):
        follow(case_with(), LIBRARY, 64)
    with pytest.raises(InputError, match=r"too few people.*32 or more"):
        follow(case_with(*calm), LIBRARY, 1)


def test_the_prior_of_following_is_the_crowd_of_simulate() -> None:
    case = case_with(level(900, 1))
    plan = make_plan(case, LIBRARY, 24.0, 1e-4, people=256, seed=1)
    twins = Twins(plan, read_record(case, LIBRARY, plan.names).readings, 3)
    drawn, placed = plan.people(4, 3, WITH_UNCERTAINTY), twins.people(twins.draw(4))
    np.testing.assert_allclose(drawn.doses, placed.doses, rtol=1e-10)
    for name, values in drawn.numbers.items():
        np.testing.assert_allclose(placed.numbers[name], values, rtol=1e-10, err_msg=name)
