import re
from pathlib import Path

import pytest

from ebbtide.case.schema import RawFile
from ebbtide.case.vocabulary import (
    CONDITION_SYNONYMS,
    CONDITIONS,
    LAB_SYNONYMS,
    LABS,
    PLASMA,
    QUANTITIES,
    SIGN_SYNONYMS,
    SIGNS,
    SUPPORTS,
    SYMPTOM,
    VITAL_SYNONYMS,
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


@pytest.mark.parametrize(
    ("others", "words"),
    [
        (LAB_SYNONYMS, LABS),
        (VITAL_SYNONYMS, VITALS),
        (SIGN_SYNONYMS, SIGNS),
        (CONDITION_SYNONYMS, CONDITIONS),
    ],
)
def test_every_other_word_means_a_word_and_is_told_on_the_page(
    others: dict[str, str], words: dict[str, Measure] | tuple[str, ...]
) -> None:
    assert set(others.values()) <= set(words)
    assert not set(others) & {word.lower() for word in words}
    assert all(f"`{other}`" in PAGE for other in others)


def test_every_table_is_told_on_the_page() -> None:
    for table in RawFile.model_fields:
        assert f"\n[{table}]\n" in PAGE or f"\n[[{table}]]" in PAGE


@pytest.mark.parametrize("measure", [*LABS.values(), *VITALS.values(), *QUANTITIES.values(), PLASMA, SYMPTOM])
def test_units_are_known(measure: Measure) -> None:
    for unit in measure.units:
        registry().Unit(unit)  # raises when it is not
    assert measure.example
