import numpy as np
import pytest

from ebbtide.library import InputError
from ebbtide.validation.draws import Draws, lognormal_factor
from ebbtide.validation.schema import RawLogNormal

DRAWS = Draws(seed=1, people=2000)


def test_quantiles_are_even_and_repeatable() -> None:
    quantiles = DRAWS.quantiles("a")
    assert np.histogram(quantiles, 20, (0, 1))[0] == pytest.approx(100)
    assert (quantiles == DRAWS.quantiles("a")).all()
    assert abs(np.corrcoef(quantiles, DRAWS.quantiles("b"))[0, 1]) < 0.1


def test_trait_has_the_published_mean_and_spread() -> None:
    weights = DRAWS.trait({"mean": 74, "sd": 10}, "weight", "x")
    assert weights.mean() == pytest.approx(74, abs=0.1)
    assert weights.std() == pytest.approx(9.87, abs=0.1)  # cut off at three sd
    assert (DRAWS.trait(80, "weight", "x") == 80).all()


def test_trait_keeps_its_bounds() -> None:
    weights = DRAWS.trait({"mean": 74, "sd": 30, "low": 60, "high": 90}, "weight", "x")
    assert weights.min() >= 60
    assert weights.max() <= 90
    assert weights.std() < 10


@pytest.mark.parametrize(
    "raw", ["74", {"mean": 74, "sd": -1}, {"mean": 10, "sd": 20}, {"mean": 5, "low": 9, "high": 3}, {"sd": 1},
            {"mean": 74, "std": 3}, -4, True],
)  # fmt: skip
def test_impossible_traits_are_refused(raw: object) -> None:
    with pytest.raises(InputError, match=r"study: weight"):
        DRAWS.trait(raw, "weight", "study: weight")


def test_shares() -> None:
    people = DRAWS.shares({"male": 0.25, "female": 0.75}, ("female", "male"), "sex", "x")
    assert people.count("male") == pytest.approx(500, abs=1)
    assert DRAWS.shares({"male": 0.25}, ("female", "male"), "sex", "x").count("male") == pytest.approx(
        500, abs=1
    )
    assert set(DRAWS.shares("male", ("female", "male"), "sex", "x")) == {"male"}


@pytest.mark.parametrize(
    "raw", ["man", {"man": 1}, {"male": 2}, {"male": 0.4, "female": 0.4}, {"male": "all"}]
)
def test_impossible_shares_are_refused(raw: object) -> None:
    with pytest.raises(InputError, match=r"study: sex"):
        DRAWS.shares(raw, ("female", "male"), "sex", "study: sex")


def test_amounts_are_lognormal_within_bounds() -> None:
    spread = RawLogNormal(median="200 mg", cv=0.5, low="0.1 g", high="800 mg")
    factor = lognormal_factor(spread, DRAWS.quantiles("a"), "x")
    assert np.median(factor) == pytest.approx(1, abs=0.01)
    assert np.log(factor).std() == pytest.approx(np.sqrt(np.log(1.25)), rel=0.1)
    assert factor.min() == 0.5
    with pytest.raises(InputError, match="do not enclose"):
        lognormal_factor(RawLogNormal(median="200 mg", cv=0.5, low="300 mg"), DRAWS.quantiles("a"), "x")
