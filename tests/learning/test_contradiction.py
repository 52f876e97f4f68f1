from dataclasses import replace

import numpy as np
import pytest

from ebbtide.case import Case, parse_case
from ebbtide.learning.contradiction import contradictions
from ebbtide.learning.past import PastForecast
from ebbtide.learning.readings import Noise, Reading
from ebbtide.library import load_library
from ebbtide.safety import record_findings
from ebbtide.safety.record_rules import Contradiction

from ..safety.test_forecast_rules import check

LIBRARY = load_library()
LIMIT = LIBRARY.safety["record"]["contradiction"]["chance"].value


def forecasts(domain: str, places: list[float]) -> list[PastForecast]:
    """Readings that fell at these places of their forecasts."""
    reading = Reading(
        place=0, seen_h=0.0, time_h=0.0, title=domain, quantity=domain, parts=((domain, 1.0),),
        noise=(Noise("n"),), low=1.0, high=1.0, unit="nM", domain=domain,
    )  # fmt: skip
    return [
        PastForecast(replace(reading, seen_h=24.0 * (i + 1), place=i), (10, 20, 30, 40, 50), p, p, 1 - p, 1.0)
        for i, p in enumerate(places)
    ]


def case_with(observations: list[dict[str, object]], doses: list[dict[str, object]] | None = None) -> Case:
    raw = {
        "case": {"id": "test", "start": "2026-03-02T08:00:00+01:00", "duration": "10 d"},
        "doses": doses or [{"product": "methadone_liquid", "amount": "30 mg", "at": "1 h"}],
        "observations": observations,
    }
    return parse_case(raw, LIBRARY, "test.toml")


def level(compound: str, value: str, hours: float) -> dict[str, object]:
    return {"at": f"{hours} h", "lab": f"plasma.{compound}", "value": value}


def test_honest_records_are_accused_no_more_often_than_said() -> None:
    generator = np.random.default_rng(1)
    chances = []
    for _ in range(400):
        places = generator.random(12).tolist()
        chances.append(min(r.chance for r in contradictions(forecasts("plasma.methadone", places))))
    assert np.mean(np.array(chances) < 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 400)
    assert min(chances) > LIMIT / 10


def test_a_run_that_each_alone_would_not_show_is_found_with_its_place_and_side() -> None:
    places = [0.4, 0.6, 0.004, 0.01, 0.004, 0.01, 0.5]
    found = [r for r in contradictions(forecasts("plasma.methadone", places)) if r.chance < LIMIT]
    assert [(r.domain, r.above) for r in found] == [("plasma.methadone", False)]
    assert [seen.place for seen in found[0].seen] == [2, 3, 4, 5]
    assert not [
        r for r in contradictions(forecasts("plasma.methadone", [0.4, 0.01, 0.6])) if r.chance < LIMIT
    ]


def test_what_does_not_depend_on_doses_contradicts_none() -> None:
    assert not contradictions(forecasts("sleep.total", [1e-9, 1e-9]))


@pytest.mark.parametrize(
    ("domain", "above", "id"),
    [
        ("plasma.methadone", False, "record.level_contradicts_doses"),
        ("plasma.methadone", True, "record.level_contradicts_doses"),
        ("withdrawal", True, "record.withdrawal_contradicts_doses"),
        ("withdrawal", False, "record.withdrawal_contradicts_doses"),
        ("pupil", True, "record.pupil_contradicts_doses"),
        ("pupil", False, "record.pupil_contradicts_doses"),
    ],
)
def test_a_contradiction_is_told_with_its_whole_basis(domain: str, above: bool, id: str) -> None:
    case = case_with([level("methadone", "5 nM", h) for h in (24, 48, 72)])
    places = [1 - 1e-4 if above else 1e-4] * 3
    [found] = record_findings(case, contradictions(forecasts(domain, places)), LIBRARY)
    check(found)
    assert found["id"] == id
    assert ("above" if above else "below") in found["message"]
    assert found["basis"]["inputs"]["observations"][0]["at"] == "2026-03-03T08:00+01:00"
    assert found["basis"]["inputs"]["doses_reported"] == ["30 mg Methadone liquid oral"]


def test_a_compound_that_no_dose_gives_is_told_and_a_metabolite_is_not() -> None:
    seen = [level("fentanyl", "4 nM", 24), level("methadone", "100 nM", 24)]
    [found] = record_findings(case_with(seen), (), LIBRARY)
    check(found)
    assert found["id"] == "record.compound_not_dosed"
    assert "fentanyl 4 nM" in found["message"]
    heroin = [{"product": "heroin_smoked", "amount": "50 mg", "at": "1 h"}]
    assert not record_findings(case_with([level("morphine", "50 nM", 2)], heroin), (), LIBRARY)
    assert not record_findings(case_with([level("fentanyl", "0.1 nM", 24)]), (), LIBRARY)


def test_a_chance_at_the_limit_is_not_told() -> None:
    run = Contradiction("pupil", True, LIMIT, contradictions(forecasts("pupil", [0.99]))[0].seen)
    assert not record_findings(case_with([level("methadone", "5 nM", 24)]), (run,), LIBRARY)
