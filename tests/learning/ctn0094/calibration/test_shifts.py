"""Shifts move prepared numbers exactly as changed library values would."""

import jax.numpy as jnp
import numpy as np
import pytest

from ebbtide.learning.ctn0094.assumed import assumptions
from ebbtide.learning.ctn0094.calibration.shifts import (
    NAMES,
    library_shares,
    moved,
    of_numbers,
    prior_sd,
    shifted,
)
from ebbtide.learning.ctn0094.setup import set_up
from ebbtide.library import load_library
from ebbtide.physiology.body import Body
from ebbtide.population import TYPICAL, draw_numbers
from ebbtide.population.draw import internal_value

ONE_BY_ONE = [name for name in NAMES if not name.startswith("symptoms.")]


@pytest.fixture(scope="module")
def body() -> Body:
    return set_up(load_library(), assumptions().ways, parts=()).composition.body.body


@pytest.mark.parametrize("name", NAMES)
def test_a_shift_is_a_changed_number_of_the_library(name: str, body: Body) -> None:
    library = load_library()
    drawn = draw_numbers(library, body.ligands, 1, 1, TYPICAL)
    shifts = np.where(np.array(NAMES) == name, 0.3, 0.0)
    found = shifted(body.prepare(drawn), jnp.asarray(shifts), library_shares(library))
    for path, parameter in _paths(name, body):
        factor = moved(parameter, 0.3) / parameter.value
        drawn[path] = drawn[path] * factor
    expected = body.prepare(drawn)
    for part in ("adaptation", "withdrawal"):
        for own, other in zip(getattr(found, part), getattr(expected, part), strict=True):
            assert np.asarray(own) == pytest.approx(np.asarray(other), rel=1e-12)


def _paths(name: str, body: Body) -> list[tuple[str, object]]:
    parameters = of_numbers(load_library())[name]
    if name in ONE_BY_ONE:
        return [(name, parameters[0])]
    what = name.removeprefix("symptoms.")
    return list(zip([f"{follower}.{what}" for follower in body.followers], parameters, strict=True))


def test_priors_are_as_wide_as_the_library_says() -> None:
    library = load_library()
    half_life = of_numbers(library)["adaptation.fast.half_life"][0]
    width = prior_sd(library)[NAMES.index("adaptation.fast.half_life")]
    # a lognormal number with this coefficient of variation
    assert np.sqrt(np.expm1(width**2)) == pytest.approx(half_life.uncertainty_cv)
    assert internal_value(half_life) > 0
