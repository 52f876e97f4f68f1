"""All results of a forecast into one folder."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from .html import draw, render
from .outputs import folder_name, write_json, write_text, write_trajectory
from .page import build
from .render import warm_up
from .scene import Scene
from .severity import other_scales, severity_scale
from .summary import summary

if TYPE_CHECKING:
    from ebbtide.engine.forecast import ArmForecast, Forecast
    from ebbtide.library import Library


def write_results(forecast: Forecast, out_dir: Path | str, library: Library | None = None) -> dict[str, Path]:
    """Write ``report.html``, ``summary.json`` and ``trajectory.parquet``, one folder more an alternative.

    Parameters
    ----------
    forecast
        What the engine computed; its first arm is the case as written.
    out_dir
        Made when it is not there. Each file is put in place whole, so an interrupted run leaves no half file.
    library
        The library of the run, for the severity ranges of COWS; the shipped one when not given.

    Returns
    -------
    dict
        The path of each file: ``report``, ``summary``, ``trajectory``, and ``trajectory.<arm id>``.
    """
    warm_up()
    if library is None:
        from ebbtide.library import load_library

        library = load_library()
    out = Path(out_dir)
    scene = Scene(forecast, severity_scale(library), other_scales(library), library)
    page = build(scene)
    with ThreadPoolExecutor(max_workers=2) as pool:  # both work outside the lock of the interpreter
        drawing = pool.submit(draw, page)
        writing = {name: pool.submit(write_trajectory, arm, p) for name, arm, p in _trajectories(scene, out)}
        written = {"summary": write_json(summary(scene), out / "summary.json")}
        written |= {name: job.result() for name, job in writing.items()}
        written["report"] = write_text(render(page, drawing.result()), out / "report.html")
    return written


def _trajectories(scene: Scene, out: Path) -> Iterator[tuple[str, ArmForecast, Path]]:
    for index, arm in enumerate(scene.arms):
        if index == 0:
            yield "trajectory", arm, out / "trajectory.parquet"
        else:
            yield (
                f"trajectory.{arm.id}",
                arm,
                out / "alternatives" / folder_name(arm.id) / "trajectory.parquet",
            )
