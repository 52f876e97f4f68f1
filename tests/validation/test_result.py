import math

import pytest

from ebbtide.validation.result import agrees, fold_between, told
from ebbtide.validation.schema import RawAccept


@pytest.mark.parametrize(
    ("rule", "predicted", "observed", "band", "verdict"),
    [
        ({}, 1, 2, None, None),
        ({"fold": 1.5}, 10, 14, None, True),
        ({"fold": 1.5}, 14, 10, None, True),
        ({"fold": 1.5}, 10, 16, None, False),
        ({"fold": 2}, 0, 0, None, True),
        ({"fold": 2}, 0, 1, None, False),
        ({"absolute": 3}, 10, 13, None, True),
        ({"absolute": 3}, 10, 13.1, None, False),
        ({"low": 2}, 3, None, None, True),
        ({"low": 2, "high": 4}, 5, None, None, False),
        ({"absolute": 3, "low": 11}, 10, 12, None, False),
        ({"band": 90}, 5, 8, (2, 9), True),
        ({"band": 90}, 5, 10, (2, 9), False),
        ({"band": 90, "width_fold": 4}, 5, 8, (2, 9), False),
        ({"fold": 2}, math.nan, 5, None, False),
    ],
)
def test_rules(
    rule: dict[str, float],
    predicted: float,
    observed: float | None,
    band: tuple[float, float] | None,
    verdict: bool,
) -> None:
    assert agrees(RawAccept(**rule), predicted, observed, band) is verdict


def test_fold() -> None:
    assert fold_between(2, 4) == fold_between(4, 2) == 2
    assert fold_between(0, 4) is None


def test_rule_in_words() -> None:
    assert told(RawAccept(fold=1.5, low=3)) == "1.5-fold, ≥ 3"
