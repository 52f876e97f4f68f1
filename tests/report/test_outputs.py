"""Files for machines: what is written is what was computed, whole or not at all."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from ebbtide.engine.forecast import Forecast
from ebbtide.report import write_results
from ebbtide.report.answers import first_reach, settled_below
from ebbtide.report.outputs import folder_name, jsonable, write_atomically, write_text
from ebbtide.report.scene import Scene

from .synthetic import make_forecast


@pytest.fixture(scope="module")
def summary(written: dict[str, Path]) -> dict[str, Any]:
    return json.loads(written["summary"].read_text(encoding="utf-8"))


def test_every_file_is_where_the_contract_says(written: dict[str, Path]) -> None:
    out = written["report"].parent
    assert written == {
        "report": out / "report.html",
        "summary": out / "summary.json",
        "trajectory": out / "trajectory.parquet",
        "trajectory.buprenorphine": out / "alternatives" / "buprenorphine" / "trajectory.parquet",
        "trajectory.kratom": out / "alternatives" / "kratom" / "trajectory.parquet",
    }
    assert all(path.is_file() for path in written.values())
    assert not list(out.rglob(".*"))


def test_trajectory_holds_every_person_and_quantity(written: dict[str, Path], forecast: Forecast) -> None:
    table = pq.read_table(written["trajectory"])
    people = forecast.arms[0].people
    assert table.column_names == ["person", "time_h", *people.data_vars]
    shape = (people.sizes["person"], people.sizes["time_h"])
    assert table.num_rows == shape[0] * shape[1]
    for name in ("cows", "plasma.morphine", "symptom.nausea"):
        values = table[name].to_numpy().reshape(shape)
        np.testing.assert_array_equal(values, people[name].transpose("person", "time_h").values)
    assert table["person"].to_numpy()[: shape[1]].tolist() == [0] * shape[1]
    np.testing.assert_array_equal(table["time_h"].to_numpy()[: shape[1]], people["time_h"].values)


def test_trajectory_says_its_units(written: dict[str, Path]) -> None:
    schema = pq.read_schema(written["trajectory"])
    assert schema.field("plasma.morphine").metadata[b"unit"] == b"nM"
    assert schema.field("time_h").metadata[b"unit"] == b"h"


def test_bands_are_those_of_the_forecast(summary: dict[str, Any], forecast: Forecast) -> None:
    cows = summary["quantities"]["cows"]
    assert cows["unit"] == "points"
    assert set(cows["bands"]) == {"5", "25", "50", "75", "95"}
    assert cows["bands"] == cows["bands_by_basis"]["with_parameter_uncertainty"]
    for basis, bands in cows["bands_by_basis"].items():
        for percentile, values in bands.items():
            expected = forecast.arms[0].bands["cows"].sel(basis=basis, percentile=int(percentile)).values
            np.testing.assert_allclose(values, expected, rtol=1e-5)
    np.testing.assert_allclose(cows["time_h"], forecast.arms[0].bands["time_h"].values)


def test_answers_are_those_of_the_median(summary: dict[str, Any], forecast: Forecast) -> None:
    bands = forecast.arms[0].bands
    time_h = bands["time_h"].values
    median = bands["cows"].sel(basis="with_parameter_uncertainty", percentile=50).values
    answers = summary["answers"]
    assert answers["onset_h"] == pytest.approx(first_reach(time_h, median, 5.0))
    assert answers["peak_h"] == time_h[median.argmax()]
    assert answers["peak_cows"] == pytest.approx(median.max())
    assert answers["resolved_h"] == pytest.approx(settled_below(time_h, median, 5.0))
    peaks = forecast.arms[0].people["cows"].values.max(axis=0)
    assert answers["share_reaching"]["13"] == pytest.approx((peaks >= 13).mean())


def test_effects_are_within_each_person(summary: dict[str, Any], forecast: Forecast) -> None:
    written, kratom, _ = (arm.people["cows"].values.max(axis=0) for arm in forecast.arms)
    effect = summary["alternatives"]["kratom"]["effect"]["cows_peak"]
    assert effect["mean"] == pytest.approx((kratom - written).mean(), rel=1e-5)
    assert (effect["low"], effect["high"]) == pytest.approx(
        tuple(np.percentile(kratom - written, [5, 95])), rel=1e-5
    )
    assert summary["alternatives"]["buprenorphine"]["evidence_based"] is True


def test_summary_holds_all_that_a_script_may_ask(summary: dict[str, Any], forecast: Forecast) -> None:
    assert summary["case"] == "example"
    assert summary["findings"] == json.loads(json.dumps(forecast.findings))
    assert summary["provenance"]["seed"] == 1
    assert summary["relapse"]["ventilation_minimum"]["14"]["median"] < 100
    assert {"emergency", "missing", "not_simulated", "assumptions"} <= set(summary)


def test_what_is_not_a_number_is_null(tmp_path: Path) -> None:
    forecast = make_forecast(people=4, hours=48)
    arm = forecast.arms[0]
    broken = arm.bands.copy(deep=True)
    broken["craving"].values[:, :, 3] = np.nan
    changed = (replace(arm, bands=broken), *forecast.arms[1:])
    found = write_results(replace(forecast, arms=changed), tmp_path)
    text = found["summary"].read_text(encoding="utf-8")
    assert "NaN" not in text
    assert json.loads(text)["quantities"]["craving"]["bands"]["50"][3] is None


def test_jsonable() -> None:
    value = {"a": np.float64("inf"), "b": (np.int64(3), {2}), 5: Path("x")}
    assert jsonable(value) == {"a": None, "b": [3, ["2"]], "5": "x"}


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = write_text("old", tmp_path / "a.txt")

    def fail(part: Path) -> None:
        part.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, fail)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "..", "", "x\0y", "C:\\x"])
def test_an_arm_cannot_lead_out_of_its_folder(name: str, tmp_path: Path) -> None:
    folder = tmp_path / folder_name(name)
    assert folder.resolve().parent == tmp_path.resolve()


def test_people_who_differ_between_arms_are_refused(tmp_path: Path) -> None:
    forecast = make_forecast(people=4, hours=48)
    others = make_forecast(people=5, hours=48)
    with pytest.raises(ValueError, match="people"):
        write_results(replace(forecast, arms=(forecast.arms[0], others.arms[1])), tmp_path)


def test_importing_the_report_is_light() -> None:
    heavy = {"altair", "vl_convert", "jax", "jinja2", "pyarrow"}
    code = f"import sys, ebbtide.report; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_scene_puts_standard_treatment_first(scene: Scene) -> None:
    assert [arm.id for arm in scene.arms] == ["as-written", "buprenorphine", "kratom"]
