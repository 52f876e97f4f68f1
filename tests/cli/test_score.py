import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Outcome

Run = Callable[..., Outcome]
COWS = """
date = 2026-03-02
rater = "RN"
[answers]
resting_pulse_rate = 2
sweating = 3
restlessness = 5
pupil_size = 2
bone_or_joint_aches = 4
runny_nose_or_tearing = 2
gi_upset = 3
tremor = 2
yawning = 1
anxiety_or_irritability = 4
gooseflesh_skin = 3
"""


@pytest.fixture
def answers(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "answers.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_complete_rating(ebbtide: Run, answers: Callable[[str], Path]) -> None:
    outcome = ebbtide("score", "cows", answers(COWS), "--json")
    assert (outcome.code, outcome.err) == (0, "")
    told = json.loads(outcome.out)
    assert (told["scale"], told["total"], told["severity"]) == ("COWS", 31, "moderately severe")
    assert (told["complete"], told["missing"], told["prorated"]) == (True, [], None)
    assert (told["date"], told["rater"]) == ("2026-03-02", "RN")
    assert [f["id"] for f in told["findings"]] == ["score.cows.moderately_severe"]
    assert told["findings"][0]["basis"]["inputs"]["date"] == "2026-03-02"
    text = ebbtide("score", "COWS", answers(COWS)).out
    assert "Total 31 of 48: moderately severe" in text
    assert "URGENT" in text


def test_an_incomplete_rating_has_a_range_and_no_total(ebbtide: Run, answers: Callable[[str], Path]) -> None:
    path = answers(COWS.replace("sweating = 3\n", ""))
    told = json.loads(ebbtide("score", "COWS", path, "--json").out)
    assert (told["total"], told["severity"], told["missing"]) == (None, None, ["sweating"])
    assert told["possible"] == {"low": 28, "high": 32}
    assert told["possible_severities"] == ["moderately severe"]
    assert "Incomplete: total between 28 and 32 of 48" in ebbtide("score", "COWS", path).out


def test_a_prorated_total_stands_beside_the_range(ebbtide: Run, answers: Callable[[str], Path]) -> None:
    told = json.loads(
        ebbtide("score", "phq-9", answers('items = [2, 2, 2, 2, 2, 2, 2, "", ""]'), "--json").out
    )
    assert (told["total"], told["possible"]) == (None, {"low": 14, "high": 20})
    assert (told["prorated"]["total"], told["prorated"]["severity"]) == (18.0, "moderately severe")
    assert told["prorated"]["source"] == "Arrieta2017"
    assert {f["id"] for f in told["findings"]} >= {"score.phq9.suicide_item_unknown", "score.phq9.incomplete"}


@pytest.mark.parametrize(
    ("scale", "text", "told"),
    [
        ("GAD8", "total = 3", "SCALE: unknown scale; got 'GAD8'.*Did you mean \"GAD-7\""),
        ("COWS", "answers = { pulse = 3 }", "answers.pulse: no such score; got 3"),
        ("COWS", "[", "not a TOML file"),
    ],
)
def test_bad_input_is_told_in_one_line(
    scale: str, text: str, told: str, ebbtide: Run, answers: Callable[[str], Path]
) -> None:
    outcome = ebbtide("score", scale, answers(text))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.count("\n") == 1
    assert re.search(told, outcome.err)


def test_a_file_that_is_not_there(ebbtide: Run, tmp_path: Path) -> None:
    assert ebbtide("score", "COWS", tmp_path / "none.toml").code == 2
