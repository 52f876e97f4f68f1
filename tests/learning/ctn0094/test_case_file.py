"""A person as a case file."""

import tomllib
from pathlib import Path

import pytest

from ebbtide.case import parse_case
from ebbtide.learning.ctn0094.case_file import case_text, runs
from ebbtide.learning.ctn0094.tables import Tables, shipped_tables
from ebbtide.library import InputError, load_library


@pytest.fixture(scope="module")
def tables() -> Tables:
    return shipped_tables()


def test_the_example_is_what_the_tables_hold(tables: Tables) -> None:
    example = Path("examples/ctn0094_person_756.toml").read_text(encoding="utf-8")
    assert case_text(tables, 756) == example


def test_everybody_becomes_a_case(tables: Tables) -> None:
    rated = tables["withdrawal"][tables["withdrawal"]["when"].between(-30, 29)]
    for who in tables.who[::40]:
        case = parse_case(tomllib.loads(case_text(tables, int(who))), load_library(), str(who))
        assert len(case.observations) == (rated["who"] == who).sum()
        assert case.history


def test_nobody_of_that_name(tables: Tables) -> None:
    with pytest.raises(InputError, match="no such person"):
        case_text(tables, 1)


def test_runs_of_days() -> None:
    assert runs([3, 1, 2, 7, 2]) == [(1, 3), (7, 1)]
