import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import ebbtide as package
from tests.case.malformed import MALFORMED

from .conftest import Outcome

Run = Callable[..., Outcome]
HEROIN = Path(__file__).parents[2] / "examples" / "heroin_stop.toml"


def refused(outcome: Outcome) -> str:
    """The one line that bad input gives."""
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("ebbtide: ")
    assert outcome.err.count("\n") == 1, outcome.err
    assert outcome.err.endswith("\n")
    assert "Traceback" not in outcome.err
    return outcome.err


@pytest.mark.parametrize("name", MALFORMED)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(name: str, ebbtide: Run, tmp_path: Path) -> None:
    text, words = MALFORMED[name]
    case = tmp_path / "case.toml"
    case.write_text(text, encoding="utf-8")
    message = refused(ebbtide("simulate", case, "--out", tmp_path / "out", "--quiet"))
    for word in ("case.toml", *words):
        assert word in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["simulate", HEROIN, "--out", "OUT", "--people", "0"], ["--people", "0", "1 to 100000"]),
        (["simulate", HEROIN, "--out", "OUT", "--people", "many"], ["--people", "integer"]),
        (["simulate", HEROIN, "--out", "OUT", "--step", "5"], ["--step", "5", "1h"]),
        (["simulate", HEROIN, "--out", "OUT", "--step", "5 mg"], ["--step", "mg"]),
        (["simulate", HEROIN, "--out", "OUT", "--step", "1 s"], ["--step", "1 min to 24 h"]),
        (["simulate", HEROIN, "--out", "OUT", "--seed", "-1"], ["--seed", "-1"]),
        (["simulate", HEROIN, "--out", "OUT", "--tolerance", "nan"], ["--tolerance", "nan"]),
        (["simulate", HEROIN, "--out", HEROIN], ["--out", "heroin_stop.toml"]),
        (["simulate", HEROIN, "--out", "OUT", "--library", "nowhere"], ["nowhere", "no such library folder"]),
        (["simulate", "nowhere.toml", "--out", "OUT"], ["nowhere.toml"]),
        (["simulate", HEROIN], ["--out"]),
        (["simulate", HEROIN, "--out", "OUT", "--peple", "3"], ["--peple", "--people"]),
        (["simulat"], ["simulat"]),
        (["compounds", "mitraginine"], ["mitraginine", 'Did you mean "mitragynine"']),
        (["sources", "tanna2022"], ["tanna2022", 'Did you mean "Tanna2022"']),
    ],
    ids=lambda value: " ".join(map(str, value[2:] or value)) if isinstance(value[0], str) else None,
)
def test_wrong_arguments_are_refused_in_one_line(
    arguments: list[object], words: list[str], ebbtide: Run, tmp_path: Path
) -> None:
    message = refused(ebbtide(*(tmp_path / "out" if word == "OUT" else word for word in arguments)))
    for word in words:
        assert word in message


def test_version(ebbtide: Run) -> None:
    assert ebbtide("--version") == (0, f"ebbtide {package.__version__}\n", "")


@pytest.mark.parametrize(
    "command", [(), ("simulate",), ("nonmem",), ("compounds",), ("sources",), ("validate",)]
)
def test_each_command_explains_itself(command: tuple[str, ...], ebbtide: Run) -> None:
    outcome = ebbtide(*command, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert "Usage: ebbtide" in outcome.out


@pytest.mark.parametrize("command", [(), ("validate",)])
def test_nothing_asked_shows_what_can_be_asked(command: tuple[str, ...], ebbtide: Run) -> None:
    outcome = ebbtide(*command)
    assert outcome.code == 2
    assert "Usage: ebbtide" in outcome.out + outcome.err
    assert not outcome.err.endswith("ebbtide: \n")


def test_a_fault_of_ours_is_one_and_says_so(ebbtide: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise FloatingPointError("the modes cannot be told apart")

    monkeypatch.setattr("ebbtide.cli.evidence.load_library", fail)
    outcome = ebbtide("compounds")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == "ebbtide: the computation failed: the modes cannot be told apart\n"


def test_control_c_stops_quietly(ebbtide: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ebbtide.cli.evidence.load_library", stop)
    outcome = ebbtide("compounds")
    assert outcome == (130, "", "ebbtide: stopped\n")


def test_help_is_fast_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, atexit\n"
        "heavy = {'jax', 'xarray', 'altair', 'scipy', 'pyarrow', 'pint'}\n"
        "atexit.register(lambda: print('HEAVY', sorted(heavy & set(sys.modules))))\n"
        "sys.argv = ['ebbtide', '--help']\n"
        "from ebbtide.cli import main\n"
        "main()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "Usage: ebbtide" in result.stdout
    loaded = result.stdout.splitlines()[-1]
    assert "jax" not in loaded
    assert "xarray" not in loaded
    assert "altair" not in loaded
