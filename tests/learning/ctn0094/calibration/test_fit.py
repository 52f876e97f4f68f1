"""The steps of the fit: they only improve it, and people who are kept apart stay so."""

import jax.numpy as jnp
import numpy as np
import pytest

from ebbtide.learning.ctn0094.calibration.courses import Courses
from ebbtide.learning.ctn0094.calibration.fit import (
    SETTLED,
    fit,
    fitted_people,
    followed,
    kept_apart,
    negative_log_posterior,
    rated,
    with_courses,
)
from ebbtide.learning.ctn0094.calibration.priors import settings
from ebbtide.learning.ctn0094.calibration.reporting import nodes
from ebbtide.learning.ctn0094.calibration.shifts import NAMES
from ebbtide.learning.ctn0094.tables import shipped_tables
from ebbtide.library import load_library

PEOPLE, EARLY = 32, 8
"""People and days of a short fit."""


def test_nobody_who_is_kept_apart_is_fitted_and_they_are_a_fifth() -> None:
    tables = shipped_tables()
    apart = kept_apart(tables)
    people = tables["withdrawal"].dropna(subset=["who", "when", "withdrawal"])["who"].nunique()
    assert not np.isin(fitted_people(tables), apart).any()
    # a hash is a throw of the dice: four standard deviations of a binomial
    assert len(apart) / people == pytest.approx(0.2, abs=4 * np.sqrt(0.16 / people))


def test_who_is_kept_apart_does_not_depend_on_who_else_there_is() -> None:
    tables = shipped_tables()
    half = tables.of(tables.who[::2])
    assert np.array_equal(kept_apart(half), np.intersect1d(kept_apart(tables), half.who))


def test_slopes_that_follow_a_step_are_those_of_the_secant() -> None:
    """Broyden's condition; directions across the step keep their slope."""
    draw = np.random.default_rng(1)
    rows = rated(shipped_tables()).head(6)
    before = with_courses(rows, Courses(draw.normal(size=(6, 2)), draw.normal(size=(6, 2, len(NAMES)))))
    seen = Courses(draw.normal(size=(6, 2)), draw.normal(size=(6, 2, 2)))
    step, across = draw.normal(size=(2, len(NAMES)))
    after = followed(before, rows, seen, step)
    assert after.slope @ step == pytest.approx(after.log_odds - before.log_odds)
    across -= step * (across @ step) / (step @ step)
    assert after.slope @ across == pytest.approx(before.slope @ across)


def test_a_step_that_is_taken_improves_the_true_posterior() -> None:
    """What it says of its end is found again from courses that are computed anew there."""
    tables, weight = shipped_tables(), settings()["use"]["weight"].value
    tables = tables.of(fitted_people(tables)[:PEOPLE])
    rows = rated(tables)
    found = fit(tables, load_library(), rows=rows[rows["when"] <= EARLY].reset_index(drop=True), most=1)
    here = found.priors.shifts(jnp.asarray(found.standard))
    again = negative_log_posterior(
        jnp.asarray(found.standard), here, found.ratings, found.priors, nodes(), weight
    )
    begun, ended = found.objective
    assert ended < begun - SETTLED
    assert float(again) == pytest.approx(ended, abs=1e-6)
