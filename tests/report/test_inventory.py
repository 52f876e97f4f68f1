"""What was entered and what the library makes of it: contents, supports, conditions, what is known."""

from typing import Any

import pytest

from ebbtide.case import Case
from ebbtide.case.read import parse_case
from ebbtide.library import Library, load_library
from ebbtide.report.contents import drawn_contents
from ebbtide.report.inventory import (
    condition_effects,
    known_of,
    support_effects,
    support_line,
    without_effect,
)


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library()


def case_of(library: Library, **tables: Any) -> Case:
    frame = {"id": "x", "start": "2026-03-02T08:00:00+01:00", "duration": "5 d"}
    return parse_case({"case": frame, **tables}, library, "case.toml")


def dose(product: str, amount: str, at: str = "day 1 10:00") -> dict[str, Any]:
    return {"product": product, "amount": amount, "at": at}


LOT = {"id": "lot-1", "base": "kratom_leaf_powder"}
ASSAYED = LOT | {"assay": {"mitragynine": "15 mg/g"}}


def test_a_product_without_assay_says_what_it_is_drawn_from(library: Library) -> None:
    case = case_of(library, doses=[dose("kratom_leaf_powder", "2 g")])
    (text,) = drawn_contents(case, library, single=False)
    product = library.products["kratom_leaf_powder"]
    content = next(c.amount for c in product.contents if c.compound == product.active)
    assert text.startswith("assay of Kratom leaf powder: not given; drawn for each person")
    assert f"{content.value:.1f} mg/g of mitragynine" in text
    assert f"{content.between_cv * 100:.0f} %" in text
    assert "computed with the typical" in drawn_contents(case, library, single=True)[0]


def test_history_counts_too(library: Library) -> None:
    use = {
        "product": "kratom_tea",
        "amount": "4 g",
        "every": "6 h",
        "for": "90 d",
        "last": "6 h before start",
    }
    case = case_of(library, history=[use])
    assert [t.split(":")[0] for t in drawn_contents(case, library, single=False)] == ["assay of Kratom tea"]


def test_an_own_lot_is_drawn_unless_it_was_assayed(library: Library) -> None:
    without = case_of(library, products=[LOT], doses=[dose("lot-1", "2 g")])
    assert "lot-1: not given" in drawn_contents(without, library, single=False)[0]
    assayed = case_of(library, products=[ASSAYED], doses=[dose("lot-1", "2 g")])
    assert drawn_contents(assayed, library, single=False) == ()


def test_labels_that_are_often_wrong_are_named_and_exact_ones_are_not(library: Library) -> None:
    case = case_of(library, doses=[dose("melatonin_tablet", "3 mg"), dose("methadone_liquid", "30 mg")])
    (text,) = drawn_contents(case, library, single=False)
    assert text.startswith("content of Melatonin tablet: often not what the label says")
    assert "100 % of what the label says" in text


def test_conditions_and_supports_without_a_number_are_listed(library: Library) -> None:
    case = case_of(
        library,
        person={"conditions": ["hepatitis_c", "depression"]},
        supports=[{"kind": "counselling", "every": "7 d"}, {"kind": "acupuncture", "every": "2 d"}],
        doses=[dose("methadone_liquid", "30 mg")],
    )
    assert without_effect(case, library) == (
        "condition depression: recorded; changes nothing in the computation "
        "(the safety rules still look at it)",
        "support acupuncture: recorded; no measured effect, changes nothing in the computation",
    )
    assert condition_effects(library, "depression") == []
    assert "liver alt" in condition_effects(library, "hepatitis_c")


def test_supports_say_what_they_act_on(library: Library) -> None:
    assert "craving" in support_effects(library, "mindfulness")
    assert any(e.startswith("return to use") for e in support_effects(library, "counselling"))
    assert support_effects(library, "acupuncture") == []
    assert not any("craving" in e or "cows" in e for e in support_effects(library, "sleep_therapy"))
    case = case_of(
        library,
        supports=[{"kind": "sleep_therapy", "at": "day 2 08:00", "every": "7 d"}],
        doses=[dose("methadone_liquid", "30 mg")],
    )
    line = support_line(case.supports[0], library)
    assert line.startswith("Sleep therapy, every 7 days, from 24 h after the start")
    assert "time to fall asleep" in line


def test_what_is_known_comes_from_the_library_and_says_what_is_not(library: Library) -> None:
    case = case_of(
        library,
        doses=[
            dose("magnesium_oxide_tablet", "400 mg"),
            dose("melatonin_tablet", "3 mg"),
            dose("kratom_leaf_powder", "2 g"),
        ],
    )
    known = dict(known_of(case, library))
    assert {"Magnesium", "Melatonin", "Mitragynine", "7-Hydroxymitragynine"} <= set(known)
    assert "No study in people of magnesium together with kratom" in known["Magnesium"]
    assert "no effect on cramps" in known["Magnesium"]
    assert "about 7 min" in known["Melatonin"]
    assert "autonomic signs" in known["Melatonin"]
    assert "No controlled trial" in known["Mitragynine"]
