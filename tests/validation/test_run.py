import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ebbtide.library import Library
from ebbtide.validation import read_study, run_studies, run_study, summarise

from .studies import (
    CLEARANCE,
    MOLAR_MASS,
    PEOPLE,
    ROOT,
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

NMOL = 14e6 / MOLAR_MASS  # of 14 mg
PEAK = NMOL / VOLUME
RATE = CLEARANCE / VOLUME


def test_one_compartment_has_its_closed_form(testanol: Library) -> None:
    names = ("Cmax", "tmax", "AUCinf", "half_life", "CL_F", "Vz_F")
    expected = [PEAK, 0.001, NMOL / CLEARANCE, np.log(2) / RATE, CLEARANCE, VOLUME]
    raw = study(arm(dose(), observed=[seen(name) for name in names]))
    assert predicted(raw, testanol) == pytest.approx(expected, rel=1e-3)


def test_units_of_the_paper(testanol: Library) -> None:
    observed = [
        seen("Cmax", unit="ng/mL"),
        seen("AUCinf", unit="ng*h/mL"),
        seen("half_life", unit="min"),
        seen("dose", unit="mg"),
        seen("value", at="2 h", unit="ug/L"),
    ]
    expected = [400, 2000, 60 * np.log(2) / RATE, 14, 400 * np.exp(-2 * RATE)]
    assert predicted(study(arm(dose(), observed=observed)), testanol) == pytest.approx(expected, rel=1e-3)


def test_reading_at_the_time_of_a_dose_is_just_before_it(testanol: Library) -> None:
    observed = [seen("value", at=at) for at in ("0 h", "before last testanol_injection", "5 h")]
    raw = study(arm(dose(), dose(at="5 h"), observed=observed))
    expected = [0, PEAK * np.exp(-5 * RATE), PEAK * np.exp(-5 * RATE)]
    assert predicted(raw, testanol) == pytest.approx(expected, rel=1e-3)


def test_interval(testanol: Library) -> None:
    twelve = dose(every="12 h", count=6)
    observed = [
        seen("AUCtau"),
        seen("Cmin", at="60 h to 72 h"),
        seen("mean", at="60 h to 72 h"),
        seen("AUC", at="60 h to 72 h"),
    ]
    auctau, trough, mean, auc = predicted(study(arm(twelve, observed=observed)), testanol)
    assert auctau == pytest.approx(NMOL / CLEARANCE, rel=2e-3)
    assert trough == pytest.approx(PEAK * np.exp(-12 * RATE) / -np.expm1(-12 * RATE), rel=2e-3)
    assert auc == pytest.approx(auctau, rel=1e-6)
    assert mean == pytest.approx(NMOL / CLEARANCE / 12, rel=1e-2)


def test_infusion(testanol: Library) -> None:
    raw = study(arm(dose(over="2 h"), observed=[seen("value", at="2 h"), seen("AUCinf"), seen("Cmax")]))
    end = NMOL / 2 / CLEARANCE * -np.expm1(-2 * RATE)
    assert predicted(raw, testanol) == pytest.approx([end, NMOL / CLEARANCE, end], rel=0.02)


def test_amount_per_weight_follows_each_weight(testanol: Library) -> None:
    raw = study(
        arm(dose("0.2 mg/kg"), observed=[seen("dose", unit="mg"), seen("Cmax")]),
        population={"weight_kg": {"mean": 70, "sd": 10}},
    )
    amount, peak = rows(raw, testanol)
    assert amount.predicted == pytest.approx(14, rel=0.02)
    assert amount.predicted_high / amount.predicted_low == pytest.approx(86.4 / 53.6, rel=0.1)
    assert peak.predicted_high == pytest.approx(peak.predicted_low, rel=1e-6)  # volume grows with weight too


def test_amount_share_and_choice(testanol: Library) -> None:
    spread = {"median": "14 mg", "cv": 0.5, "draw": "same"}
    observed = [seen("dose", across="median", unit="mg"), seen("percent_at_or_above", threshold=1, at="1 h")]
    raw = study(
        arm(dose(spread), observed=observed),
        arm(dose(share=0.25), observed=observed, name="some"),
        arm(
            dose(choice="x", share=0.5),
            dose("28 mg", choice="x", share=0.5),
            observed=[seen("dose", unit="mg")],
            name="one of two",
        ),
    )
    median, all_, none, some, mean = predicted(raw, testanol)
    assert median == pytest.approx(14, rel=0.05)
    assert all_ == 100
    assert none == 0
    assert some == pytest.approx(25, abs=2)
    assert mean == pytest.approx(21, rel=0.02)


def test_crossover_compares_each_person_and_parallel_groups_their_means(testanol: Library) -> None:
    spread = {"median": "14 mg", "cv": 1.0, "draw": "same"}
    twice = {"median": "28 mg", "cv": 1.0}
    compared = seen("ratio_to", of="Cmax", arm="A")
    a = arm(dose(spread), observed=[seen("Cmax")])
    shared = arm(dose({**twice, "draw": "same"}), observed=[compared], name="B")
    within = rows(study(a, shared, design="crossover"), testanol)[1]
    assert within.predicted == pytest.approx(2)
    assert within.predicted_low == pytest.approx(within.predicted_high)
    between = rows(study(a, arm(dose(twice), observed=[compared], name="B"), design="parallel"), testanol)[1]
    assert between.predicted == pytest.approx(2, rel=0.15)
    assert between.predicted_low is None


def test_other_comparisons(testanol: Library) -> None:
    observed = [
        seen("difference_from", of="Cmax", arm="A"),
        seen("ratio_to", at="4 h", arm_at="2 h"),
        seen("ratio_to_baseline", at="4 h", **{"from": "2 h"}),
        seen("change", at="4 h", **{"from": "2 h"}),
        seen("value", at="4 h", relative_to="2 h"),
        seen("Cmax", per="plasma.testanol"),
        seen("ratio_to", of="Cmax", arm="A", dose_normalised=True),
    ]
    raw = study(arm(dose(), observed=[seen("Cmax")]), arm(dose("28 mg"), observed=observed, name="B"))
    fall = np.exp(-2 * RATE)
    expected = [PEAK, PEAK, fall, fall, 2 * PEAK * (fall**2 - fall), fall, 1, 1]
    assert predicted(raw, testanol) == pytest.approx(expected, rel=1e-3)


def test_pool_weights_its_arms(testanol: Library) -> None:
    observed = [seen("Cmax"), seen("Cmax", across="highest_arm_mean")]
    a, b = arm(dose()), arm(dose("28 mg"), name="B")
    raw = study(a, b, {"name": "all", "pool": {"A": 30, "B": 10}, "observed": observed})
    assert predicted(raw, testanol) == pytest.approx([1.25 * PEAK, 2 * PEAK], rel=1e-3)


def test_phenotypes_are_mixed(testanol: Library) -> None:
    raw = study(
        arm(
            dose(),
            observed=[seen("CL_F", at="0 h to 24 h"), seen("percent_below", threshold=1e-6, at="240 h")],
        ),
        population={"weight_kg": 70, "cyp2d6": {"normal": 0.75, "intermediate": 0.25}},
    )
    clearance, _ = rows(raw, testanol)
    assert clearance.predicted == pytest.approx(CLEARANCE * (0.75 + 0.25 * 0.5), rel=0.01)


def test_a_study_asks_for_more_people(testanol: Library) -> None:
    heavy = seen("percent_at_or_above", at="0 h to 1 h", within="max", threshold=1000.0, n=500, value=50.0)
    raw = study(
        arm(dose(), observed=[heavy]), population={"weight_kg": {"mean": 70, "sd": 10}}, simulated=500
    )
    [row] = rows(raw, testanol, 16)
    # the peak is over 1000 nM, 14 mg / 400 g/mol / 35 L in who is lighter than the mean, of 500 within 3 SE
    assert row.predicted == pytest.approx(50, abs=7)
    assert 500 * row.predicted / 100 == pytest.approx(round(500 * row.predicted / 100))  # type: ignore[operator]
    assert row.predicted_low < row.predicted < row.predicted_high  # type: ignore[operator]


def test_entry_rule(testanol: Library) -> None:
    population = {"weight_kg": 70, "select": {"quantity": "plasma.testanol", "at": "1 h", "at_least": 1.0}}
    raw = study(arm(dose(share=0.5), observed=[seen("dose", unit="mg")]), population=population)
    assert predicted(raw, testanol) == pytest.approx([14])
    population["select"]["at_least"] = 1e9  # type: ignore[index]
    assert (
        "no simulated person meets"
        in run(study(arm(dose(), observed=[seen("Cmax")]), population=population), testanol).not_run
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"doses": [dose(product="testanol_injecton")]}, 'product: unknown product.*"testanol_injection"'),
        ({"doses": [dose(None, rate="4 mg/h")]}, "doses.0..over: key is missing"),
        ({"doses": [dose(None, rate="4 mg", over="1 h")]}, "doses.0..rate: not a rate"),
        ({"doses": [dose(rate="4 mg/h", over="1 h")]}, "amount and rate say how long it lasts"),
        ({"doses": [dose(None)]}, "amount: key is missing"),
        ({"doses": [held("cows", "1 nM")]}, "target.quantity"),
        ({"doses": [held("plasma.testanol", "1 mg")]}, "value: a concentration is needed"),
        ({"doses": [held("plasma.testanol", "1 nM", over=None)]}, "over: key is missing"),
        ({"doses": [dose(at={"quantiles": {"half": "1 h"}})]}, "not a quantile"),
        ({"doses": [dose(at={"quantiles": {"p10": "2 h", "p90": "1 h"}})]}, "ascending order"),
        ({"supports": [{"kind": "councelling"}]}, 'Did you mean "counselling"'),
        ({"observations": [{"at": "1 h", "sign": "jaundice"}]}, "cannot weight people by it"),
        ({"population": {"smoker": 1.5}}, "smoker: a share is a number from 0 to 1"),
        ({"population": {"susceptible": ["liver.tea"]}}, "unknown susceptibility"),
        ({"doses": [dose("14 mL")]}, "amount"),
        ({"doses": [dose(over="0 h")]}, "impossible length of an infusion"),
        ({"doses": []}, "unknown quantity"),
        ({"population": {"conditions": ["hepatits_c"]}}, 'Did you mean "hepatitis_c"'),
        ({"observed": [seen("Cmax", "plasma.testanl")]}, 'Did you mean "plasma.testanol"'),
        ({"observed": [seen("value", "sleep.depth", at="1 h")]}, "unknown quantity"),
        ({"observed": [seen("value")]}, "at: key is missing"),
        ({"observed": [seen("change", at="1 h")]}, "from: key is missing"),
        ({"observed": [seen("percent_below", at="1 h")]}, "threshold: key is missing"),
        ({"observed": [seen("Cmax", unit="kg")]}, "cannot be converted"),
        ({"observed": [seen("Cmax", at="1 h")]}, "a window is needed"),
        ({"observed": [seen("AUCtau")]}, "AUCtau needs doses at an interval"),
        ({"doses": [dose(), dose(at="6 h")], "observed": [seen("CL_F")]}, "needs a single dose"),
        ({"doses": [dose(every="6 h")]}, "doses without an end need a window"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_says_why(change: dict[str, Any], told: str, testanol: Library) -> None:

    result = run(study(arm(dose(), observed=[seen("Cmax")]) | change), testanol)
    assert re.search(rf"made-up.toml.*{told}", result.not_run), result.not_run
    assert result.rows == ()


def test_missing_products_as_the_study_says(testanol: Library) -> None:
    gone = {"product": "aspirin_tablet", "amount": "1 g", "at": "0 h"}
    raw = study(
        arm(dose(), gone | {"if_missing": "ignore"}, observed=[seen("Cmax")]),
        arm(gone | {"if_missing": "skip arm"}, observed=[seen("Cmax")], name="B"),
    )
    result = run(raw, testanol)
    assert [row.predicted is None for row in result.rows] == [False, True]
    assert [note.split(":")[0] for note in result.notes if "left out" in note] == [
        "left out as the study says",
        'arm "B" left out as the study says',
    ]


def test_others_run_on(tmp_path: Path, library: Library) -> None:
    (tmp_path / "a.toml").write_text("[study")
    (tmp_path / "b.toml").write_text((ROOT / "examples/studies/tanna2022_tea.toml").read_text())
    broken, tea = run_studies([tmp_path / "a.toml", tmp_path / "b.toml"], library, PEOPLE)
    assert "not a TOML file" in broken.not_run
    assert tea.not_run == ""
    summary = summarise([broken, tea])
    assert (summary["studies"], summary["run"]) == (2, 1)
    exposures = summary["agreement"][0]
    assert (exposures["domain"], exposures["role"], exposures["rows"]) == ("pk", "calibration", 16)
    assert exposures["aafe"] < 1.3


def test_tea_of_tanna(library: Library) -> None:
    tea = run_study(read_study(ROOT / "examples/studies/tanna2022_tea.toml"), library)
    folds = {(row.quantity.removeprefix("plasma."), row.statistic): row.fold for row in tea.rows}
    assert len(folds) == 18
    for statistic in ("Cmax", "tmax", "half_life", "AUCinf", "CL_F"):
        assert folds["mitragynine", statistic] < 1.5
        assert folds["speciociliatine", statistic] < 1.5
    for statistic in ("Cmax", "tmax", "half_life", "AUCinf"):
        assert folds["7-hydroxymitragynine", statistic] < 2
    assert folds["mitragynine", "dose"] == pytest.approx(1, abs=0.01)


def test_withdrawal_of_people_who_differ(library: Library) -> None:
    use = {"product": "heroin_smoked", "every": "6 h", "for": "900 d"}
    history = [
        use
        | {
            "amount": {"median": "200 mg", "cv": 0.5, "draw": "use"},
            "last": {"median": "10 h before start", "cv": 0.3, "draw": "use"},
        }
    ]
    film = {
        "product": "buprenorphine_naloxone_film",
        "amount": "8 mg",
        "at": "day 2 09:00",
        "every": "1 d",
        "count": 4,
    }
    days = "day 1 to day 5"
    observed = [
        seen("value", "cows", at=days),
        seen("value", "cows", at=days, within="max"),
        seen("percent_at_or_above", "cows", at="day 2 to day 4", threshold=5),
        seen("peak_day", "cows", at=days, across="day_of_mean_curve"),
        seen("return_day", "cows", at=days, threshold=0, across="median"),
        seen("mean", "cows", at=days, within_day="max"),
        seen("value", "cows", at=days, within="max", among={"rise": 3}, **{"from": "0 h"}),
    ]
    against = [
        seen("difference_from", "cows", at="day 4 10:00", arm="none", accept={"absolute": 40, "high": 0})
    ]
    raw = study(
        {"name": "none", "history": history, "observed": observed},
        {"name": "film", "history": history, "doses": [film], "observed": against},
        design="crossover",
        start="08:00",
    )
    result = rows(raw, library)
    mean, highest, share, peak, back, daily, risen, difference = (row.predicted for row in result)
    assert 0 < mean < daily <= highest <= risen <= 48
    assert 50 < share <= 100
    assert peak in (2, 3, 4)
    assert back == 6  # nobody is at 0 by day 5
    assert difference < -1
    assert result[-1].passed


def test_same_seed_same_result(testanol: Library) -> None:
    raw = study(arm(dose({"median": "14 mg", "cv": 0.4}), observed=[seen("Cmax")]))
    assert rows(raw, testanol) == rows(raw, testanol)
