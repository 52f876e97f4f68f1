"""RUCAM against its published scale and published cases."""

import pytest

from ebbtide.case import parse_case
from ebbtide.library import load_library
from ebbtide.safety.facts import facts_of
from ebbtide.safety.rucam import answers_of, grade, score
from ebbtide.safety.signs import sign_findings

from .test_cases import CASES, read

LIBRARY = load_library()


def test_the_range_of_the_scale_is_the_published_one() -> None:
    """AASLD 2022, Table 5: -9 to +14 for hepatocellular injury."""
    assert score({}, "hepatocellular", LIBRARY) == (-9, 14)


def test_a_published_hepatocellular_case() -> None:
    """Exploration of Digestive Diseases 100184, Table 1: items 1 to 4 score 2, 3, 0 and 1 (age), 0."""
    answers = {
        "onset": "5-90 d",
        "course": "half in 8 d",
        "alcohol": "no",
        "age": "yes",
        "concomitant": "none",
    }
    low, high = score(answers, "hepatocellular", LIBRARY)
    rest = score(
        {**answers, "other_causes": "ruled out", "known": "labelled", "rechallenge": "not done"},
        "hepatocellular",
        LIBRARY,
    )
    assert low <= 6 <= high
    assert rest == (10, 10), "2 + 3 + 0 + 1 + 0, and 2 + 2 + 0"


def test_a_published_cholestatic_case() -> None:
    """Euroasian J Hepatogastroenterol 2019;9:49, Table 2: items 1 to 4 score 2, 2, 0, 0."""
    answers = {
        "onset": "5-90 d", "course": "half in 180 d", "alcohol": "no", "age": "no", "concomitant": "none",
        "other_causes": "partly ruled out", "known": "unknown", "rechallenge": "not done",
    }  # fmt: skip
    assert score(answers, "cholestatic", LIBRARY) == (4, 4)


@pytest.mark.parametrize(
    ("total", "name"),
    [(-9, "excluded"), (0, "excluded"), (1, "unlikely"), (2, "unlikely"), (3, "possible"), (5, "possible"),
     (6, "probable"), (8, "probable"), (9, "highly probable"), (14, "highly probable")],
)  # fmt: skip
def test_grades(total: int, name: str) -> None:
    assert grade(total, LIBRARY) == name


@pytest.mark.parametrize(
    ("case", "suspect", "onset", "course"),
    [
        ("livertox_8332", "kratom", "5-90 d", "not known"),  # 25 days to onset by the report
        ("livertox_6972", "kratom", "5-90 d", "not known"),  # 23 days
    ],
)
def test_items_are_read_from_the_course_of_a_case(case: str, suspect: str, onset: str, course: str) -> None:
    (path,) = [path for path in CASES if path.stem == case]
    facts = facts_of(parse_case(read(path)[0], LIBRARY, path.name), LIBRARY)
    (taken,) = [s for s in facts.substances if s.name == suspect]
    answers = answers_of(taken, "cholestatic", facts)
    assert (answers["onset"], answers["course"], answers["known"]) == (onset, course, "published")
    assert answers["concomitant"] != "none"
    assert sign_findings(facts)


def test_the_fall_of_alp_in_livertox_8332_is_half_within_180_days() -> None:
    """ALP 218, 277 at its peak on day 4, 189 on day 12, 120 on day 29 (limit 130)."""
    (path,) = [path for path in CASES if path.stem == "livertox_8332"]
    raw = read(path)[0]
    raw["observations"] += [
        {"at": f"day {31 + day} 08:00", "lab": "ALP", "value": f"{alp} U/L", "upper_limit": "130 U/L"}
        for day, alp in ((4, 277), (12, 189), (29, 120))
    ]
    facts = facts_of(parse_case(raw, LIBRARY, path.name), LIBRARY)
    (kratom,) = [s for s in facts.substances if s.name == "kratom"]
    assert answers_of(kratom, "cholestatic", facts)["course"] == "half in 180 d"
