import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .conftest import Outcome

Run = Callable[..., Outcome]
ROOT = Path(__file__).parents[2]
FENTANYL = ROOT / "examples" / "fentanyl_buprenorphine.toml"
CASES = ROOT / "tests" / "safety" / "cases"


def test_json_is_alone_on_stdout(ebbtide: Run) -> None:
    outcome = ebbtide("check", FENTANYL, "--json")
    assert (outcome.code, outcome.err) == (0, "")
    document = json.loads(outcome.out)
    assert document["case"] == "fentanyl-buprenorphine" or document["case"]
    assert {f["id"] for f in document["findings"]} >= {"relapse.lost_tolerance", "treatment.agonist"}
    assert document["emergency"][0]["sign"] == "Any emergency"
    severities = [f["severity"] for f in document["findings"]]
    order = ["emergency", "urgent", "major", "moderate", "minor", "note"]
    assert severities == sorted(severities, key=order.index)


def test_the_page_begins_with_emergencies(ebbtide: Run, tmp_path: Path) -> None:
    text = (CASES / "methadone_torsades_shm.toml").read_text(encoding="utf-8").split("[expected]")[0]
    case = tmp_path / "case.toml"
    case.write_text(text, encoding="utf-8")
    page = ebbtide("check", case).out
    places = [
        page.index(words) for words in ("Emergency signs", "\nEMERGENCY\n", "\nURGENT", "\nMAJOR", "\nNOTES")
    ]
    assert places == sorted(places)
    assert "[lab.qtc]" in page
    for part in ("rule: ", "inputs: ", "sources: Krantz2009", "missing: ", "would change it: "):
        assert part in page
    assert all(len(line) <= 100 for line in page.splitlines())


def test_a_medicine_that_is_not_known_is_refused_with_the_nearest_name(ebbtide: Run, tmp_path: Path) -> None:
    case = tmp_path / "case.toml"
    case.write_text(
        '[case]\nid = "x"\nstart = 2026-03-02T08:00:00Z\nduration = "1 d"\n'
        '[[doses]]\nproduct = "sertralin"\nat = "day 1 09:00"\n',
        encoding="utf-8",
    )
    outcome = ebbtide("check", case)
    assert (outcome.code, outcome.out) == (2, "")
    assert "unknown product; got 'sertralin'" in outcome.err
    assert 'Did you mean "sertraline"' in outcome.err


def test_nothing_taken_says_so(ebbtide: Run, tmp_path: Path) -> None:
    case = tmp_path / "case.toml"
    case.write_text('[case]\nid = "x"\nstart = 2026-03-02T08:00:00Z\nduration = "1 d"\n', encoding="utf-8")
    page = ebbtide("check", case).out
    assert page.startswith("x: nothing found\n")
    assert "not known to be safe" in " ".join(page.split())


def test_the_command_loads_nothing_heavy() -> None:
    code = (
        "import sys, atexit\n"
        "heavy = {'jax', 'numpy', 'xarray', 'scipy', 'pyarrow', 'pint', 'rich'}\n"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules)), file=sys.stderr))\n"
        f"sys.argv = ['ebbtide', 'check', {str(FENTANYL)!r}, '--json']\n"
        "from ebbtide.cli import main\n"
        "main()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert result.stderr.splitlines()[-1] == "[]"
