import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ebbtide.cli.simulate import read_step
from ebbtide.library import InputError

from .conftest import Outcome

Run = Callable[..., Outcome]
HEROIN = Path(__file__).parents[2] / "examples" / "heroin_stop.toml"
SHORT = """
[case]
id = "short"
start = 2026-03-02T08:00:00+01:00
duration = "2 d"
[[history]]
product = "heroin_smoked"
amount = "200 mg"
every = "6 h"
for = "60 d"
last = "6 h before start"
"""


@pytest.fixture
def short(tmp_path: Path) -> Path:
    path = tmp_path / "short.toml"
    path.write_text(SHORT, encoding="utf-8")
    return path


def test_an_example_gives_its_files_and_no_noise(ebbtide: Run, tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    outcome = ebbtide("simulate", HEROIN, "--people", 1, "--step", "6 h", "--quiet", "--out", out)
    assert outcome == (0, "", "")
    found = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    assert {"report.html", "summary.json", "trajectory.parquet"} <= found
    for name in ("kratom_tea", "buprenorphine", "methadone"):
        assert any(name in path and path.endswith(".parquet") for path in found), found
    table = pq.read_table(out / "trajectory.parquet")
    assert table.column_names[:2] == ["person", "time_h"]
    assert {"cows", "ventilation", "plasma.morphine"} <= set(table.column_names)
    assert table["time_h"].to_pylist()[-1] == 14 * 24
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["provenance"]["people"] == 1


def test_json_stands_alone_on_stdout(ebbtide: Run, short: Path, tmp_path: Path) -> None:
    outcome = ebbtide("simulate", short, "--people", 1, "--json", "--out", tmp_path / "out")
    assert (outcome.code, outcome.err) == (0, "")
    written = json.loads(outcome.out)
    assert all(Path(path).exists() for path in written.values())
    assert {"report", "summary", "trajectory"} <= set(written)


def test_the_seed_decides_who_the_people_are(ebbtide: Run, short: Path, tmp_path: Path) -> None:
    tables = []
    for i, seed in enumerate((7, 7, 8)):
        out = tmp_path / str(i)
        outcome = ebbtide("simulate", short, "--people", 2, "--seed", seed, "--quiet", "--out", out)
        assert outcome.code == 0, outcome.err
        tables.append(pq.read_table(out / "trajectory.parquet"))
    assert tables[0].equals(tables[1])
    assert not tables[0].equals(tables[2])
    assert tables[0].shape == tables[2].shape == (2 * 49, tables[0].num_columns)


@pytest.mark.parametrize(("text", "hours"), [("1h", 1.0), ("30 min", 0.5), ("1 d", 24.0), ("90 min", 1.5)])
def test_steps(text: str, hours: float) -> None:
    assert read_step(text) == pytest.approx(hours)


@pytest.mark.parametrize("text", ["0 h", "-1 h", "2 d", "5", "1 kg", "h"])
def test_impossible_steps(text: str) -> None:
    with pytest.raises(InputError, match="--step"):
        read_step(text)
