from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from ebbtide.library import Library
from ebbtide.physiology.liver import STATES, Liver, LiverNumbers, build_liver
from ebbtide.physiology.part import Moment
from ebbtide.population import BETWEEN_PERSON, draw_numbers

STEPS_A_DAY = 8
STEP_H = 24.0 / STEPS_A_DAY
LONGEST = 420
ALKALOID = "mitragynine"
PEOPLE = 40


@pytest.fixture(scope="module")
def liver(library: Library) -> Liver:
    return build_liver(library, ["caffeine", ALKALOID])


@pytest.fixture(scope="module")
def susceptible(liver: Liver, typical: Mapping[str, np.ndarray]) -> LiverNumbers:
    return liver.prepare(dict(typical) | {"liver.kratom.susceptible": np.ones(1)})


@pytest.fixture(scope="module")
def crowd(liver: Liver, library: Library) -> LiverNumbers:
    drawn = draw_numbers(library, [], PEOPLE, 5, BETWEEN_PERSON)
    return liver.prepare(drawn | {"liver.kratom.susceptible": np.ones(PEOPLE)})


def change(liver: Liver, own: Any, now: Moment, numbers: LiverNumbers) -> Any:
    """Per hour."""
    return liver.rates(numbers) * (liver.target(own, now, numbers) - own)


def at(concentration: np.ndarray | jax.Array) -> Moment:
    """A moment of which the liver reads the concentrations alone."""
    return cast("Moment", SimpleNamespace(concentration={ALKALOID: concentration}))


@partial(jax.jit, static_argnames="liver")
def integrated(liver: Liver, numbers: LiverNumbers, by_day: jax.Array) -> jax.Array:
    """Runge-Kutta steps; states at the beginning of each day."""

    def step(own: jax.Array, now: Moment) -> jax.Array:
        k1 = change(liver, own, now, numbers)
        k2 = change(liver, own + 0.5 * STEP_H * k1, now, numbers)
        k3 = change(liver, own + 0.5 * STEP_H * k2, now, numbers)
        k4 = change(liver, own + STEP_H * k3, now, numbers)
        return own + STEP_H / 6 * (k1 + 2 * k2 + 2 * k3 + k4)

    def day(own: jax.Array, nm: jax.Array) -> tuple[jax.Array, jax.Array]:
        now = at(jnp.full(own.shape[1], nm))
        return jax.lax.fori_loop(0, STEPS_A_DAY, lambda _, y: step(y, now), own), own

    return jax.lax.scan(day, jnp.zeros((len(STATES), len(numbers.alt))), by_day)[1]


def course(
    liver: Liver, numbers: LiverNumbers, concentration: Callable[[int], float], days: int
) -> np.ndarray:
    """States ``(days, states, people)`` at the beginning of each day, with the concentration of each."""
    by_day = jnp.asarray([concentration(day) for day in range(LONGEST)])
    return np.asarray(integrated(liver, numbers, by_day))[: days + 1]


def seen(liver: Liver, own: np.ndarray, numbers: LiverNumbers) -> dict[str, np.ndarray]:
    values = liver.observe(own, at(np.zeros(0)), {}, numbers)
    return dict(zip(liver.quantities, map(np.asarray, values), strict=True))


def test_a_body_without_a_compound_that_injures_has_no_states(
    library: Library, typical: Mapping[str, np.ndarray]
) -> None:
    part = build_liver(library, ["methadone", "buprenorphine", "naltrexone"])
    numbers = part.prepare(typical)
    nothing = np.zeros((0, 1))
    assert part.states == ()
    assert part.rates(numbers).shape == (0, 1)
    assert seen(part, nothing, numbers)["liver.alt"] == typical["liver.alt.baseline"]
    assert part.hepatic_function(nothing, numbers) == 1.0


def test_at_rest_everything_is_the_baseline_and_stays(
    liver: Liver, crowd: LiverNumbers, library: Library
) -> None:
    days = course(liver, crowd, lambda day: 0.0, 30)
    assert np.all(days == 0)
    shown = seen(liver, days[-1], crowd)
    for name in ("alt", "ast", "alp", "bilirubin"):
        assert shown[f"liver.{name}"] == pytest.approx(getattr(crowd, name), rel=1e-6)
    assert np.all(liver.hepatic_function(days[-1], crowd) == 1.0)


