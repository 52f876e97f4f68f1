"""What the grammar of studies says about doses, people and weights, against closed forms."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ebbtide.library import Library
from ebbtide.validation.cohort import read_cohort
from ebbtide.validation.draws import Draws
from ebbtide.validation.schema import RawPopulation

from .studies import (
    CLEARANCE,
    DEEP_FLOW,
    DEEP_VOLUME,
    MOLAR_MASS,
    PEOPLE,
    RENAL,
    VOLUME,
    arm,
    dose,
    held,
    predicted,
    rows,
    run,
    seen,
    study,
)

NMOL_MG = 1e6 / MOLAR_MASS
RATE = CLEARANCE / VOLUME
DEEP = "deepanol_injection"


def value(quantity: str, at: str, **more: Any) -> dict[str, Any]:
    return seen("value", quantity, at=at, **more)


@pytest.mark.parametrize(
    "given",
    [
        {"rate": "14 mg/h", "over": "48 h"},
        {"rate": "14 mg/h", "for": "2 d"},
        {"rate": "14 mg/h", "until": "48 h"},
        {"rate": "0.2 mg/kg/h", "over": "48 h"},
        {"rate": "14 mg/h/70 kg", "over": "48 h"},
        {"rate": "336 mg/d", "over": "48 h"},
        {"rate": "14 mg/h", "amount": "672 mg"},
        {"rate": "0.2 mg/kg/h", "amount": "9.6 mg/kg"},
        {"rate": {"median": "14 mg/h", "cv": 0.0}, "over": "48 h"},
        {"amount": "672 mg", "over": "48 h"},
    ],
)
def test_an_infusion_ends_at_rate_over_clearance(given: dict[str, Any], testanol: Library) -> None:
    raw = study(
        arm(
            {"product": "testanol_injection", "at": "0 h", **given},
            observed=[
                value("plasma.testanol", "48 h"),
                value("plasma.testanol", "2 h"),
                value("plasma.testanol", "52 h"),
            ],
        )
    )
    steady = 14 * NMOL_MG / CLEARANCE
    expected = [steady, -steady * np.expm1(-2 * RATE), steady * np.exp(-4 * RATE)]
    assert predicted(raw, testanol) == pytest.approx(expected, rel=1e-3)


def test_a_rate_per_weight_is_each_persons(testanol: Library) -> None:
    given = {"product": "testanol_injection", "at": "0 h", "rate": "0.2 mg/kg/h", "over": "100 h"}
    raw = study(
        arm(given, observed=[seen("dose", unit="mg", at="0 h to 100 h")]),
        population={"weight_kg": {"mean": 70, "sd": 10}},
    )
    (row,) = rows(raw, testanol)
    assert row.predicted_high / row.predicted_low == pytest.approx(86.4 / 53.6, rel=0.1)


def test_a_target_is_reached_and_held(testanol: Library) -> None:
    raw = study(
        arm(
            held("plasma.deepanol", "40 ng/mL", DEEP, over="12 h"),
            observed=[
                value("plasma.deepanol", at, unit="ng/mL") for at in ("1 min", "20 min", "1 h", "5 h", "12 h")
            ],
        ),
        population={"weight_kg": {"mean": 70, "sd": 12}},
    )
    for row in rows(raw, testanol):
        assert row.predicted == pytest.approx(40, rel=2e-3)
        assert row.predicted_low == pytest.approx(row.predicted_high, rel=5e-3)


def test_a_target_puts_in_what_a_two_compartment_person_needs(testanol: Library) -> None:
    # bolus C V, then CL C + Q C exp(-k t): in plasma from then on, and excreted CL C t
    hours, nanomolar = 12.0, 100.0
    raw = study(
        arm(
            held("plasma.deepanol", nanomolar, DEEP, over=f"{hours} h"),
            observed=[
                seen("AUCinf", "plasma.deepanol"),
                seen("half_life", "plasma.deepanol", at="60 h to 90 h"),
            ],
        )
    )
    area, _ = predicted(raw, testanol)
    k = DEEP_FLOW / DEEP_VOLUME
    put_in = nanomolar * (VOLUME + CLEARANCE * hours + DEEP_FLOW * (1 - np.exp(-k * hours)) / k)
    assert area == pytest.approx(put_in / CLEARANCE, rel=5e-3)


def test_a_second_target_takes_what_the_first_left_into_account(testanol: Library) -> None:
    raw = study(
        arm(
            held("plasma.deepanol", "100 nM", DEEP, over="3 h"),
            held("plasma.deepanol", "200 nM", DEEP, at="3 h", over="3 h"),
            held("plasma.deepanol", "100 nM", DEEP, at="6 h", over="60 h"),
            observed=[value("plasma.deepanol", at) for at in ("2 h", "4 h", "6 h", "66 h")],
        )
    )
    assert predicted(raw, testanol) == pytest.approx([100, 200, 200, 100], rel=5e-3)


@pytest.mark.parametrize("end", [{"count": 3}, {"until": "24 h"}])
def test_a_target_is_held_again_and_again(end: dict[str, Any], testanol: Library) -> None:
    # what the earlier ones left in the second compartment counts: the level is reached each time, not passed
    again = held("plasma.deepanol", "100 nM", DEEP, over="3 h", every="12 h", **end)
    times = ("0.1 h", "3 h", "12.1 h", "15 h", "24.1 h", "27 h")
    raw = study(arm(again, observed=[value("plasma.deepanol", at) for at in (*times, "9 h", "39 h")]))
    *reached, between, after = predicted(raw, testanol)
    assert reached == pytest.approx([100] * 6, rel=5e-3)
    assert 0 < between < 50 > after > 0


def test_a_target_at_a_time_of_each_persons_own(testanol: Library) -> None:
    later = {"quantiles": {"p0": "1 h", "p50": "2 h", "p100": "5 h"}}
    raw = study(
        arm(
            held("plasma.deepanol", "100 nM", DEEP, at=later, over="8 h"),
            observed=[
                seen("percent_at_or_above", "plasma.deepanol", at=at, threshold=99.0)
                for at in ("0.5 h", "2 h", "6 h")
            ],
        )
    )
    before, half, after = predicted(raw, testanol)
    assert (before, after) == (0, 100)
    assert half == pytest.approx(50, abs=13)  # in eight groups of one time each


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"every": "12 h"}, "a repeated target needs an end"),
        ({"every": "2 h", "count": 2}, "two targets at one time"),
        ({"every": "12 h", "count": 61}, "too many targets"),
    ],
)
def test_a_repeated_target_that_cannot_be_held(change: dict[str, Any], told: str, testanol: Library) -> None:
    raw = study(
        arm(
            held("plasma.deepanol", "100 nM", DEEP, over="3 h", **change),
            observed=[value("plasma.deepanol", "1 h")],
        )
    )
    assert told in run(raw, testanol).not_run


def test_time_of_a_dose_that_differs(testanol: Library) -> None:
    later = {"quantiles": {"p0": "1 h", "p50": "2 h", "p100": "5 h"}}
    raw = study(
        arm(
            dose(at=later),
            observed=[
                seen("Cmax"),
                seen("percent_at_or_above", at="2 h", threshold=1),
                value("plasma.testanol", "3 h after first testanol_injection"),
                value("plasma.testanol", "before first testanol_injection"),
            ],
        )
    )
    peak = 14 * NMOL_MG / VOLUME
    highest, share, after, before = predicted(raw, testanol)
    assert highest == pytest.approx(peak, rel=5e-3)
    assert share == pytest.approx(50, abs=7)  # eight groups of one time each
    assert after == pytest.approx(peak * np.exp(-3 * RATE), rel=5e-3)
    assert before == pytest.approx(0, abs=1e-6)


def test_amount_of_a_named_compound(library: Library) -> None:
    salt = {"product": "magnesium_sulfate_injection", "amount": "1 g", "at": "0 h", "over": "1 h"}
    raw = study(
        arm({**salt, "as": "magnesium"}, observed=[seen("dose", "plasma.magnesium", unit="g")]),
    )
    assert predicted(raw, library) == pytest.approx([1.0], rel=0.02)


def test_an_assay_per_volume(library: Library) -> None:
    tea = {"id": "tea", "base": "kratom_tea", "assay": {"mitragynine": "0.263 mg/mL"}}
    raw = study(
        arm(
            {"product": "tea", "amount": "300 mL", "at": "0 h"},
            products=[tea],
            observed=[seen("dose", "plasma.mitragynine", unit="mg", across="median")],
        ),
    )
    assert predicted(raw, library) == pytest.approx([78.9], rel=0.02)


def test_excreted_fraction_is_the_kidneys_share(testanol: Library) -> None:
    given = dose(product=DEEP)
    observed = [
        seen("fraction_of_dose", "urine.deepanol", at="0 h to 120 h"),
        seen("fraction_of_dose", "urine.deepanol", unit="percent"),
        seen("value", "urine.deepanol", at="120 h", unit="mg"),
    ]
    healthy = arm(given, observed=observed)
    impaired = arm(given, observed=observed[:1], name="B", population={"weight_kg": 70, "egfr": 50})
    fraction, percent, amount, half = predicted(study(healthy, impaired), testanol)
    assert fraction == pytest.approx(RENAL, rel=1e-2)
    assert percent == pytest.approx(100 * RENAL, rel=1e-2)
    assert amount == pytest.approx(14 * RENAL, rel=1e-2)
    assert half == pytest.approx(0.5 * RENAL / (0.5 * RENAL + 1 - RENAL), rel=1e-2)


def test_smokers_clear_what_cyp1a2_clears_faster(testanol: Library) -> None:
    factor = testanol.physiology["conditions"]["smoker"]["enzymes.activity.cyp1a2"].value

    def one(name: str, smoker: float) -> dict[str, Any]:
        observed = [seen("AUCinf", "plasma.deepanol")]
        return arm(
            dose(product=DEEP),
            name=name,
            observed=observed,
            population={"weight_kg": 70, "smoker": smoker},
        )

    none, all_, half = predicted(study(one("A", 0.0), one("B", 1.0), one("C", 0.5)), testanol)
    hepatic, flow = CLEARANCE * (1 - RENAL), 87.0
    intrinsic = factor * hepatic * flow / (flow - hepatic)
    faster = CLEARANCE * RENAL + flow * intrinsic / (flow + intrinsic)
    assert none / all_ == pytest.approx(faster / CLEARANCE, rel=0.03)
    assert half == pytest.approx(0.5 * (none + all_), rel=0.01)


def test_people_have_the_conditions_that_the_study_says(library: Library) -> None:
    raw = RawPopulation(
        age_years={"mean": 40, "sd": 5},
        sex={"female": 0.25},
        conditions={"hepatitis_c": 0.5},
        susceptible=["liver.kratom"],
    )
    cohort = read_cohort(raw, library, Draws(1, 200), "x")
    traits = cohort.traits("normal", "none")
    assert traits.conditions["female"].mean() == pytest.approx(0.25, abs=0.01)
    assert traits.conditions["hepatitis_c"].mean() == pytest.approx(0.5, abs=0.01)
    assert traits.age_years is not None
    assert traits.age_years.mean() == pytest.approx(40, abs=0.2)
    assert traits.fixed["liver.kratom.susceptible"].all()


def test_people_weighted_by_an_observation(testanol: Library) -> None:
    spread = {"median": "14 mg", "cv": 1.0}
    peak = 14 * NMOL_MG / VOLUME
    observed = [seen("dose", unit="mg", across="median")]
    condition = {"at": "2 h", "lab": "plasma.testanol", "value": f"{3 * peak * np.exp(-2 * RATE)} nM"}
    raw = study(
        arm(dose(spread), observed=observed),
        arm(dose(spread), observed=observed, name="B", observations=[{**condition, "use": "condition"}]),
        arm(dose(spread), observed=observed, name="C", observations=[{**condition, "use": "report"}]),
    )
    result = run(raw, testanol, 512)
    before, after, reported = (row.predicted for row in result.rows)
    # log-normal prior and noise: the posterior median lies between prior and observation by their precisions
    cv = testanol.physiology["measurement"]["relative"]["plasma"].value
    prior, noise = np.log(2.0), np.log1p(cv**2)
    expected = 14 * np.exp(np.log(3.0) * prior / (prior + noise))
    assert before == pytest.approx(14, rel=0.02)
    assert after == pytest.approx(expected, rel=0.05)
    assert reported == pytest.approx(14, rel=0.1)
    assert any("weighted by what was observed: as good as" in note for note in result.notes)


def test_time_to_steady_state(testanol: Library) -> None:
    daily = dose(every="6 h", count=12)
    steady = [
        seen("time_to_steady_state", at="0 h to 66 h"),
        seen("time_to_steady_state", at="0 h to 66 h", criterion="99 % of the last trough", unit="d"),
    ]
    # troughs approach as 1 - exp(-k n tau): 0.70, 0.91 ...; 0.9970 after four doses
    assert predicted(study(arm(daily, observed=steady)), testanol) == pytest.approx([12, 1.0])


def test_half_and_whole_susceptible_need_the_whole_body(testanol: Library) -> None:
    raw = study(arm(dose(), observed=[seen("Cmax")]))
    other = study(arm(dose(), observed=[seen("Cmax"), seen("value", "cows", at="1 h")]))
    alone, with_body = run(raw, testanol), run(other, testanol)
    assert alone.rows[0].predicted == pytest.approx(with_body.rows[0].predicted, rel=1e-9)
    assert replace(alone.rows[0], predicted=None) != with_body.rows[1]


def test_a_bad_row_and_a_bad_arm_leave_the_others(testanol: Library) -> None:
    raw = study(
        arm(dose(), observed=[seen("Cmax"), seen("Cmax", "plasma.gold"), seen("value", "ciwa", at="1 h")]),
        arm(dose(product="moonshine"), observed=[seen("Cmax")], name="B"),
        arm(dose(), observed=[seen("ratio_to", of="Cmax", arm="B")], name="C"),
    )
    result = run(raw, testanol, PEOPLE)
    assert result.not_run == ""
    good, *bad = result.rows
    assert good.predicted is not None
    told = [row.not_run for row in bad]
    assert all(row.predicted is None and row.passed is None for row in bad)
    assert "plasma.gold" in told[0]
    assert "unknown quantity" in told[1]
    assert "moonshine" in told[2]
    assert "moonshine" in told[3]


def test_people_who_take_nothing_are_simulated(library: Library) -> None:
    sleep = [seen("value", "sleep.total", at="3 d"), seen("value", "cows", at="3 d")]
    therapy = {"kind": "sleep_therapy", "at": "0 h", "every": "7 d"}
    alone = run(study({"name": "A", "observed": sleep}), library)
    helped = run(study({"name": "A", "observed": sleep, "supports": [therapy]}), library)
    assert alone.not_run == helped.not_run == ""
    assert 5 < alone.rows[0].predicted < 9  # type: ignore[operator]
    assert alone.rows[1].predicted < 1  # type: ignore[operator]
