from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.case import parse_case
from ebbtide.case.scoring import score_items, score_total
from ebbtide.library import load_library
from ebbtide.safety.check import case_findings
from ebbtide.safety.score_rules import score_findings

LIBRARY = load_library()
SUICIDE = "score.phq9.suicide_item"


def ids(scale: str, answers: dict[str, Any] | int) -> dict[str, str]:
    found = LIBRARY.scale(scale)
    score = score_total(found, answers, "t") if isinstance(answers, int) else score_items(found, answers, "t")
    return {f["id"]: f["severity"] for f in score_findings(score, {})}


@pytest.mark.parametrize(("answer", "severity"), [(0, None), (1, "urgent"), (2, "urgent"), (3, "urgent")])
def test_the_ninth_item_of_the_phq_9_is_urgent(answer: int, severity: str | None) -> None:
    others = dict.fromkeys(map(str, range(1, 9)), 0)
    assert ids("PHQ-9", others | {"9": answer}).get(SUICIDE) == severity


def test_an_unknown_ninth_item_is_asked_for() -> None:
    assert ids("PHQ-9", dict.fromkeys(map(str, range(1, 9)), 0))[f"{SUICIDE}_unknown"] == "moderate"
    assert ids("PHQ-9", 12)[f"{SUICIDE}_unknown"] == "moderate"
    assert ids("PHQ-9", 0) == {}
    # 25 of 27 cannot be reached without it
    assert ids("PHQ-9", 25) == {SUICIDE: "urgent", "score.phq9.severe": "major"}


@pytest.mark.parametrize(
    ("total", "severity"),
    [
        (0, None),
        (4, None),
        (5, "note"),
        (12, "note"),
        (13, "moderate"),
        (24, "moderate"),
        (25, "urgent"),
        (36, "urgent"),
        (37, "emergency"),
        (48, "emergency"),
    ],
)
def test_withdrawal_calls_for_help_by_its_range(total: int, severity: str | None) -> None:
    assert list(ids("COWS", total).values()) == ([severity] if severity else [])


@given(st.dictionaries(st.sampled_from([i.key for i in LIBRARY.scale("COWS").items]), st.just(0), min_size=1))
def test_missing_items_are_never_taken_as_0(zeros: dict[str, int]) -> None:
    missing = 11 - len(zeros)
    findings = ids("COWS", zeros)
    assert ("score.cows.incomplete" in findings) == (missing > 0)


def test_ratings_of_a_case_are_found_with_their_time() -> None:
    raw = {
        "case": {"id": "c", "start": "2026-09-01T08:00:00+00:00", "duration": "7 d"},
        "observations": [
            {"at": "day 1 09:00", "scale": "cows", "total": 30},
            {"at": "day 2 09:00", "scale": "cows", "total": 14},
            {"at": "day 2 10:00", "scale": "phq9", "items": [0, 0, 0, 0, 0, 0, 0, 0, 1]},
            {"at": "day 2 11:00", "scale": "SOWS", "rating": 2},
        ],
    }
    found = {f["id"]: f for f in case_findings(parse_case(raw, LIBRARY, "c"), LIBRARY)}
    scores = {id: f["severity"] for id, f in found.items() if id.startswith("score.")}
    assert scores == {SUICIDE: "urgent", "score.cows.moderate": "moderate"}  # the newest COWS counts
    basis = found[SUICIDE]["basis"]
    assert basis["inputs"]["at"].startswith("2026-09-02T10:00")
    assert basis["inputs"]["items"]["self_harm"] == 1
    assert set(basis["sources"]) <= set(LIBRARY.sources)
