"""Every example can be read."""

from pathlib import Path

import pytest

from ebbtide.case import read_case
from ebbtide.library import load_library

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.toml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_read(path: Path) -> None:
    assert read_case(path, load_library()).id
