from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ebbtide.engine.crowd import percentiles
from ebbtide.engine.simulate import simulate
from ebbtide.library import InputError, Library

from .conftest import FILM, HEROIN


def test_the_same_seed_gives_the_same_people_and_more_people_keep_the_first(
    make_case: Callable[..., Any], library: Library
) -> None:
    case = make_case(history=[HEROIN], duration="2 d")
    few = simulate(case, library, people=3, seed=7).arms[0].people["cows"].values
    again = simulate(case, library, people=3, seed=7).arms[0].people["cows"].values
    more = simulate(case, library, people=9, seed=7).arms[0].people["cows"].values
    other = simulate(case, library, people=3, seed=8).arms[0].people["cows"].values
    np.testing.assert_array_equal(few, again)
    np.testing.assert_array_equal(few, more[:, :3])
    assert not np.allclose(few, other)


def test_an_alternative_adds_to_the_doses_of_the_case(
    make_case: Callable[..., Any], library: Library
) -> None:
    daily = {"product": FILM, "amount": "8 mg", "at": "12 h", "every": "24 h"}
    more = {"product": FILM, "amount": "8 mg", "at": "18 h"}
    case = make_case(history=[HEROIN], doses=[daily], alternatives={"more": [more]}, duration="3 d")
    written, added = simulate(case, library).arms
    before = written.people["time_h"].values < 18
    np.testing.assert_allclose(
        written.people["cows"].values[before], added.people["cows"].values[before], atol=1e-3
    )
    late = written.people["time_h"].values > 20
    assert np.all(
        added.people["plasma.buprenorphine"].values[late]
        > written.people["plasma.buprenorphine"].values[late]
    )


def test_bands_are_percentiles_and_uncertainty_widens_them(
    make_case: Callable[..., Any], library: Library
) -> None:
    bands = simulate(make_case(history=[HEROIN], duration="3 d"), library, people=60).arms[0].bands["cows"]
    width = (bands.sel(percentile=95) - bands.sel(percentile=5)).sel(time_h=slice(24, 72)).mean("time_h")
    assert float(width.sel(basis="with_parameter_uncertainty")) > float(width.sel(basis="between_person"))
    values = np.random.default_rng(1).normal(size=(4, 101))
    np.testing.assert_allclose(percentiles(values), np.percentile(values, [5, 25, 50, 75, 95], axis=-1))


def test_nothing_to_simulate_is_said(make_case: Callable[..., Any], library: Library) -> None:
    with pytest.raises(InputError, match="nothing to simulate"):
        simulate(make_case(), library)


def test_the_error_of_the_mesh_is_reported_and_below_the_tolerance(
    make_case: Callable[..., Any], library: Library
) -> None:
    run = simulate(make_case(history=[HEROIN], duration="5 d"), library, tolerance=1e-4)
    assert 0 < run.mesh_error.error_of_range <= 1e-4
    tight = simulate(make_case(history=[HEROIN], duration="5 d"), library, tolerance=5e-7)
    assert tight.mesh_error.mesh != run.mesh_error.mesh
    assert tight.mesh_error.error_of_range <= 5e-7


def test_single_precision_is_left_where_it_is_not_precise_enough(
    make_case: Callable[..., Any], library: Library
) -> None:
    case = make_case(history=[HEROIN], duration="2 d")
    usual = simulate(case, library, people=3, tolerance=1e-4)
    tight = simulate(case, library, people=3, tolerance=1e-6)
    assert (usual.precision, tight.precision) == ("float32", "float64")
    assert usual.mesh_error.people == 3  # told from people of the crowd, who differ, not from the typical one
    assert tight.mesh_error.error_of_range <= 1e-6
