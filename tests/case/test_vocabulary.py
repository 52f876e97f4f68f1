import re
from pathlib import Path

import pytest

from ebbtide.case.schema import RawFile
from ebbtide.case.vocabulary import (
    CONDITIONS,
    LABS,
    PLASMA,
    QUANTITIES,
    SIGNS,
    SUPPORTS,
    SYMPTOM,
    VITALS,
    Measure,
)
from ebbtide.library import registry

PAGE = (Path(__file__).parents[2] / "docs" / "case-file.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [LABS, VITALS, QUANTITIES, SIGNS, CONDITIONS, SUPPORTS])
def test_every_word_is_told_on_the_page(words: object) -> None:
    told = set(re.findall(r"`([^`\n]+)`", PAGE))
    assert isinstance(words, dict | tuple)
    assert set(words) <= told
    assert list(words) == list(dict.fromkeys(words))


def test_every_table_is_told_on_the_page() -> None:
    for table in RawFile.model_fields:
        assert f"\n[{table}]\n" in PAGE or f"\n[[{table}]]" in PAGE


@pytest.mark.parametrize("measure", [*LABS.values(), *VITALS.values(), *QUANTITIES.values(), PLASMA, SYMPTOM])
def test_units_are_known(measure: Measure) -> None:
    for unit in measure.units:
        registry().Unit(unit)  # raises when it is not
    assert measure.example
