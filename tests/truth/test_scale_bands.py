"""Ranges of rating scales at every boundary, as they are published; each table names where it was read."""

import pytest

from ebbtide.case.scoring import score_total
from ebbtide.library import load_library

PUBLISHED = {
    # SAMHSA TIP 40, NBK64244 table A72915: 5-12 mild, 13-24 moderate, 25-36 moderately severe, more than 36
    # severe. The form names nothing below 5.
    "COWS": (48, {"mild": (5, 12), "moderate": (13, 24), "moderately severe": (25, 36), "severe": (37, 48)}),
    # Spitzer 2006, Arch Intern Med 166:1092: cut points 5, 10 and 15.
    "GAD-7": (21, {"minimal": (0, 4), "mild": (5, 9), "moderate": (10, 14), "severe": (15, 21)}),
    # Kroenke 2001, J Gen Intern Med 16:606: cut points 5, 10, 15 and 20.
    "PHQ-9": (
        27,
        {
            "minimal": (0, 4),
            "mild": (5, 9),
            "moderate": (10, 14),
            "moderately severe": (15, 19),
            "severe": (20, 27),
        },
    ),
    # US Department of Veterans Affairs, My HealtheVet page of the ISI: ranges below the form.
    "ISI": (
        28,
        {
            "no clinically significant insomnia": (0, 7),
            "subthreshold insomnia": (8, 14),
            "moderate insomnia": (15, 21),
            "severe insomnia": (22, 28),
        },
    ),
    # Buysse 1989, Psychiatry Res 28:193, abstract: a global score above 5 is a poor sleeper.
    "PSQI": (21, {"good sleeper": (0, 5), "poor sleeper": (6, 21)}),
    # Canadian Physiotherapy Association, NRS-11: 0 none, 1-3 mild, 4-6 moderate, 7-10 severe.
    "NRS": (10, {"none": (0, 0), "mild": (1, 3), "moderate": (4, 6), "severe": (7, 10)}),
    # Common reprints of the SOWS: 1-10 mild, 11-20 moderate, 21-30 severe; higher totals are taken as severe.
    "SOWS": (64, {"mild": (1, 10), "moderate": (11, 20), "severe": (21, 64)}),
    # NIDA Data Share: 13 signs, and ten symptoms; neither page names ranges.
    "OOWS": (13, {}),
    "SOWS-Gossop": (30, {}),
    # Peachey 1988: 0 to 31. NIDA Data Share: seven signs of the MHOWS, 0, 1 or 2 each.
    "CINA": (31, {}),
    "MHOWS": (14, {}),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_total_has_the_published_name(name: str) -> None:
    highest, bands = PUBLISHED[name]
    scale = load_library().scale(name)
    assert scale.total_maximum == highest
    names = {total: band for band, (low, high) in bands.items() for total in range(low, high + 1)}
    for total in range(highest + 1):
        band = score_total(scale, total, "total").band
        told = None if band is None or band.name == "no named band" else band.name
        assert told == names.get(total), total


# NBK64244 table A72915: the scores printed beside each item of the COWS.
COWS_SCORES = {
    "pulse": [0, 1, 2, 4],
    "sweating": [0, 1, 2, 3, 4],
    "restlessness": [0, 1, 3, 5],
    "pupils": [0, 1, 2, 5],
    "aches": [0, 1, 2, 4],
    "nose_eyes": [0, 1, 2, 4],
    "gi": [0, 1, 2, 3, 5],
    "tremor": [0, 1, 2, 4],
    "yawning": [0, 1, 2, 4],
    "anxiety": [0, 1, 2, 4],
    "gooseflesh": [0, 3, 5],
}
# Items and range of an item: EUDA page (SOWS 16, 0-4), NIDA Data Share (Gossop ten, 0-3; OOWS 13 signs,
# present or absent), VA page (ISI seven, 0-4), Buysse 1989 (seven components, 0-3), Spitzer 2006 and Kroenke
# 2001 (0-3).
ITEMS = {
    "SOWS": (16, 4),
    "SOWS-Gossop": (10, 3),
    "OOWS": (13, 1),
    "MHOWS": (7, 2),
    "ISI": (7, 4),
    "PSQI": (7, 3),
    "GAD-7": (7, 3),
    "PHQ-9": (9, 3),
    "NRS": (1, 10),
}


def test_scores_of_the_cows_have_the_printed_gaps() -> None:
    assert {i.key: list(i.allowed) for i in load_library().scale("COWS").items} == COWS_SCORES


@pytest.mark.parametrize("name", ITEMS)
def test_other_scales_have_every_score_of_an_item(name: str) -> None:
    number, highest = ITEMS[name]
    scale = load_library().scale(name)
    assert len(scale.items) == number
    assert all(item.allowed == tuple(range(highest + 1)) for item in scale.items)


@pytest.mark.parametrize("name", ["ISI", "PSQI"])
def test_wording_that_needs_a_licence_is_not_shipped(name: str) -> None:
    scale = load_library().scale(name)
    assert all(not item.definition and not item.anchors for item in scale.items)
    assert "not shipped" in scale.licence


def test_every_scale_says_its_licence() -> None:
    assert all(scale.licence and scale.recall for scale in load_library().scales.values())
