from datetime import time
from pathlib import Path
from typing import Any

import pytest

from ebbtide.library import InputError
from ebbtide.validation.read import parse_study, read_study, study_files
from ebbtide.validation.rows import check_row

from .studies import ROOT, arm, dose, seen, study


def good() -> dict[str, Any]:
    return study(arm(dose(), observed=[seen("Cmax")]))


def changed(path: str, value: Any) -> dict[str, Any]:
    raw = good()
    *way, last = path.split(".")
    place: Any = raw
    for key in way:
        place = place[int(key) if key.isdigit() else key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return raw


def test_a_good_study_is_read() -> None:
    read = parse_study(good(), "x")
    assert list(read.arms) == ["A"]
    assert read.start == "2001-01-01T00:00+00:00"


@pytest.mark.parametrize("start", ["8:00", "08:00", time(8)])
def test_start(start: object) -> None:
    assert parse_study(changed("study.start", start), "x").start == "2001-01-01T08:00+00:00"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("study.id", None, "study.id: key is missing"),
        ("study.id", "no spaces", "study.id"),
        ("study.role", "predicton", 'Did you mean "prediction"'),
        ("study.design", "cross-over", 'Did you mean "crossover"'),
        ("study.inputs", "guessed", "study.inputs: not one of the names"),
        ("study.start", "25:00", "study.start: not a clock time"),
        ("study.citations", "x", 'citations: unknown key.*Did you mean "citation"'),
        ("population.wieght_kg", 70, 'Did you mean "weight_kg"'),
        ("arms", [], "arms"),
        ("arms.0.dose", [], 'Did you mean "doses"'),
        ("arms.0.pool", {"B": 3}, "pool"),
        ("arms.0.observed", [], "nothing is observed"),
        ("arms.0.doses.0.shares", 0.5, 'Did you mean "share"'),
        ("arms.0.doses.0.share", 1.5, r"doses\[0\].share"),
        ("arms.0.observed.0.across", "middle", "across"),
        ("arms.0.observed.0.value", "12 nM", "a number is needed"),
        ("arms.0.observed.0.accept", {"folds": 2}, 'Did you mean "fold"'),
        ("arms.0.observed.0.accept", {"fold": 0.5}, "fold"),
        ("arms.0.observed.0.spread", {"sem": 2}, 'Did you mean "se"'),
    ],
)
def test_malformed(path: str, value: Any, told: str) -> None:
    with pytest.raises(InputError, match=rf"(?s)bad.toml.*{told}") as error:
        parse_study(changed(path, value), "bad.toml")
    assert "\n" not in str(error.value)


def test_names_of_arms_are_distinct() -> None:
    twice = study(arm(dose(), observed=[seen("Cmax")]), arm(dose()))
    with pytest.raises(InputError, match="used twice"):
        parse_study(twice, "x")


def test_a_pool_gives_nothing_of_its_own() -> None:
    raw = study(arm(dose(), observed=[seen("Cmax")]), arm(dose(), name="all", pool={"A": 3}))
    with pytest.raises(InputError, match="a pool has only people of other arms"):
        parse_study(raw, "x")


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("statistic", "cmax", r'observed\[0\].statistic: unknown statistic.*mean "Cmax"'),
        ("statistic", "ratio_to", "arm: key is missing"),
        ("of", "Cmax", "names another statistic"),
        ("arm", "B", "unknown arm"),
        ("value", None, "value: key is missing"),
        ("accept", {"width_fold": 2}, 'needs "band"'),
    ],
)
def test_a_row_that_cannot_be_evaluated(path: str, value: Any, told: str) -> None:
    read = parse_study(changed(f"arms.0.observed.0.{path}", value), "bad.toml")
    with pytest.raises(InputError, match=rf"(?s)bad.toml.*{told}"):
        check_row(read.arms["A"].observed[0], read.arms, "bad.toml: arms[0].observed[0]")


def test_words_need_a_range() -> None:
    raw = changed("arms.0.observed.0.value", None)
    row = raw["arms"][0]["observed"][0]
    row["words"] = "moderate"
    read = parse_study(raw, "x")
    with pytest.raises(InputError, match="cannot be judged"):
        check_row(read.arms["A"].observed[0], read.arms, "x")
    row["accept"] = {"low": 3}
    read = parse_study(raw, "x")
    check_row(read.arms["A"].observed[0], read.arms, "x")


def test_folders(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        study_files(tmp_path / "none")
    with pytest.raises(InputError, match="no study files"):
        study_files(tmp_path)


@pytest.mark.parametrize("path", study_files(ROOT / "examples" / "studies"), ids=lambda p: p.stem)
def test_examples_are_read(path: Path) -> None:
    assert read_study(path).head.citation
