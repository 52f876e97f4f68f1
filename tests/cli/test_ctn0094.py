from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ebbtide.learning.ctn0094 import shipped_tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("tables")
    tables = shipped_tables()
    few = tables.of(tables.who[:40])
    for name, frame in few.frames.items():
        frame.to_csv(where / f"{name}.csv.gz", index=False)
    return where


def test_return_to_use_of_each_randomised_person(
    ebbtide: Callable[..., Any], folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    result = ebbtide("validate", "ctn0094", "--data", folder, "--task", "return-week3", "--predictions", out)
    assert result.code == 0, result.err
    told = pd.read_csv(out)
    randomised = pd.read_csv(folder / "randomization.csv.gz")
    assert list(told.columns) == ["who", "p"]
    assert set(told["who"]) == set(randomised["who"])
    assert told["p"].between(0, 1).all()


@pytest.mark.parametrize(
    ("task", "data", "words"),
    [
        ("colt", None, ["--task", "colt", 'Did you mean "cold"']),
        ("cold", "nowhere", ["no such folder", "nowhere"]),
        ("cold", "", ["everybody"]),
    ],
)
def test_bad_input_is_told_in_one_line(
    ebbtide: Callable[..., Any], folder: Path, tmp_path: Path, task: str, data: str | None, words: list[str]
) -> None:
    where = folder if data is None else tmp_path / data
    result = ebbtide("validate", "ctn0094", "--data", where, "--task", task)
    assert result.code == 2
    assert all(word in result.err for word in words)
    assert "Traceback" not in result.err
