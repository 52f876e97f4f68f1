"""What was observed on another scale is drawn over the forecast of that scale."""

from dataclasses import replace

from ebbtide.engine.forecast import Forecast
from ebbtide.library import load_library
from ebbtide.report.figures import observed_figures
from ebbtide.report.scene import Scene
from ebbtide.report.severity import other_scales, severity_scale

from .synthetic import Case, Seen


def figures_for(forecast: Forecast, *seen: Seen) -> dict[str, str]:
    library = load_library()
    scales = other_scales(library)
    assert {"SOWS", "SOWS-Gossop"} <= set(scales)
    # the synthetic forecast holds COWS only: its curve stands in for that of SOWS
    scales = {"SOWS": ("cows", scales["SOWS"][1])}
    scene = Scene(replace(forecast, case=Case(observations=seen)), severity_scale(library), scales)
    return {figure.title: str(figure.spec) for figure in observed_figures(scene)}


def test_a_rating_in_a_range_is_drawn_as_its_range(forecast: Forecast) -> None:
    drawn = figures_for(forecast, Seen(49.0, "scale", "SOWS", low=11.0, high=20.0))
    assert list(drawn) == ["Observed SOWS over its forecast"]
    assert "'lo': 11.0, 'hi': 20.0" in drawn["Observed SOWS over its forecast"]


def test_without_observations_on_a_scale_there_is_no_figure_of_it(forecast: Forecast) -> None:
    assert figures_for(forecast, Seen(10.0, "scale", "COWS", 4.0)) == {}
