import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Outcome

Run = Callable[..., Outcome]
ROOT = Path(__file__).parents[2]
DATA = "ID,TIME,AMT,CMT,LAG1\n1,0,100,1,0.5\n1,1,.,2,.\n2,0,50,CENTRAL,.\n"
COMPOUND = 'CL = "10 L/h"\nV = "50 L"\nKA = "1 1/h"\n'


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "data.csv").write_text(DATA, encoding="utf-8")
    (tmp_path / "compound.toml").write_text(COMPOUND, encoding="utf-8")
    return tmp_path


def arguments(files: Path, *more: object) -> list[object]:
    out = files / "new" / "out.csv"
    return ["nonmem", files / "data.csv", "--compound", files / "compound.toml", "--out", out, *more]


def test_writes_one_row_for_each_record(files: Path, ebbtide: Run) -> None:
    assert ebbtide(*arguments(files, "--lag", "LAG1")) == (0, "", "")
    with (files / "new" / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["ID", "TIME", "DEPOT", "CENTRAL", "CP"]
    assert [(row["ID"], row["TIME"]) for row in rows] == [("1", "0"), ("1", "1"), ("2", "0")]
    assert float(rows[1]["DEPOT"]) == pytest.approx(100 * 2.718281828459045**-0.5, rel=1e-12)
    assert float(rows[2]["CP"]) == 1.0
    assert [path.name for path in (files / "new").iterdir()] == ["out.csv"]


def test_notes_go_to_standard_error_unless_quiet(files: Path, ebbtide: Run) -> None:
    (files / "data.csv").write_text(DATA + "1,0,.,2,.\n", encoding="utf-8")
    outcome = ebbtide(*arguments(files))
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err.startswith("note: an ID that comes back")
    assert ebbtide(*arguments(files, "--quiet")) == (0, "", "")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--lag", "LAGG"], ["--lag", "LAGG", 'Did you mean "LAG1"']),
        (["--rate", "PERI=LAG1"], ["--rate", "no such compartment", "DEPOT=LAG1"]),
        (["--compound", "nowhere.toml"], ["nowhere.toml", "cannot read the file"]),
        (["--out", "."], ["--out", "cannot write there"]),
        (["--bioavalability", "X"], ["--bioavalability"]),
    ],
)
def test_wrong_arguments_are_told_in_one_line(
    more: list[str], words: list[str], files: Path, ebbtide: Run
) -> None:
    outcome = ebbtide(*arguments(files, *more))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("ebbtide: ")
    assert outcome.err.count("\n") == 1
    for word in words:
        assert word in outcome.err


def test_the_input_is_not_overwritten(files: Path, ebbtide: Run) -> None:
    outcome = ebbtide(*arguments(files, "--out", files / "data.csv"))
    assert outcome.code == 2
    assert "take the place of its input" in outcome.err
    assert (files / "data.csv").read_text(encoding="utf-8") == DATA


def test_what_is_wrong_in_the_data_is_told_with_line_and_column(files: Path, ebbtide: Run) -> None:
    (files / "data.csv").write_text(DATA + "2,-1,.,2,.\n", encoding="utf-8")
    outcome = ebbtide(*arguments(files))
    assert outcome.code == 2
    assert "data.csv: line 5: TIME: time goes back" in outcome.err
    assert not (files / "new").exists()
