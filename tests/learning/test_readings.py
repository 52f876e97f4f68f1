from pathlib import Path

import pytest

from ebbtide.case import parse_case, read_case
from ebbtide.learning.readings import Record, read_record
from ebbtide.library import load_library

LIBRARY = load_library()
EXAMPLES = Path(__file__).parents[2] / "examples"
COMPUTED = (
    *("cows", "sows", "sows_gossop", "craving", "sleep.total", "pain", "pupil", "qtc_change", "sedation"),
    *("liver.alt", "liver.bilirubin", "serum.magnesium", "plasma.methadone", "symptom.nausea"),
)


def record_of(*observations: dict[str, object]) -> Record:
    raw = {
        "case": {"id": "test", "start": "2026-03-02T08:00:00+01:00", "duration": "10 d"},
        "observations": [{"at": "day 3 08:00", **o} for o in observations],
    }
    return read_record(parse_case(raw, LIBRARY, "test.toml"), LIBRARY, COMPUTED)


@pytest.mark.parametrize(
    ("observation", "low", "high", "noise"),
    [
        ({"scale": "COWS", "total": 13}, 12.5, 13.5, "measurement.visit.cows"),
        ({"scale": "SOWS", "rating": 2}, 10.5, 20.5, "measurement.visit.sows"),
        ({"quantity": "craving", "value": 40}, 39.5, 40.5, "measurement.visit.craving"),
        ({"quantity": "pupil", "value": "4.5 mm"}, 4.5, 4.5, "measurement.visit.pupil"),
        ({"quantity": "symptom.nausea", "value": 0.4}, 0.4, 0.4, "observation.visit.symptom"),
        ({"lab": "ALT", "value": "41 U/L"}, 41, 41, "liver.measurement.alt"),
        ({"lab": "bilirubin", "value": "17.1 umol/L"}, 1.0, 1.0, "liver.measurement.bilirubin"),
        ({"lab": "magnesium", "value": "2.43 mg/dL"}, 1.0, 1.0, "measurement.relative.serum_magnesium"),
        ({"lab": "QTc", "value": "430 ms"}, 430, 430, "measurement.visit.qtc_change"),
        ({"lab": "plasma.methadone", "value": "100 ng/mL"}, 323.1, 323.1, "measurement.relative.plasma"),
    ],
)
def test_every_kind_becomes_a_reading(
    observation: dict[str, object], low: float, high: float, noise: str
) -> None:
    [reading] = record_of(observation).readings
    assert (reading.low, reading.high) == pytest.approx((low, high), rel=2e-3)
    assert [n.number for n in reading.noise] == [noise]
    assert reading.weighed
    assert reading.headline


@pytest.mark.parametrize(
    ("observation", "reason"),
    [
        ({"vital": "heart_rate", "value": "72 /min"}, "does not compute this vital sign"),
        ({"sign": "clonus"}, "does not compute this sign"),
        ({"scale": "PHQ-9", "total": 9}, "does not compute this scale"),
        ({"lab": "potassium", "value": "4.1 mmol/L"}, "does not compute it"),
        ({"lab": "plasma.fentanyl", "value": "3 nM"}, "nothing in the case gives this compound"),
        ({"scale": "COWS", "total": 9, "at": "-5 h"}, "before the start"),
        ({"quantity": "sleep.total", "value": "6 h", "at": "day 1 09:00"}, "the night that it tells of"),
    ],
)
def test_what_cannot_be_used_is_kept_with_its_reason(observation: dict[str, object], reason: str) -> None:
    record = record_of(observation)
    assert not record.readings
    assert reason in record.unused[0].reason


def test_sleep_is_read_at_bedtime_before_it_is_told() -> None:
    [reading] = record_of({"quantity": "sleep.total", "value": "6 h"}).readings
    assert (reading.seen_h, reading.time_h) == (48.0, 38.0)  # told at 08:00, bedtime 22:00


def test_items_are_weighed_and_their_total_is_forecast_without_counting_twice() -> None:
    every = {item.key: 0 for item in LIBRARY.scale("COWS").items}
    record = record_of({"scale": "COWS", "items": every | {"pulse": 2, "gooseflesh": 3}})
    total = [r for r in record.readings if r.headline]
    items = {r.title: r for r in record.readings if not r.headline}
    assert [(r.title, r.low, r.weighed) for r in total] == [("COWS", 4.5, False)]
    assert len(items) == len(every)
    assert all(r.weighed for r in items.values())
    # scores are 0, 1, 2, 4 and 0, 3, 5: a 2 stands for 1.5 to 3, a 3 for 1.5 to 4
    assert (items["COWS pulse"].low, items["COWS pulse"].high) == (1.5, 3.0)
    assert (items["COWS gooseflesh"].low, items["COWS gooseflesh"].high) == (1.5, 4.0)
    # items with independent noise in proportion to their scores make the noise of the total
    factors = [r.noise[0].factor for r in items.values()]
    assert sum(f**2 for f in factors) == pytest.approx(1.0)


def test_what_was_observed_at_one_time_is_one_visit() -> None:
    cows, later = {"scale": "COWS", "total": 9}, {"quantity": "pain", "value": 3, "at": "day 3 08:10"}
    assert record_of(later, {"quantity": "craving", "value": 30}, cows).visits == ((0, 1), (2,))


def test_the_examples_with_a_record_can_be_followed() -> None:
    for name, count in (("ctn0094_person_756", 7), ("methadone_followed", 30)):
        case = read_case(EXAMPLES / f"{name}.toml", LIBRARY)
        record = read_record(case, LIBRARY, COMPUTED)
        assert (len(record.readings), record.unused) == (count, ())