def test_who_is_not_susceptible_is_not_injured(liver: Liver, typical: Mapping[str, np.ndarray]) -> None:
    numbers = liver.prepare(typical)  # the typical person is not
    assert np.all(course(liver, numbers, lambda day: 1000.0, 100) == 0)


@pytest.mark.parametrize(("name", "row"), [("alt", 5), ("ast", 6), ("alp", 7), ("bilirubin", 8)])
def test_what_was_released_falls_by_half_in_its_half_life(
    liver: Liver, susceptible: LiverNumbers, typical: Mapping[str, np.ndarray], name: str, row: int
) -> None:
    released = np.zeros((len(STATES), 1))
    released[row] = 1.0
    half_life = typical[f"liver.{name}.half_life"][0]
    run = solve_ivp(
        lambda t, y: np.asarray(change(liver, y[:, None], at(np.zeros(1)), susceptible))[:, 0],
        (0, half_life),
        released[:, 0],
        rtol=1e-9,
    )
    assert run.y[row, -1] == pytest.approx(0.5, rel=1e-6)


def test_more_exposure_never_injures_less_nor_later(liver: Liver, crowd: LiverNumbers) -> None:
    low, middle, high = (course(liver, crowd, lambda day, c=c: c, 40) for c in (5.0, 30.0, 300.0))
    assert np.all(middle - low > -1e-6)
    assert np.all(high - middle > -1e-6)
    assert np.all((high >= -1e-9) & (high <= 1 + 1e-6))


def test_constant_use_settles(liver: Liver, susceptible: LiverNumbers) -> None:
    days = course(liver, susceptible, lambda day: 100.0, 400)
    assert days[-1] == pytest.approx(days[-2], abs=1e-6)
    exposure = 100.0 / (100.0 + susceptible.half_exposure[0])
    assert days[-1, 2] == pytest.approx(exposure, rel=1e-4)
    relative = (exposure / susceptible.threshold) ** susceptible.steepness
    assert days[-1, 3] == pytest.approx(relative / (1 + relative), rel=1e-3)


def test_injury_comes_after_weeks_and_goes_after_the_end_of_use(
    liver: Liver, susceptible: LiverNumbers
) -> None:
    """Schimmel2020: symptoms after 20.6 (2-49) days."""
    days = course(liver, susceptible, lambda day: 72.0 if day < 23 else 0.0, 200)
    shown = [seen(liver, own, susceptible) for own in days]
    jaundiced = [day for day, values in enumerate(shown) if values["liver.bilirubin"][0] >= 2.5]
    assert 14 <= jaundiced[0] <= 27
    alt = np.array([values["liver.alt"][0] for values in shown])
    assert 3 * 40 < alt.max() < 600
    assert alt[-1] == pytest.approx(susceptible.alt[0], rel=0.02)
    function = np.array([liver.hepatic_function(own, susceptible)[0] for own in days])
    assert function[0] == 1.0
    assert 0.3 < function.min() < 0.95
    assert function[-1] == pytest.approx(1.0, abs=0.01)


def test_bilirubin_has_a_ceiling_from_the_kidney(liver: Liver, susceptible: LiverNumbers) -> None:
    full = np.ones((len(STATES), 1))
    blocked = susceptible._replace(clearance_loss=np.array([1e6]))
    kidney = susceptible.kidney_share
    ceiling = susceptible.bilirubin * (1 + kidney) / kidney
    assert seen(liver, full, blocked)["liver.bilirubin"] == pytest.approx(ceiling, rel=1e-3)
    assert 35 < ceiling[0] < 70


def test_rates_are_the_diagonal_of_the_change(liver: Liver, susceptible: LiverNumbers) -> None:
    own = np.full((len(STATES), 1), 0.3)
    now = at(np.full(1, 50.0))
    base = np.asarray(change(liver, own, now, susceptible))
    for row, rate in enumerate(np.asarray(liver.rates(susceptible))[:, 0]):
        moved = own.copy()
        moved[row] += 1e-3
        slope = (np.asarray(change(liver, moved, now, susceptible)) - base)[row, 0] / 1e-3
        assert slope == pytest.approx(-rate, rel=1e-4)


def test_what_can_injure_is_a_compound_with_a_susceptibility(library: Library) -> None:
    table = library.physiology["liver"]
    for name, entry in table["injury"].items():
        assert name in library.compounds
        assert table[entry["susceptibility"]]["susceptible"].shape == "bernoulli"
