"""The layers of the house: a floor knows only the floors below it, and what each floor never does."""

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from subprocess import run

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "src" / "ebbtide"
FLOORS = {
    "library": 0,
    "case": 1,
    "population": 1,
    "physiology": 2,
    "engine": 3,
    "safety": 3,
    "trial": 4,
    "learning": 4,
    "validation": 4,
    "report": 5,
    "exchange": 5,
    "record": 5,
    "cli": 6,
    "web": 6,
}
NEIGHBOURS = {("safety", "engine"), ("population", "case")}
"""The only pairs on one floor where the first may know the second."""
OUTSIDE_WORLD = {"csv", "datetime", "io", "json", "os", "pathlib", "random", "sys", "time", "tomllib"}
STRUCTURAL_FLOATS = {0.0, 0.5, 1.0, 2.0}

MODULES = sorted(HOUSE.rglob("*.py"))


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def dotted_name(path: Path) -> str:
    parts = path.relative_to(HOUSE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything that a module imports."""
    package = dotted_name(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base = [*base, *(node.module or "").split(".")] if node.module else base
            yield from ((node.lineno, ".".join([*base, alias.name])) for alias in node.names)


def packages_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and package of our own that a module imports."""
    for line, name in imports(path):
        parts = name.split(".")
        if parts[0] == "ebbtide" and len(parts) > 1 and parts[1] != "__version__":
            yield line, parts[1]


def home(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0]


def may_know(knower: str, known: str) -> bool:
    return knower == known or FLOORS[known] < FLOORS[knower] or (knower, known) in NEIGHBOURS


def named(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def test_every_package_has_a_floor() -> None:
    packages = {home(path) for path in MODULES if path.parent != HOUSE}
    assert packages <= set(FLOORS), "say in FLOORS where the new package belongs"


@pytest.mark.parametrize("path", [p for p in MODULES if p.parent != HOUSE], ids=named)
def test_a_floor_knows_only_the_floors_below(path: Path) -> None:
    wrong = [
        f"line {line}: {home(path)} imports {known}"
        for line, known in packages_of(path)
        if not may_know(home(path), known)
    ]
    assert not wrong


@pytest.mark.parametrize(
    "path", [p for p in MODULES if home(p) in {"library", "case", "population"}], ids=named
)
def test_what_a_user_writes_is_read_without_jax(path: Path) -> None:
    heavy = [
        f"line {line}: {name}" for line, name in imports(path) if name.split(".")[0] in {"jax", "jaxlib"}
    ]
    assert not heavy


@pytest.mark.parametrize("path", [p for p in MODULES if home(p) == "physiology"], ids=named)
class TestPhysiology:
    def test_has_no_numbers_typed_in(self, path: Path) -> None:
        typed_in = [
            f"line {node.lineno}: {node.value}"
            for node in ast.walk(parse(path))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, float | complex)
            and node.value not in STRUCTURAL_FLOATS
        ]
        assert not typed_in, "numbers of the body live in the library, with unit, spread and source"

    def test_has_no_input_output_and_no_clock(self, path: Path) -> None:
        outside = [
            f"line {line}: {name}" for line, name in imports(path) if name.split(".")[0] in OUTSIDE_WORLD
        ]
        calls = [
            f"line {node.lineno}: {node.func.id}"
            for node in ast.walk(parse(path))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"open", "print", "input"}
        ]
        assert not outside + calls


@pytest.mark.parametrize("path", [p for p in MODULES if home(p) == "engine"], ids=named)
def test_the_engine_knows_no_compound_by_name(path: Path) -> None:
    compounds = {entry.stem for entry in (HOUSE / "library" / "compounds").glob("*.toml")}
    known = [
        f"line {node.lineno}: {node.value}"
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Constant) and node.value in compounds
    ]
    assert compounds
    assert not known


@cache
def declared() -> set[str]:
    """Distributions that the package itself needs, extras left out."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {canonicalize_name(Requirement(text).name) for text in project["dependencies"]}


@cache
def owners() -> Mapping[str, list[str]]:
    """Distributions that bring each top-level package."""
    return packages_distributions()


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_every_import_is_a_declared_dependency(path: Path) -> None:
    missing = []
    for line, name in imports(path):
        top = name.split(".")[0]
        if top == "ebbtide" or top in sys.stdlib_module_names:
            continue
        if not declared() & {canonicalize_name(owner) for owner in owners().get(top, [])}:
            missing.append(f"line {line}: {top}")
    assert not missing, "declare it in pyproject.toml and say why in docs/dependencies.md"


@pytest.mark.parametrize(
    "module",
    [
        *("ebbtide", "ebbtide.library", "ebbtide.case", "ebbtide.population", "ebbtide.safety"),
        "ebbtide.cli",
        "ebbtide.exchange.nonmem",
    ],
)
def test_import_does_not_load_jax(module: str) -> None:
    code = f"import sys, {module}; print('jax' in sys.modules)"
    result = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


@pytest.mark.parametrize(
    "folder",
    sorted({p.parent for p in (ROOT / "tests").rglob("*.py")}),
    ids=lambda folder: str(folder.relative_to(ROOT)),
)
def test_test_folders_are_packages(folder: Path) -> None:
    assert (folder / "__init__.py").exists(), "without it, a module name may be used only once in all tests"
