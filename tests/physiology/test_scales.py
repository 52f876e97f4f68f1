import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.library import Library, load_library
from ebbtide.physiology.body import build_body
from ebbtide.physiology.scales import item_weights, reported

PUBLISHED = {"COWS": (48, 11), "SOWS": (64, 16), "SOWS-Gossop": (30, 10)}
"""Greatest total and number of items: Wesson 2003, Handelsman 1987, Gossop 1990."""


def followers(library: Library) -> list[str]:
    return [*library.physiology["symptoms"], "craving"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_greatest_total_is_the_published_one(name: str, library: Library) -> None:
    scale = library.scale(name)
    total, items = PUBLISHED[name]
    assert (scale.total_maximum, len(scale.items)) == (total, items)
    weights = item_weights(scale, followers(library))
    # whatever the tendency to report, all symptoms at their worst give the maximum, none gives 0
    for tendency in (0.3, 1.0, 4.0):
        worst = reported(np.ones((len(weights), 1)), np.array([tendency]))
        assert (weights @ worst)[0] == pytest.approx(total)
    assert weights @ np.zeros(len(weights)) == 0
    assert np.all(weights >= 0)


@pytest.mark.parametrize("name", PUBLISHED)
def test_items_can_be_scored_and_bands_do_not_overlap(name: str) -> None:
    scale = load_library().scale(name)
    assert len({item.key for item in scale.items}) == len(scale.items)
    for item in scale.items:
        assert min(item.allowed) == 0
        assert max(item.allowed) == item.maximum
        assert list(item.allowed) == sorted(set(item.allowed))
        assert set(item.symptoms) <= set(followers(load_library()))
    edges = [edge for band in scale.bands for edge in (band.low, band.high)]
    assert edges == sorted(edges)
    assert not edges or edges[-1] == scale.total_maximum


def test_every_symptom_is_seen_by_some_scale_or_by_itself(library: Library) -> None:
    body = build_body(library, ["morphine"])
    for symptom in library.physiology["symptoms"]:
        assert f"symptom.{symptom}" in body.quantities
    for scale in filter(lambda scale: scale.is_computed, library.scales.values()):
        assert scale.quantity in body.quantities


@given(st.floats(0.01, 0.99), st.floats(0.05, 20))
def test_a_tendency_multiplies_the_odds(symptom: float, tendency: float) -> None:
    seen = reported(np.array([[symptom]]), np.array([tendency]))[0, 0]
    assert seen / (1 - seen) == pytest.approx(tendency * symptom / (1 - symptom))
