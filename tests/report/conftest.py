"""One synthetic forecast, its scene and its written results, made once for all tests of reports."""

from pathlib import Path

import pytest

from ebbtide.engine.forecast import Forecast
from ebbtide.library import load_library
from ebbtide.report import write_results
from ebbtide.report.scene import Scene
from ebbtide.report.severity import severity_scale

from .synthetic import make_forecast


def scene_of(forecast: Forecast) -> Scene:
    library = load_library()
    return Scene(forecast, severity_scale(library), library=library)


@pytest.fixture(scope="session")
def forecast() -> Forecast:
    return make_forecast(people=40)


@pytest.fixture(scope="session")
def scene(forecast: Forecast) -> Scene:
    return scene_of(forecast)


@pytest.fixture(scope="session")
def written(forecast: Forecast, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_results(forecast, tmp_path_factory.mktemp("results"))
