"""Files that must agree with each other: declared, locked and described dependencies; versions."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import ebbtide

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
LOCKED_BY = {
    "lock.txt": [*PROJECT["project"]["dependencies"], *EXTRAS["dev"], *PROJECT["build-system"]["requires"]],
    "docs.txt": [*PROJECT["project"]["dependencies"], *EXTRAS["docs"]],
}


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("name", LOCKED_BY)
def test_lock_satisfies_what_is_declared(name: str) -> None:
    pins = locked(name)
    for requirement in map(Requirement, LOCKED_BY[name]):
        pin = pins.get(canonicalize_name(requirement.name))
        assert pin is not None, f"{requirement.name} is not in {name}: run `make lock`"
        assert requirement.specifier.contains(pin), f"{requirement} but {pin} is locked: run `make lock`"


def test_both_locks_pin_the_same_versions() -> None:
    tests, docs = locked("lock.txt"), locked("docs.txt")
    assert {n: v for n, v in tests.items() if docs.get(n, v) != v} == {}


@pytest.mark.parametrize("name", LOCKED_BY)
def test_lock_names_no_index_and_no_path(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    strange = [
        line for line in text.splitlines() if not re.match(r"#|[a-z0-9.-]+==\S+ \\$|    --hash=sha256:", line)
    ]
    assert not strange


def test_every_dependency_is_explained() -> None:
    explained = set(
        re.findall(
            r"^\| `([^`]+)`", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    texts = [*EXTRAS["bench"], *(text for texts in LOCKED_BY.values() for text in texts)]
    declared = {Requirement(text).name for text in texts}
    assert explained == declared


def test_citation_has_the_version_of_the_package() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {ebbtide.__version__}\n" in citation


def test_make_targets_are_told_by_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == set(re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.MULTILINE))
