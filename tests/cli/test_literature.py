import json
from pathlib import Path

import pytest

from ebbtide.cli.literature import default_folder, run_literature
from ebbtide.library import InputError

STUDIES = Path(__file__).parents[2] / "examples" / "studies"


@pytest.fixture
def two_studies(tmp_path: Path) -> Path:
    """The shipped study of tea, and one with a product that nobody has."""
    text = (STUDIES / "tanna2022_tea.toml").read_text(encoding="utf-8")
    (tmp_path / "tea.toml").write_text(text, encoding="utf-8")
    other = text.replace('product = "K51"', 'product = "moonshine"').replace("tanna2022-tea", "unknown")
    (tmp_path / "unknown.toml").write_text(other, encoding="utf-8")
    return tmp_path


def test_table_and_files(two_studies: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = two_studies / "out"
    run_literature(two_studies, out, [], as_json=False)
    text = capsys.readouterr().out
    assert "unknown: not run" in text
    assert "moonshine" in text
    assert "1 of 2 studies run" in text
    assert {path.name for path in out.iterdir()} == {"results.json", "results.csv", "results.html"}
    assert len((out / "results.csv").read_text(encoding="utf-8").splitlines()) == 19
    page = (out / "results.html").read_text(encoding="utf-8")
    assert "moonshine" in page
    assert "7-hydroxymitragynine" in page
    assert page.count("<svg") == 2
    assert "http" not in page.replace("http-equiv", "").replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_json_stands_alone_on_stdout(two_studies: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_literature(two_studies, None, [], as_json=True)
    results = json.loads(capsys.readouterr().out)
    assert results["summary"]["run"] == 1
    tea = next(study for study in results["studies"] if study["id"] == "tanna2022-tea")
    row = tea["rows"][1]
    assert (row["quantity"], row["statistic"], row["observed"]) == ("plasma.mitragynine", "Cmax", 81.9)
    assert row["predicted"] > 0


def test_no_folder() -> None:
    with pytest.raises(InputError, match="no such folder"):
        run_literature(Path("nowhere"), None, [], as_json=False)


def test_folder_where_none_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert default_folder().is_absolute()  # those beside the package
    (tmp_path / "studies").mkdir()
    (tmp_path / "studies" / "a.toml").write_text("")
    assert default_folder() == Path("studies")
