"""Figures of days and body: what moves is drawn, what does not is named, and tables hold the numbers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ebbtide.engine.forecast import Forecast
from ebbtide.report.figures_body import (
    blood_group,
    breathing_group,
    daily_group,
    movement,
    sleep_figure,
    staying_figure,
    staying_words,
)
from ebbtide.report.scene import Scene

from .conftest import scene_of
from .synthetic import make_forecast


def with_values(forecast: Forecast, **values: np.ndarray) -> Scene:
    """The first arm alone, some of its quantities replaced (time x person)."""
    arm = forecast.arms[0]
    people, bands = arm.people.copy(deep=True), arm.bands.copy(deep=True)
    for name, new in values.items():
        quantity = name.replace("__", ".")
        people[quantity] = (("time_h", "person"), new, {"units": "U/L" if "liver" in quantity else "1"})
        rows = np.percentile(new, [5, 25, 50, 75, 95], axis=1)
        bands[quantity] = (("basis", "percentile", "time_h"), np.stack([rows] * bands.sizes["basis"]))
    return scene_of(replace(forecast, arms=(replace(arm, people=people, bands=bands),)))


def test_movement_is_within_people_and_not_between_them() -> None:
    people = np.arange(20.0)
    still = np.tile(people, (49, 1))
    scene = with_values(make_forecast(people=20, hours=48, arms=1), pain=still)
    assert movement(scene, "pain") == 0.0
    assert movement(scene, "nothing.such") is None


def test_what_hardly_moves_is_named_and_not_drawn(scene: Scene) -> None:
    group = breathing_group(scene)
    assert group.figure is not None
    assert "Breathing" in group.figure.summary
    assert "Qtc change" not in group.figure.summary
    assert "Qtc change (by under 1" in group.words
    assert "Activation (by under 0.03" in daily_group(scene).words


def test_craving_is_drawn_with_the_day_only_where_there_are_no_options(scene: Scene) -> None:
    several = daily_group(scene).figure
    alone = daily_group(scene_of(make_forecast(people=5, hours=48, arms=1))).figure
    assert several is not None
    assert alone is not None
    assert "Craving" not in several.summary
    assert "Craving" in alone.summary


def test_extremes_are_each_persons_own() -> None:
    t = np.arange(49.0)[:, None]
    pain = np.where(t < 24, 2.0, 4.0) + np.where(t == 30, 1.0, 0.0) + np.zeros((1, 3))
    figure = daily_group(with_values(make_forecast(people=3, hours=48, arms=1), pain=pain)).figure
    assert figure is not None
    row = next(r for r in figure.table.rows if r.head.text == "pain")
    assert [cell.text for cell in row.cells] == ["2.00", "2.00", "0 h", "5.00", "30 h"]


def test_blood_tests_are_left_out_where_nothing_can_injure_and_nothing_moves() -> None:
    group = blood_group(scene_of(make_forecast(people=5, hours=48, arms=1)))
    assert (group.figure, group.words) == (None, "")


def test_blood_tests_that_move_are_drawn() -> None:
    rising = np.linspace(20, 200, 49)[:, None] * np.ones((1, 4))
    group = blood_group(with_values(make_forecast(people=4, hours=48, arms=1), liver__alt=rising))
    assert group.figure is not None
    assert [row.head.text for row in group.figure.table.rows] == ["liver alt"]


def test_with_a_compound_that_can_injure_level_tests_are_not_called_safe(scene: Scene) -> None:
    words = blood_group(scene).words
    assert "by mitragynine" in words
    assert "none of the 40 people" in words
    assert "do not show that it is safe" in words


def test_people_with_a_marked_rise_are_counted() -> None:
    alt = np.full((49, 40), 20.0)
    alt[30, 3] = 61.0
    base = make_forecast(people=40, hours=48)
    scene = with_values(replace(base, arms=(base.arms[1],)), liver__alt=alt)
    assert "1 of 40 people here reach 3 times" in blood_group(scene).words


def test_sleep_is_told_night_by_night(scene: Scene) -> None:
    figure = sleep_figure(scene)
    assert figure is not None
    assert len(figure.table.rows) == 14
    assert figure.table.rows[0].head.text == "Mon 2 Mar"
    cows = scene.written.people["cows"].values
    first = np.median(7 - (cows[14] + cows[15]) / 2 / 12)  # start at 08:00: 22:00 is 14 h later
    assert figure.table.rows[0].cells[0].text.startswith(f"{first:.1f}")


def test_long_forecasts_tell_every_few_nights() -> None:
    figure = sleep_figure(scene_of(make_forecast(people=2, hours=24 * 60, arms=1)))
    assert figure is not None
    assert len(figure.table.rows) <= 16
    assert "every 4 nights" in figure.table.caption


def test_staying_table_holds_the_exponential() -> None:
    hazard = np.full((241, 4), 0.1)
    scene = with_values(make_forecast(people=4, hours=240, arms=1), risk__return_to_use=hazard)
    figure = staying_figure(scene)
    assert figure is not None
    assert figure.table.columns[-1] == "10 d"
    assert figure.table.rows[0].cells[-1].text == "37"
    assert staying_words(scene)[0][1].startswith("37 % not returned to use")


def test_that_staying_on_kratom_was_never_measured_is_said(scene: Scene) -> None:
    figure = staying_figure(scene)
    assert figure is not None
    assert "Whether kratom changes either has not been measured" in figure.note
    without = staying_figure(scene_of(make_forecast(people=2, hours=48, arms=1)))
    assert without is not None
    assert "kratom" not in without.note


@pytest.mark.parametrize("quantity", ["sleep.total", "sleep.latency", "risk.return_to_use", "pain"])
def test_a_missing_quantity_leaves_the_rest(quantity: str, tmp_path: Path) -> None:
    base = make_forecast(people=3, hours=48, arms=1)
    arm = base.arms[0]
    left = replace(arm, people=arm.people.drop_vars(quantity), bands=arm.bands.drop_vars(quantity))
    scene = scene_of(replace(base, arms=(left,)))
    assert sleep_figure(scene) is not None
    assert staying_figure(scene) is not None
    assert daily_group(scene).figure is not None
