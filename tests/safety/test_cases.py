"""Cases from guidelines and published reports: what has to be found, and what must not be."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from ebbtide.case import parse_case
from ebbtide.library import load_library
from ebbtide.safety import case_findings
from ebbtide.safety.findings import SEVERITIES, rank

CASES = sorted((Path(__file__).parent / "cases").glob("*.toml"))
LIBRARY = load_library()


def read(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The case, and what is expected of it."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return raw, raw.pop("expected")


def found_in(path: Path) -> dict[str, str]:
    raw, _ = read(path)
    return {f["id"]: f["severity"] for f in case_findings(parse_case(raw, LIBRARY, path.name), LIBRARY)}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_is_expected_is_found_and_the_rest_is_silent(path: Path) -> None:
    _, expected = read(path)
    found = found_in(path)
    assert {id: found.get(id) for id in expected.get("findings", {})} == expected.get("findings", {})
    for pattern in expected.get("absent", ()):
        hits = [id for id, severity in found.items() if pattern in (id, severity) or is_in(id, pattern)]
        assert not hits, f"{pattern} is expected to be absent"
    if "worst" in expected:
        worse = {i: s for i, s in found.items() if rank(s) < rank(expected["worst"])}
        assert worse == {}


def is_in(id: str, pattern: str) -> bool:
    """Whether an id is of a family written with its dot: ``interaction.``."""
    return pattern.endswith(".") and id.startswith(pattern)


def test_there_are_enough_and_each_says_where_it_comes_from() -> None:
    expected = [read(path)[1] for path in CASES]
    assert len(CASES) >= 150
    assert all(e["source"] and isinstance(e["read"], bool) for e in expected)
    assert sum("worst" in e for e in expected) >= 40, "silence is as important as what is found"


def test_no_emergency_is_missed_and_silent_cases_stay_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """The two figures by which the rules are judged, over all cases; ``pytest -s`` shows them."""
    missed, alarmed, emergencies, silent = [], [], 0, 0
    for path in CASES:
        _, expected = read(path)
        found = found_in(path)
        for id, severity in expected.get("findings", {}).items():
            emergencies += severity == "emergency"
            if severity == "emergency" and found.get(id) != "emergency":
                missed.append((path.stem, id))
        if "worst" in expected:
            silent += 1
            if any(rank(s) <= rank("major") for s in found.values()):
                alarmed.append(path.stem)
    with capsys.disabled():
        print(
            f"\n{len(CASES)} cases: {len(missed)} of {emergencies} emergencies missed; "
            f"{len(alarmed)} of {silent} silent cases with a false major finding"
        )
    assert missed == []
    assert emergencies >= 40
    assert len(alarmed) <= silent / 10, alarmed


def test_the_expectations_name_severities_that_exist() -> None:
    named = {s for path in CASES for s in read(path)[1].get("findings", {}).values()}
    assert named <= set(SEVERITIES)
