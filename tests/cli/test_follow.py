import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from .conftest import Outcome
from .test_simulate import SHORT

Run = Callable[..., Outcome]
RECORD = """
[[observations]]
at = "day 1 20:00"
scale = "COWS"
total = 9
[[observations]]
at = "day 2 08:00"
scale = "COWS"
total = 17
[[observations]]
at = "day 2 08:00"
vital = "heart_rate"
value = "92 /min"
"""


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    path = tmp_path / "recorded.toml"
    path.write_text(SHORT + RECORD, encoding="utf-8")
    return path


def test_results_hold_the_record_its_past_forecasts_and_what_was_not_used(
    ebbtide: Run, recorded: Path, tmp_path: Path
) -> None:
    def follow(name: str, seed: int) -> dict[str, object]:
        out = tmp_path / name
        options = ("--people", 32, "--step", "2 h", "--seed", seed, "--quiet", "--out", out)
        assert ebbtide("follow", recorded, *options) == (0, "", "")
        return dict(json.loads((out / "summary.json").read_text(encoding="utf-8")))

    first, again, other = follow("a", 1), follow("b", 1), follow("c", 2)
    assert first == again
    assert first["quantities"] != other["quantities"]
    told = first["follow"]
    assert isinstance(told, dict)
    assert [p["observed"] for p in told["past_forecasts"]] == [[9, 9], [17, 17]]
    assert [u["what"] for u in told["not_used"]] == ["heart_rate"]
    assert told["coverage"]["forecasts"] == 2
    assert 1 <= told["effective_people"] <= 32
    assert first["quantities"]["cows"]["basis"] == "given_observations"  # type: ignore[index]
    table = pq.read_table(tmp_path / "a" / "trajectory.parquet")
    assert max(table["person"].to_pylist()) == 31
    report = (tmp_path / "a" / "report.html").read_text(encoding="utf-8")
    for text in ("Past forecasts against what came", "Kept, not used", "Effective people"):
        assert text in report


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--people", 1), "one or few cannot be followed"),
        (("--people", 20_000), "32 to 10000"),
        (("--seed", -1), "impossible seed"),
        (("--step", "3 d"), "impossible step"),
    ],
)
def test_impossible_options_are_refused(
    ebbtide: Run, recorded: Path, tmp_path: Path, options: tuple[object, ...], told: str
) -> None:
    outcome = ebbtide("follow", recorded, *options, "--out", tmp_path / "out")
    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err


def test_a_case_without_observations_is_sent_to_simulate(ebbtide: Run, tmp_path: Path) -> None:
    path = tmp_path / "short.toml"
    path.write_text(SHORT, encoding="utf-8")
    outcome = ebbtide("follow", path, "--out", tmp_path / "out")
    assert (outcome.code, outcome.out) == (2, "")
    assert "the case has no observations" in outcome.err
    assert "ebbtide simulate" in outcome.err
