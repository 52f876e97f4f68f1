"""What README and docs show is tried: Python runs, cases are read, commands end with exit 0."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ebbtide.case import parse_case
from ebbtide.library import load_library

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w+)[^\n]*\n(?P<text>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL
)
MODEL_COMMANDS = {"simulate"}
"""Commands that integrate people: run for one person here, whatever the page says."""


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    text: str

    @property
    def where(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    return [block for page in PAGES for block in blocks_of(page) if block.language in languages]


def blocks_of(page: Path) -> Iterator[Block]:
    content = page.read_text(encoding="utf-8")
    for match in FENCE.finditer(content):
        text = re.sub(rf"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
        yield Block(page, content.count("\n", 0, match.start()) + 1, match["language"], text)


def is_case(block: Block) -> bool:
    return block.language == "toml" and re.search(r"^\[case\]", block.text, re.MULTILINE) is not None


def commands(block: Block) -> list[str]:
    """The ``$ ebbtide ...`` lines of a console block, continued lines joined."""
    text = block.text.replace("\\\n", " ")
    return [line[2:].strip() for line in text.splitlines() if line.startswith("$ ebbtide ")]


def for_one_person(command: str) -> list[str]:
    words = shlex.split(command, comments=True)
    if words[1] not in MODEL_COMMANDS:
        return words
    if "--people" in words:
        at = words.index("--people")
        del words[at : at + 2]
    return [*words, "--people", "1"]


def where(block: Block) -> str:
    return block.where


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the examples, as the current one: what is run there leaves nothing behind."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("block", blocks("python"), ids=where)
def test_python_runs(block: Block, checkout: Path) -> None:
    code = "\n" * block.line + block.text  # so that a failure names the line of the page
    exec(compile(code, str(block.page), "exec"), {"__name__": "__docs__"})


@pytest.mark.parametrize("block", [b for b in blocks("toml") if is_case(b)], ids=where)
def test_case_is_read(block: Block) -> None:
    parse_case(tomllib.loads(block.text), load_library(), where=block.where)


@pytest.mark.parametrize("block", blocks("toml"), ids=where)
def test_toml_is_well_formed(block: Block) -> None:
    tomllib.loads(block.text)


@pytest.mark.parametrize("block", [b for b in blocks("console", "bash", "sh") if commands(b)], ids=where)
def test_commands_end_well(block: Block, checkout: Path) -> None:
    for case in filter(is_case, blocks_of(block.page)):
        (checkout / "my_case.toml").write_text(case.text, encoding="utf-8")  # the page's last one
    for command in commands(block):
        words = for_one_person(command)
        program = Path(sys.executable).with_name(words[0])
        result = subprocess.run(
            [program, *words[1:]], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, f"{command}\n{result.stderr}"


def test_pages_are_found() -> None:
    assert blocks("toml")
    assert blocks("console")
