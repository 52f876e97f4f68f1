from datetime import date
from typing import Any

import pytest

from ebbtide.case.telling import shown, shown_key


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2, 2),
        (None, None),
        (True, True),
        ([1], "[1]"),
        (date(2026, 3, 2), "2026-03-02"),
        ("x" * 200, "x" * 80 + "..."),
    ],
)
def test_values_are_short(value: object, text: Any) -> None:
    assert shown(value) == text


def test_endless_numbers_are_cut() -> None:
    assert shown(10**200) == "1" + "0" * 79 + "..."


@pytest.mark.parametrize(
    ("name", "text"), [("7-OH", "7-OH"), ("two words", "'two words'"), ("a\nb", "'a\\nb'")]
)
def test_keys_stay_on_one_line(name: str, text: str) -> None:
    assert shown_key(name) == text
