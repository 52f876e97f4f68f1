import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.case.vocabulary import SUPPORTS
from ebbtide.library import Library, load_library, numbers_of
from ebbtide.physiology.receptor import Binding
from ebbtide.physiology.staying import Staying
from ebbtide.population import BETWEEN_PERSON, TYPICAL, draw_numbers

from .moments import at_rest

STAYING = Staying()
LIBRARY = load_library()
NUMBERS = STAYING.prepare(draw_numbers(LIBRARY, [], 1, 1, TYPICAL))
OUTCOMES = {"return_to_use", "leave_programme", "sleep_latency", "sleep_total"}


def hazards(
    craving: float = 0.0,
    cows: float = 0.0,
    sleep: float = 7.5,
    occupied: float = 0.0,
    stimulus: float = 0.0,
    signal: float = 0.0,
    **supports: float,
) -> np.ndarray:
    """Return to use and leaving, per day."""
    now = at_rest(
        binding=Binding(np.ones(1), np.zeros((0, 1)), np.array([occupied])),
        stimulus=np.array([stimulus]),
        signal=np.array([signal]),
        support={name: np.array([value]) for name, value in supports.items()},
    )
    seen = {"craving": np.array([craving]), "cows": np.array([cows]), "sleep.total": np.array([sleep])}
    return np.array([float(h[0]) for h in STAYING.observe(np.zeros((0, 1)), now, seen, NUMBERS)])


def test_a_typical_person_at_rest_has_the_baseline_per_day() -> None:
    table = LIBRARY.physiology["staying"]
    expected = [table[event]["baseline"].to("1/d") for event in ("return_to_use", "leave_programme")]
    assert hazards() == pytest.approx(expected)


@given(st.floats(0, 90), st.floats(0, 40), st.floats(2, 7))
def test_craving_withdrawal_and_lost_sleep_raise_both_hazards(c: float, w: float, s: float) -> None:
    before = hazards(c, w, s)
    for after in (hazards(c + 10, w, s), hazards(c, w + 8, s), hazards(c, w, s - 1)):
        assert (after > before).all()


def test_sleep_beyond_need_changes_nothing() -> None:
    assert hazards(sleep=9.0) == pytest.approx(hazards(sleep=7.5))


def test_a_higher_dose_holds_better_and_an_antagonist_blocks() -> None:
    low = hazards(occupied=0.36, stimulus=0.04, signal=0.33)
    high = hazards(occupied=0.79, stimulus=0.09, signal=0.53)
    assert (high < low).all()
    assert (low < hazards()).all()
    blocked = hazards(occupied=0.95)
    assert blocked[0] < 0.4 * hazards()[0]
    assert blocked[1] < hazards()[1]


def test_full_withdrawal_is_a_hazard_of_days_not_of_minutes() -> None:
    back, leave = hazards(craving=60, cows=24, sleep=4.5)
    assert 0.1 < leave < 1
    assert back < 5


def test_a_support_does_what_is_listed_and_nothing_else() -> None:
    housed = hazards(supervised_housing=1.0) / hazards()
    listed = LIBRARY.physiology["supports"]["supervised_housing"]
    assert housed == pytest.approx([np.exp(listed["return_to_use"].value), 1.0])
    assert hazards(supervised_housing=0.0) == pytest.approx(hazards())
    assert hazards(sleep_therapy=1.0, acupuncture=1.0) == pytest.approx(hazards())


def test_supports_of_the_library_are_words_of_a_case_with_known_outcomes(library: Library) -> None:
    table = library.physiology["supports"]
    assert set(table) <= set(SUPPORTS)
    for name, outcomes in table.items():
        assert set(outcomes) <= OUTCOMES, name
        for path, number in numbers_of(outcomes):
            assert number.shape == "normal", f"{name}.{path}"
            assert number.value != 0, "a normal number of 0 has no uncertainty"
            assert number.uncertainty_cv > 0


def test_frailty_flattens_the_curve_of_a_group() -> None:
    people = 4000
    numbers = STAYING.prepare(draw_numbers(LIBRARY, [], people, 1, BETWEEN_PERSON))
    seen = {"craving": np.zeros(people), "cows": np.zeros(people), "sleep.total": np.full(people, 7.5)}
    daily = np.asarray(STAYING.observe(np.zeros((0, people)), at_rest(people), seen, numbers)[0])
    days = np.array([0, 7, 30, 180, 720])
    free = np.exp(-np.outer(days, daily)).mean(axis=1)
    rate = -np.diff(np.log(free)) / np.diff(days)
    assert (np.diff(rate) < 0).all()
    assert rate[0] > 5 * rate[-1]


def test_the_same_frailty_raises_both_hazards() -> None:
    numbers = STAYING.prepare(draw_numbers(LIBRARY, [], 4000, 1, BETWEEN_PERSON))
    back, leave = (np.log(h.level) for h in numbers.hazards)
    assert 0.4 < np.corrcoef(back, leave)[0, 1] < 0.9
