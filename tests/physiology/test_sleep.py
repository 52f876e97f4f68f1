from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.library import Library, load_library
from ebbtide.physiology.sleep import Sleep
from ebbtide.population import TYPICAL, draw_numbers

from .moments import at_rest, levels, symptoms

SLEEP = Sleep()
SHARE = st.floats(0, 1)
TYPICAL_NUMBERS = draw_numbers(load_library(), [], 1, 1, TYPICAL)


def night(
    lasting_use: float = 0.0,
    activation: float = 0.0,
    sedation: float = 0.0,
    numbers: Mapping[str, np.ndarray] = TYPICAL_NUMBERS,
    **changes: object,
) -> tuple[float, float]:
    """Hours of sleep and minutes to fall asleep."""
    seen = {"activation": np.array([activation]), "sedation": np.array([sedation])}
    own = np.array([[lasting_use]])
    total, latency = SLEEP.observe(own, at_rest(**changes), seen, SLEEP.prepare(numbers))
    return float(total[0]), float(latency[0])


def with_insomnia(library: Library) -> dict[str, np.ndarray]:
    """Numbers of a typical person with insomnia disorder."""
    factors = library.physiology["conditions"]["insomnia"]
    return {
        name: values * factors[name].value if name in factors else values
        for name, values in TYPICAL_NUMBERS.items()
    }


def test_an_adult_without_drugs_sleeps_seven_hours_and_falls_asleep_in_a_quarter_of_an_hour() -> None:
    total, latency = night()
    assert 6.8 < total < 7.5
    assert 10 < latency < 20


def test_melatonin_takes_minutes_off_the_latency_more_in_insomnia(library: Library) -> None:
    given = levels(melatonin=0.85)
    ill = with_insomnia(library)
    (total, latency), (total_with, latency_with) = night(numbers=ill), night(numbers=ill, level=given)
    assert 4.4 < latency - latency_with < 9.8  # Ferracioli-Oda 2013, 95 % interval
    assert 1.7 < 60 * (total_with - total) < 14.8
    good, good_with = night(), night(level=given)
    assert 1 < good[1] - good_with[1] < 4
    assert 0 < 60 * (good_with[0] - good[0]) < 60 * (total_with - total)


def test_withdrawal_costs_hours_and_lasting_use_outlasts_it() -> None:
    worst = night(lasting_use=0.65, symptom=symptoms(insomnia=0.8, restlessness=0.6))
    assert 3 < worst[0] < 5
    assert worst[1] > 60
    later = night(lasting_use=0.25, symptom=symptoms(insomnia=0.1))
    assert worst[0] < later[0] < night()[0]


def test_methadone_patients_sleep_between_five_and_six_hours() -> None:
    assert 5 < night(lasting_use=0.75)[0] < 6


@given(SHARE, SHARE, SHARE, SHARE, SHARE)
def test_every_cause_has_its_direction(a: float, b: float, c: float, d: float, e: float) -> None:
    base = night(a, b, c, symptom=symptoms(insomnia=d, restlessness=e))
    assert 0 < base[0] < 8
    assert base[1] > 0
    more = night(min(a + 0.1, 1), b, c, symptom=symptoms(insomnia=min(d + 0.1, 1), restlessness=e))
    assert more[0] <= base[0]
    assert more[1] >= base[1]
    calmed = night(a, b, min(c + 0.1, 1), symptom=symptoms(insomnia=d, restlessness=e))
    assert calmed[0] >= base[0]
    assert calmed[1] <= base[1]


def test_therapy_of_sleep_helps_and_supports_without_a_number_for_sleep_do_not() -> None:
    usual = night()
    treated = night(support={"sleep_therapy": np.ones(1)})
    assert treated[1] < usual[1]
    assert treated[0] > usual[0]
    assert night(support={"sleep_therapy": np.zeros(1)}) == pytest.approx(usual)
    assert night(support={"counselling": np.ones(1), "yoga": np.ones(1)}) == pytest.approx(usual)


def test_lasting_use_follows_the_signal_with_its_half_life() -> None:
    numbers = SLEEP.prepare(TYPICAL_NUMBERS)
    rate = float(SLEEP.rates(numbers)[0, 0])
    assert rate == pytest.approx(np.log(2) / (21 * 24))
    target = SLEEP.target(np.array([[0.2]]), at_rest(signal=np.array([0.9])), numbers)
    assert float(target[0, 0]) == pytest.approx(0.9)
