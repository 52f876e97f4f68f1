"""Programs on disk: loaded ones give what compiled ones give, and a file that is broken does no harm."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Float

from ebbtide.engine import programs
from ebbtide.engine.programs import Program, file_name, lasting_name
from ebbtide.physiology.arrays import Values


class Two(NamedTuple):
    """Results."""

    once: Float[Values, "rows people"]
    twice: tuple[Float[Values, "rows people"], None]


TRACED: list[str] = []


def scaled() -> Program:
    """A program as in a new process, of a function that tells when it is traced."""

    def function(how: tuple[str, float], values: Two, more: Float[Values, " people"]) -> Two:
        TRACED.append(how[0])
        once = jnp.sin(values.once) * how[1] + more
        return Two(once, (2.0 * once, None))

    return Program(function, static=(0,))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for programs."""
    monkeypatch.setattr(programs, "folder_of_programs", lambda: tmp_path)
    TRACED.clear()
    return tmp_path


def arguments(people: int) -> tuple[Two, np.ndarray]:
    """Something to run it on."""
    rows = np.linspace(0.0, 1.0, 3 * people).reshape(3, people)
    return Two(rows, (rows, None)), np.arange(float(people))


def test_a_program_from_disk_is_not_traced_again_and_gives_the_same(folder: Path) -> None:
    values, more = arguments(5)
    first = scaled()(("a", 3.0), values, more)
    assert TRACED == ["a"]
    again = scaled()(("a", 3.0), values, more)
    assert TRACED == ["a"]
    np.testing.assert_array_equal(first.twice[0], again.twice[0])
    np.testing.assert_allclose(again.once, np.sin(values.once) * 3.0 + more, rtol=1e-14)
    assert len(list(folder.iterdir())) == 1


def test_other_static_arguments_and_other_shapes_are_other_programs(folder: Path) -> None:
    program = scaled()
    for how, people in ((("a", 3.0), 5), (("a", 4.0), 5), (("a", 3.0), 6)):
        values, more = arguments(people)
        got = program(how, values, more)
        np.testing.assert_allclose(got.once, np.sin(values.once) * how[1] + more, rtol=1e-14)
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("content", [b"", b"not a program", b"\x80\x04K\x01.", "half", "one byte"])
def test_a_broken_file_is_made_anew(folder: Path, content: bytes | str) -> None:
    values, more = arguments(5)
    first = scaled()(("a", 3.0), values, more)
    [file] = folder.iterdir()
    whole = file.read_bytes()
    broken = {
        "half": whole[: len(whole) // 2],
        "one byte": whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:],
    }
    file.write_bytes(content if isinstance(content, bytes) else broken[content])
    again = scaled()(("a", 3.0), values, more)
    np.testing.assert_array_equal(first.once, again.once)
    assert TRACED == ["a", "a"]
    scaled()(("a", 3.0), values, more)
    assert TRACED == ["a", "a"]


def test_without_a_folder_it_is_compiled_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "folder_of_programs", lambda: None)
    values, more = arguments(5)
    got = scaled()(("a", 3.0), values, more)
    np.testing.assert_allclose(got.once, np.sin(values.once) * 3.0 + more, rtol=1e-14)


@dataclass(frozen=True)
class Static:
    """As a system is."""

    names: tuple[str, ...]
    aside: object = field(default=None, compare=False)


def test_a_name_lasts_where_values_are_equal_and_only_there() -> None:
    files: set[str] = set()
    one, same = Static(("x",), aside=object()), Static(("x",), aside=object())
    assert lasting_name(one, files) == lasting_name(same, files) != lasting_name(Static(("y",)), files)
    assert files == {__file__}
    with pytest.raises(TypeError, match="object"):
        lasting_name((object(),), set())
    assert file_name("f", [object()], "tree", []) is None
    assert file_name("f", [one], "tree", [1]) != file_name("f", [one], "tree", [2])


def test_those_not_used_for_longest_go_first(tmp_path: Path) -> None:
    for age, name in enumerate(("new", "older", "oldest")):
        (tmp_path / name).write_bytes(b"x" * 100)
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    programs._prune(tmp_path, most_bytes=250)
    assert {file.name for file in tmp_path.iterdir()} == {"new", "older"}
