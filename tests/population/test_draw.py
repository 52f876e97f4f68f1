from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ebbtide.library import Parameter, load_library, numbers_of
from ebbtide.population import (
    BETWEEN_PERSON,
    TYPICAL,
    WITH_UNCERTAINTY,
    draw_numbers,
    draw_parameter,
    draw_product_factors,
)
from ebbtide.population.draw import internal_value

MANY = 20_000
SAMPLING = 4.0 / np.sqrt(MANY)
"""Four standard errors of a mean in units of the spread."""


def parameter(value: float, shape: str = "lognormal", unit: str = "L", **cv: float) -> Parameter:
    raw = {"value": value, "unit": unit, "shape": shape, "source": "test", "basis": "assumption", **cv}
    return Parameter.model_validate(raw)


def same(few: Mapping[str, np.ndarray], more: Mapping[str, np.ndarray], count: int) -> None:
    for name, values in few.items():
        np.testing.assert_array_equal(values[:count], more[name][:count], err_msg=name)


@settings(max_examples=10)
@given(st.integers(1, 40), st.integers(0, 60), st.integers(0, 2**63 - 1))
def test_a_person_keeps_the_numbers_whoever_else_is_drawn(few: int, added: int, seed: int) -> None:
    library = load_library()
    small = draw_numbers(library, ["morphine"], few, seed, WITH_UNCERTAINTY)
    large = draw_numbers(library, ["naloxone", "morphine", "fentanyl"], few + added, seed, WITH_UNCERTAINTY)
    same(small, large, few)
    assert set(small) < set(large)


def test_another_seed_gives_other_people() -> None:
    library = load_library()
    one, other = (draw_numbers(library, ["morphine"], 5, seed, BETWEEN_PERSON) for seed in (1, 2))
    name = "morphine.disposition.clearance"
    assert not np.any(one[name] == other[name])


def test_the_typical_person_has_the_values_of_the_library() -> None:
    library = load_library()
    drawn = draw_numbers(library, ["buprenorphine"], 1, 1, TYPICAL)
    for path, number in numbers_of(library.compounds["buprenorphine"]):
        assert drawn[f"buprenorphine.{path}"][0] == pytest.approx(internal_value(number))
    assert drawn["adaptation.slow.half_life"][0] == pytest.approx(13.2 * 24)  # days become hours
    assert drawn["enzymes.renal.normal_egfr"][0] == pytest.approx(6.0)  # mL/min become L/h


def test_the_middle_of_many_is_the_typical_value() -> None:
    library = load_library()
    drawn = draw_numbers(library, ["morphine"], 4000, 3, WITH_UNCERTAINTY)
    typical = draw_numbers(library, ["morphine"], 1, 3, TYPICAL)
    entries = {**library.physiology, "morphine": library.compounds["morphine"]}
    for prefix, entry in entries.items():
        for path, number in numbers_of(entry):
            name = f"{prefix}.{path}"
            spread = np.hypot(number.between_cv, number.uncertainty_cv)
            middle = np.median(drawn[name])
            assert middle == pytest.approx(typical[name][0], rel=1e-9 + 6 * spread / np.sqrt(4000)), name


@pytest.mark.parametrize("cv", [0.1, 0.3, 0.8])
def test_lognormal_spread(cv: float) -> None:
    drawn = draw_parameter("volume", parameter(50, between_cv=cv), MANY, 1, BETWEEN_PERSON)
    sigma = np.sqrt(np.log1p(cv**2))
    assert np.std(np.log(drawn)) == pytest.approx(sigma, rel=SAMPLING)
    assert np.std(drawn) / np.mean(drawn) == pytest.approx(cv, rel=0.05)
    # the mean of a lognormal is its median times sqrt(1 + CV^2)
    assert np.mean(drawn) == pytest.approx(50 * np.sqrt(1 + cv**2), rel=SAMPLING * (cv + 0.1))


@pytest.mark.parametrize(("value", "cv"), [(0.53, 0.1), (0.05, 0.2), (0.95, 0.02)])
def test_logitnormal_spread(value: float, cv: float) -> None:
    share = parameter(value, "logitnormal", "dimensionless", between_cv=cv)
    drawn = draw_parameter("share", share, MANY, 1, BETWEEN_PERSON)
    assert drawn.min() > 0
    assert drawn.max() < 1
    assert np.median(drawn) == pytest.approx(value, rel=cv * SAMPLING * 2)
    assert np.std(drawn) / value == pytest.approx(cv, rel=0.1)  # to first order of the delta method


def test_normal_spread() -> None:
    drawn = draw_parameter(
        "slope", parameter(-0.15, "normal", "dimensionless", between_cv=0.3), MANY, 1, BETWEEN_PERSON
    )
    assert np.mean(drawn) == pytest.approx(-0.15, rel=0.3 * SAMPLING)
    assert np.std(drawn) == pytest.approx(0.045, rel=SAMPLING)


def test_how_people_differ_and_how_little_is_known_are_independent() -> None:
    number = parameter(10, between_cv=0.4, uncertainty_cv=0.6)
    between = np.log(draw_parameter("x", number, MANY, 1, BETWEEN_PERSON) / 10)
    both = np.log(draw_parameter("x", number, MANY, 1, WITH_UNCERTAINTY) / 10)
    uncertain = both - between
    assert np.std(uncertain) == pytest.approx(np.sqrt(np.log1p(0.36)), rel=SAMPLING)
    assert abs(np.corrcoef(between, uncertain)[0, 1]) < SAMPLING


def test_two_parameters_are_independent() -> None:
    number = parameter(10, between_cv=0.4)
    one, other = (np.log(draw_parameter(name, number, MANY, 1, BETWEEN_PERSON)) for name in ("a", "b"))
    assert abs(np.corrcoef(one, other)[0, 1]) < SAMPLING


def test_contents_of_a_product_vary_about_their_typical_value() -> None:
    tea = load_library().products["kratom_tea"]
    contents = {"tea": {c.compound: c.amount for c in tea.contents}}
    factors = draw_product_factors(contents, MANY, 1, BETWEEN_PERSON)[("tea", "mitragynine")]
    assert np.median(factors) == pytest.approx(1, rel=2 * SAMPLING)
    typical = draw_product_factors(contents, 1, 1, TYPICAL)
    assert all(factor[0] == pytest.approx(1) for factor in typical.values())
