"""The personal tendency against brute force, and that it never looks at the same day or later."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebbtide.learning.ctn0094.ratings.odds import from_thresholds, thresholds_of
from ebbtide.learning.ctn0094.ratings.tendency import TendencyNumbers, given_earlier

NUMBERS = TendencyNumbers(1.2, 1.5, 20.0, 1.5, 0.5, 0.9)


def random_rows(seed: int, rows: int = 40, people: int = 6) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    return {
        "unconditional": random.dirichlet(np.ones(4), rows),
        "ratings": random.integers(0, 4, rows).astype(float),
        "who": random.integers(1, people, rows),
        "day": random.integers(0, 30, rows).astype(float),
        "before_treatment": random.random(rows) < 0.3,
    }


def test_agrees_with_many_simulated_people() -> None:
    """Bayes' rule by weighting 400,000 draws of both parts at three days."""
    random = np.random.default_rng(7)
    day = np.array([0.0, 5.0, 40.0])
    start = np.array([[0.5, 0.2, 0.2, 0.1], [0.3, 0.4, 0.2, 0.1], [0.6, 0.2, 0.1, 0.1]])
    seen = np.array([2.0, 3.0, np.nan])
    before = np.array([True, False, False])
    draws = 400_000
    stays = random.standard_normal(draws)
    forgets = [random.standard_normal(draws)]
    for gap in np.diff(day):
        kept = np.exp(-gap / NUMBERS.memory_days)
        forgets.append(kept * forgets[-1] + np.sqrt(1 - kept**2) * random.standard_normal(draws))
    weight, expected = np.ones(draws), []
    cuts = NUMBERS.sharpening * thresholds_of(start)
    for place in range(3):
        a = NUMBERS.staying * (NUMBERS.staying_before if before[place] else 1.0)
        b = NUMBERS.forgetting * (NUMBERS.forgetting_before if before[place] else 1.0)
        levels = from_thresholds(cuts[place][None], a * stays + b * forgets[place])
        expected.append(weight @ levels / weight.sum())
        if not np.isnan(seen[place]):
            weight = weight * levels[:, int(seen[place])]
    found = given_earlier(start, seen, np.ones(3, dtype=int), day, before, NUMBERS, grid=41)
    np.testing.assert_array_equal(found[0], start[0])
    np.testing.assert_allclose(found[1:], expected[1:], atol=0.01)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_same_day_and_later_ones_change_nothing(seed: int) -> None:
    rows = random_rows(seed)
    place = seed % len(rows["who"])
    later = (rows["who"] == rows["who"][place]) & (rows["day"] >= rows["day"][place])
    others = rows["who"] != rows["who"][place]
    changed = rows | {"ratings": np.where(later | others, 3.0 - rows["ratings"], rows["ratings"])}
    first, second = given_earlier(**rows, numbers=NUMBERS), given_earlier(**changed, numbers=NUMBERS)
    np.testing.assert_array_equal(first[place], second[place])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_probabilities_whatever_the_order_of_rows(seed: int) -> None:
    rows = random_rows(seed)
    found = given_earlier(**rows, numbers=NUMBERS)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert (found >= 0).all()
    order = np.random.default_rng(seed).permutation(len(rows["who"]))
    shuffled = given_earlier(**{k: v[order] for k, v in rows.items()}, numbers=NUMBERS)
    np.testing.assert_allclose(shuffled, found[order], atol=1e-12)


@pytest.mark.parametrize("level", [0, 3])
def test_who_rated_high_is_expected_to_rate_high(level: int) -> None:
    start = np.full((2, 4), 0.25)
    found = given_earlier(
        start,
        np.array([level, np.nan]),
        np.ones(2, dtype=int),
        np.array([1.0, 2.0]),
        np.zeros(2, bool),
        NUMBERS,
    )
    assert found[1].argmax() == level
