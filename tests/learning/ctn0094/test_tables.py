from pathlib import Path

import pandas as pd
import pytest

from ebbtide.learning.ctn0094 import COLUMNS, read_tables, shipped_tables
from ebbtide.library import InputError


def folder_with(tmp_path: Path, **tables: str) -> Path:
    for name, text in {"everybody": "who,project\n1,30\n2,51\n", **tables}.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_shipped_people_are_those_that_its_readme_counts() -> None:
    tables = shipped_tables()
    assert tables.missing == ()
    assert len(tables.who) == 2494
    assert tables.project.value_counts().to_dict() == {27: 1347, 30: 606, 51: 541}
    assert all(set(tables[name]["who"]) <= set(tables.who) for name in COLUMNS)


def test_a_missing_table_is_unknown_not_an_error(tmp_path: Path) -> None:
    tables = read_tables(folder_with(tmp_path))
    assert "withdrawal" in tables.missing
    assert list(tables["withdrawal"].columns) == list(COLUMNS["withdrawal"])
    assert tables["withdrawal"].empty


def test_a_missing_column_is_unknown_in_every_row(tmp_path: Path) -> None:
    tables = read_tables(
        folder_with(tmp_path, withdrawal="who,when\n1,3\n2,5\n", demographics="who,age\n1,\n")
    )
    assert "withdrawal.withdrawal" in tables.missing
    assert tables["withdrawal"]["withdrawal"].isna().all()
    assert tables["withdrawal"]["when"].tolist() == [3.0, 5.0]
    assert tables["demographics"]["is_male"].isna().all()


def test_read_the_same_from_csv_gzip_and_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"who": [1, 2], "withdrawal": [0, None], "when": [3, -1]})
    found = []
    for end in ("csv", "csv.gz", "parquet"):
        folder = folder_with(tmp_path / end if (tmp_path / end).mkdir() is None else tmp_path)
        path = folder / f"withdrawal.{end}"
        frame.to_parquet(path) if end == "parquet" else frame.to_csv(path, index=False)
        found.append(read_tables(folder)["withdrawal"])
    pd.testing.assert_frame_equal(found[0], found[1])
    pd.testing.assert_frame_equal(found[0], found[2])


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"everybody": "who\n1\n"}, ["everybody", "project", "missing"]),
        ({"everybody": "who,project\n1,30\n1,30\n"}, ["who = 1", "twice"]),
        ({"withdrawal": "who,withdrawal,when\n1,two,3\n"}, ["withdrawal.csv, line 2", "'two'"]),
        ({"withdrawal": "who,withdrawal,when\n,2,3\n"}, ["who", "missing in a row"]),
        ({"treatment": "amount,when\n1,3\n"}, ["treatment", "who", "missing"]),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, tables: dict[str, str], words: list[str]) -> None:
    with pytest.raises(InputError) as raised:
        read_tables(folder_with(tmp_path, **tables))
    assert all(word in str(raised.value) for word in words)


def test_without_a_folder_or_everybody_there_is_nobody(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        read_tables(tmp_path / "nowhere")
    with pytest.raises(InputError, match="everybody"):
        read_tables(tmp_path)
