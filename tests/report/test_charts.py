"""Every chart is valid Vega-Lite, holds little data, and becomes an SVG that can stand in a page."""

from collections.abc import Iterator
from typing import Any

import altair
import numpy as np
import pytest
from jsonschema import Draft7Validator

from ebbtide.report.bands import MOST_POINTS, Band
from ebbtide.report.marks import nice_top, significant, time_axis
from ebbtide.report.page import build
from ebbtide.report.render import tidy, to_svg
from ebbtide.report.scene import Figure, Scene
from ebbtide.report.theme import STROKES

from .conftest import scene_of
from .synthetic import make_forecast

OVERLAID = {"plasma", "receptors", "sleep", "daily", "staying", "breathing"}
FIGURES = OVERLAID | {"course", "symptoms", "arms-cows", "arms-craving", "relapse", "certainty"}


@pytest.fixture(scope="module")
def figures(scene: Scene) -> dict[str, Figure]:
    return {figure.id: figure for figure in build(scene).figures}


@pytest.fixture(scope="module")
def vega_lite() -> Draft7Validator:
    return Draft7Validator(altair.load_schema())


def datasets(spec: Any) -> Iterator[list[dict[str, Any]]]:
    if isinstance(spec, dict):
        if isinstance(spec.get("data"), dict):
            yield spec["data"]["values"]
        for value in spec.values():
            yield from datasets(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from datasets(value)


def test_every_question_has_its_figure(figures: dict[str, Figure]) -> None:
    assert set(figures) == FIGURES


@pytest.mark.parametrize("name", sorted(FIGURES - {"symptoms"}))
def test_chart_is_valid_vega_lite(name: str, figures: dict[str, Figure], vega_lite: Draft7Validator) -> None:
    assert [error.message for error in vega_lite.iter_errors(figures[name].spec)] == []


@pytest.mark.parametrize("name", sorted(FIGURES - {"symptoms"}))
def test_chart_draws_bands_and_not_people(name: str, figures: dict[str, Figure], scene: Scene) -> None:
    most = MOST_POINTS * (len(scene.arms) if name in OVERLAID else 1)
    sizes = [len(values) for values in datasets(figures[name].spec)]
    assert sizes
    assert max(sizes) <= most


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_figure_says_in_words_what_it_shows(name: str, figures: dict[str, Figure]) -> None:
    assert any(c.isdigit() for c in figures[name].summary) or name in OVERLAID | {"symptoms"}
    assert figures[name].table.rows
    width = len(figures[name].table.columns) - 1
    assert all(len(row.cells) == width for row in figures[name].table.rows)


def test_one_person_is_drawn_without_bands() -> None:
    alone = scene_of(make_forecast(people=1))
    page = build(alone)
    assert page.certainty is None
    assert page.course is not None
    assert '"area"' not in str([figure.spec for figure in page.figures]).replace("'", '"')


def test_colour_is_never_the_only_difference() -> None:
    assert (
        len({s.colour for s in STROKES}) == len({s.dash for s in STROKES}) == len({s.shape for s in STROKES})
    )


def test_svg_speaks_with_one_voice_and_keeps_its_ids_apart() -> None:
    raw = (
        '<svg class="marks" version="1.1"><g role="graphics-object" aria-label="x"><clipPath id="clip0"/>'
        '<path clip-path="url(#clip0)" opacity="0.125" d="M0.123456,7.98765L1,2"/></g></svg>'
    )
    assert tidy(raw, 'say "5 < 6"', "course") == (
        '<svg role="img" aria-label="say &quot;5 &lt; 6&quot;" focusable="false">'
        '<g><clipPath id="course-clip0"/>'
        '<path clip-path="url(#course-clip0)" opacity="0.125" d="M0.1,7.9L1,2"/></g></svg>'
    )


def test_a_chart_cannot_load_anything() -> None:
    with pytest.raises(RuntimeError, match=r"example\.org"):
        to_svg({"data": {"url": "https://example.org/a.csv"}, "mark": "point", "encoding": {}}, "x", "x")


def test_thinning_keeps_narrow_peaks() -> None:
    time_h = np.arange(5000.0)
    spikes = np.where(time_h % 97 == 0, 1.0, 0.0)
    thin = Band(time_h, *[spikes] * 5).thinned(300)
    assert thin.time_h.size <= 302
    assert thin.median.sum() == spikes.sum()
    assert np.all(np.diff(thin.time_h) > 0)


@pytest.mark.parametrize("highest", [1e-4, 0.3, 1, 7.2, 48, 1234, 9.9e5])
def test_an_axis_ends_a_little_above_its_curve(highest: float) -> None:
    assert highest < nice_top(highest) <= 2.2 * highest


def test_significant_digits() -> None:
    values = significant(np.array([0.0, 123456.789, -1.23456789e-9, np.nan]), 4)
    assert values[:3] == pytest.approx([0, 123500, -1.235e-9], rel=1e-12)
    assert np.isnan(values[3])


def test_ten_days_are_written_as_ten() -> None:
    axis = time_axis(240.0, small=True)
    chart = {"data": {"values": [{"t": 0}, {"t": 10}]}, "mark": "point", "encoding": {"x": axis}}
    assert ">10<" in to_svg(chart, "x", "x")
