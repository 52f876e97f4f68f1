import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from .conftest import Outcome

Run = Callable[..., Outcome]


def test_claims_come_with_what_is_known(ebbtide: Run) -> None:
    outcome = ebbtide("claims", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    rows = {row["id"]: row for row in json.loads(outcome.out)}
    assert len(rows) == 102
    dependence = rows["c006"]
    assert (dependence["verdict"], dependence["grade"]) == ("contradicted", "moderate")
    assert {e["source"] for e in dependence["against"]} >= {"SmithKUD2022", "Ordean2023"}
    assert dependence["computed"][0]["studies"]


def test_one_topic_or_claim(ebbtide: Run) -> None:
    assert {row["topic"] for row in json.loads(ebbtide("claims", "magnesium", "--json").out)} == {"magnesium"}
    (row,) = json.loads(ebbtide("claims", "c072", "--json").out)
    assert {e["source"] for e in row["for"]} == {"Mashhad2024"}
    assert "MgIV2005" in ebbtide("claims", "c072").out
    outcome = ebbtide("claims", "melatonine")
    assert outcome.code == 2
    assert 'Did you mean "melatonin"' in outcome.err


@pytest.mark.parametrize("command", [["claims", "--json"], ["score", "PHQ-9", "answers.toml", "--json"]])
def test_neither_model_nor_units_are_loaded(
    command: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("answers")
    (folder / "answers.toml").write_text("total = 12", encoding="utf-8")
    program = (
        "import sys; from ebbtide.cli.app import app; "
        f"app({command!r}, standalone_mode=False); "
        "print({'jax', 'pint', 'numpy', 'xarray'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr.strip() == "set()"
