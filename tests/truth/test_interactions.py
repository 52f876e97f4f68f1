"""Interactions against closed forms of the well-stirred liver (Pang and Rowland 1977) and of enzyme turnover.

A made-up blocker is infused until nothing changes any more; then a made-up probe is given. Its exposure over
that without the blocker follows from the share that the enzyme has and from what is left of it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from ebbtide.case import parse_case
from ebbtide.engine.people import People, compose, make_people
from ebbtide.engine.reference import reference_rows
from ebbtide.engine.regimen import Regimen, build_regimen, inputs_of
from ebbtide.engine.run import Request, run_people, start_states
from ebbtide.population import TYPICAL, draw_traits

from ..library.folders import library_with, number

FLOW = 87.0
CLEARANCE, RENAL = 30.0, 0.2
ENZYME, REST = 0.6, 0.2  # shares of CYP3A4 and of the rest of the liver
BLOCKER_NM, UNBOUND = 400.0, 0.5
SETTLED_H = 1200.0
GUT = 0.7
MUCOSA, SWALLOWED = 0.2, 0.6


def blocker(effect: Mapping[str, Any], *, by_liver: float = 0.0) -> dict[str, Any]:
    """Cleared at 5 L/h by nothing that changes, or at ``by_liver`` L/h by CYP3A4, on which it acts itself."""
    own = {
        "disposition": {"volume": number(20, "L"), "clearance": number(by_liver, "L/h")},
        "pathways": {"cyp3a4": number(1.0, "dimensionless")},
    }
    return {
        "name": "blocker",
        "title": "Blocker",
        "molar_mass": number(500, "g/mol"),
        "unbound_fraction": number(UNBOUND, "dimensionless"),
        "disposition": {"volume": number(20, "L"), "clearance": number(5, "L/h")},
        "absorption": {"intravenous": {"bioavailability": number(1, "dimensionless")}},
        "enzymes": {"cyp3a4": effect},
    } | (own if by_liver else {})


def probe() -> dict[str, Any]:
    return {
        "name": "probe",
        "title": "Probe",
        "molar_mass": number(300, "g/mol"),
        "disposition": {"volume": number(60, "L"), "clearance": number(CLEARANCE, "L/h")},
        "pathways": {
            "cyp3a4": number(ENZYME, "dimensionless"),
            "hepatic": number(REST, "dimensionless"),
            "renal": number(RENAL, "dimensionless"),
        },
        "absorption": {
            "oral": {
                "bioavailability": number(0.4, "dimensionless"),
                "rate": number(1.0, "1/h"),
                "gut_availability": number(GUT, "dimensionless"),
            },
            "sublingual": {
                "bioavailability": number(MUCOSA + SWALLOWED * 0.4, "dimensionless"),
                "rate": number(2.0, "1/h"),
                "swallowed": number(SWALLOWED, "dimensionless"),
            },
            "intravenous": {"bioavailability": number(1, "dimensionless")},
        },
    }


def product(name: str, route: str) -> dict[str, Any]:
    return {
        "name": f"{name}_{route}",
        "title": name,
        "route": route,
        "active": name,
        "contents": [{"compound": name, "amount": number(1, "dimensionless")}],
    }


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Any]:
    def people_of(
        effect: Mapping[str, Any], *, blocked: bool, route: str, by_liver: float = 0.0
    ) -> tuple[People, Regimen, np.ndarray]:
        library = library_with(
            tmp_path / "-".join([*effect, route]),
            blocker=blocker(effect, by_liver=by_liver),
            probe=probe(),
            blocker_intravenous=product("blocker", "intravenous"),
            probe_product=product("probe", route) | {"name": "probe_product"},
        )
        infusion = {
            "product": "blocker_intravenous",
            "amount": f"{BLOCKER_NM * 5 * 500e-6 * (SETTLED_H + 300)} mg",
            "at": "0 h",
            "over": f"{SETTLED_H + 300} h",
        }
        raw = {
            "case": {"id": "t", "start": "2026-03-02T08:00:00+00:00", "duration": f"{SETTLED_H + 200} h"},
            "person": {"weight_kg": 70, "child_pugh": "none", "egfr": 100, "cyp2d6": "normal"},
            "doses": [
                *([infusion] if blocked else []),
                {"product": "probe_product", "amount": "5 mg", "at": f"{SETTLED_H} h"},
            ],
        }
        case = parse_case(raw, library, "t")
        regimen = build_regimen(library, case.history, [case.doses])
        composition = compose(library, inputs_of(library, regimen.kinds))
        traits = draw_traits(case.person, library, 1, 1, TYPICAL)
        people = make_people(library, composition, regimen.kinds, {}, traits, 1, TYPICAL)
        return people, regimen

    def exposure(effect: Mapping[str, Any], *, blocked: bool, route: str, by_liver: float = 0.0) -> float:
        people, regimen = people_of(effect, blocked=blocked, route=route, by_liver=by_liver)
        output = SETTLED_H + np.arange(0.0, 200.1, 0.25)
        [course] = run_people(people, regimen, Request(SETTLED_H + 200.0, output))
        plasma = len(people.composition.body.quantities) + people.composition.compounds.index("probe")
        return float(np.trapezoid(course.rows[:, plasma, 0], output))

    exposure.people = people_of  # type: ignore[attr-defined]
    return exposure


def well_stirred(activity: float) -> tuple[float, float]:
    """Clearance, and the fraction that passes the liver, with ``activity`` of CYP3A4."""
    liver = CLEARANCE * (ENZYME + REST)
    intrinsic = liver * FLOW / (FLOW - liver)
    left = intrinsic * (ENZYME * activity + REST) / (ENZYME + REST)
    return FLOW * left / (FLOW + left) + CLEARANCE * RENAL, FLOW / (FLOW + left)


def test_reversible_inhibition_of_a_probe_into_a_vein(run: Callable[..., Any]) -> None:
    effect = {"inhibition_constant": number(100, "nM")}
    ratio = run(effect, blocked=True, route="intravenous") / run(effect, blocked=False, route="intravenous")
    activity = 1 / (1 + BLOCKER_NM * UNBOUND / 100)
    assert ratio == pytest.approx(well_stirred(1)[0] / well_stirred(activity)[0], rel=2e-3)


def test_inhibition_of_gut_and_liver_raises_what_passes_them(run: Callable[..., Any]) -> None:
    effect = {"inhibition_constant": number(100, "nM")}
    ratio = run(effect, blocked=True, route="oral") / run(effect, blocked=False, route="oral")
    (normal, passing), (left, passing_now) = well_stirred(1), well_stirred(1 / 3)
    gut, gut_now = GUT, 1 / (1 + (1 / GUT - 1) / 3)  # the blocker in plasma reaches the gut wall too
    assert ratio == pytest.approx(normal / left * passing_now / passing * gut_now / gut, rel=2e-3)


def test_what_is_swallowed_of_a_dose_under_the_tongue_is_all_that_first_pass_touches(
    run: Callable[..., Any],
) -> None:
    effect = {"inhibition_constant": number(100, "nM")}
    ratio = run(effect, blocked=True, route="sublingual") / run(effect, blocked=False, route="sublingual")
    (normal, passing), (left, passing_now) = well_stirred(1), well_stirred(1 / 3)
    gut_now = 1 / (1 + (1 / GUT - 1) / 3)
    swallowed = SWALLOWED * 0.4
    arrives = MUCOSA + swallowed * passing_now / passing * gut_now / GUT
    assert ratio == pytest.approx(normal / left * arrives / (MUCOSA + swallowed), rel=2e-3)


def test_a_blocker_of_its_own_clearance_is_met_at_what_leaves_the_liver(run: Callable[..., Any]) -> None:
    """Concentration, clearance and activity follow from one another: one equation in the activity."""
    constant, own = 100.0, 60.0
    whole = own * FLOW / (FLOW - own)

    def met(activity: float) -> float:
        """Unbound concentration in the liver at the steady state of the infusion."""
        clearance = FLOW * whole * activity / (FLOW + whole * activity)
        return UNBOUND * BLOCKER_NM * 5.0 / clearance * FLOW / (FLOW + whole * activity)

    activity = brentq(lambda a: a * (1 + met(a) / constant) - 1, 1e-6, 1.0)
    effect = {"inhibition_constant": number(constant, "nM")}
    ratio = run(effect, blocked=True, route="intravenous", by_liver=own) / run(
        effect, blocked=False, route="intravenous", by_liver=own
    )
    assert activity < 0.95
    assert ratio == pytest.approx(well_stirred(1)[0] / well_stirred(activity)[0], rel=2e-3)


def test_the_gut_wall_may_be_induced_less_than_the_liver(run: Callable[..., Any]) -> None:
    effect = {
        "induction_maximum": number(8, "dimensionless"),
        "gut_induction_maximum": number(2, "dimensionless"),
        "induction_constant": number(100, "nM"),
    }
    ratio = run(effect, blocked=True, route="oral") / run(effect, blocked=False, route="oral")
    share = BLOCKER_NM * UNBOUND / (100 + BLOCKER_NM * UNBOUND)
    (normal, passing), (left, passing_now) = well_stirred(1), well_stirred(1 + 8 * share)
    gut_now = 1 / (1 + (1 / GUT - 1) * (1 + 2 * share))
    assert ratio == pytest.approx(normal / left * passing_now / passing * gut_now / GUT, rel=5e-3)


def test_inactivation_and_induction_settle_where_gain_meets_loss(run: Callable[..., Any]) -> None:
    turnover, unbound = 0.014, BLOCKER_NM * UNBOUND
    for effect, activity in (
        (
            {"inactivation_rate": number(0.1, "1/h"), "inactivation_constant": number(50, "nM")},
            turnover / (turnover + 0.1 * unbound / (50 + unbound)),
        ),
        (
            {"induction_maximum": number(8, "dimensionless"), "induction_constant": number(100, "nM")},
            1 + 8 * unbound / (100 + unbound),
        ),
    ):
        ratio = run(effect, blocked=True, route="intravenous") / run(
            effect, blocked=False, route="intravenous"
        )
        assert ratio == pytest.approx(well_stirred(1)[0] / well_stirred(activity)[0], rel=5e-3)


def test_enzymes_and_kinetics_together_agree_with_the_reference_solver(run: Callable[..., Any]) -> None:
    effect = {
        "inhibition_constant": number(100, "nM"),
        "inactivation_rate": number(0.1, "1/h"),
        "inactivation_constant": number(50, "nM"),
    }
    people, regimen = run.people(effect, blocked=True, route="oral")  # type: ignore[attr-defined]
    regimen = Regimen(regimen.kinds, (), (((0.0, regimen.arms[0][0][1]), (1.0, regimen.arms[0][1][1])),))
    output = np.arange(0.0, 48.1, 0.5)
    [course] = run_people(people, regimen, Request(48.0, output))
    exact, _ = reference_rows(people, start_states(people, regimen), regimen.arms[0], output)
    span = np.maximum(np.ptp(exact, axis=0), 1e-3)
    assert (np.abs(course.rows[..., 0] - exact).max(axis=0) / span).max() < 1e-4
