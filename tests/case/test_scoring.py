from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ebbtide.case import Case
from ebbtide.case.answers import parse_answers
from ebbtide.case.scoring import Score, score_items, score_total, with_total
from ebbtide.library import InputError, load_library
from ebbtide.library.scales import Scale

LIBRARY = load_library()
SCALES = list(LIBRARY.scales)
COWS = {
    "resting_pulse_rate": 2,
    "Sweating": 3,
    "restlessness": 5,
    "pupil_size": 2,
    "bone_or_joint_aches": 4,
    "runny_nose_or_tearing": 2,
    "gi_upset": 3,
    "8": 2,
    "q9": 1,
    "anxiety_irritability_score": 4,
    "Item 11": 3,
}


def scored(scale: str, answers: object) -> Score:
    return score_items(LIBRARY.scale(scale), answers, "answers")


def read(name: str, /, **raw: Any) -> Score:
    return parse_answers(raw, LIBRARY.scale(name), "a.toml").score


def test_items_go_by_key_synonym_and_number() -> None:
    score = scored("COWS", COWS)
    assert (score.total, score.band.name if score.band else "") == (31, "moderately severe")
    assert list(score.answers.values()) == [2, 3, 5, 2, 4, 2, 3, 2, 1, 4, 3]


@pytest.mark.parametrize("scale", SCALES)
def test_each_item_has_its_number_key_and_synonyms(scale: str) -> None:
    items = LIBRARY.scale(scale).items
    for number, item in enumerate(items, start=1):
        prefix = scale.lower().replace("-", "")
        for name in (
            str(number),
            f"q{number:02}",
            f"item_{number}",
            f"{prefix}_{number}",
            item.key,
            *item.synonyms,
        ):
            for spelled in (name, name.upper(), name.replace("_", " "), name.replace("_", "-")):
                assert scored(scale, {spelled: item.maximum}).answers == {item.key: item.maximum}


@st.composite
def answers(draw: st.DrawFn) -> tuple[Scale, dict[str, int]]:
    scale = LIBRARY.scale(draw(st.sampled_from(SCALES)))
    given = {item.key: draw(st.sampled_from(item.allowed)) for item in scale.items if draw(st.booleans())}
    return scale, given


@given(answers())
def test_the_range_of_an_incomplete_rating_holds_every_completion(
    rated: tuple[Scale, dict[str, int]],
) -> None:
    scale, given_scores = rated
    if not given_scores:
        return
    score = score_items(scale, given_scores, "a")
    missing = [item for item in scale.items if item.key not in given_scores]
    assert (score.total is None) == bool(missing)
    ends = [(item.allowed[0], item.maximum) for item in missing[:6]]
    for completion in product(*ends):
        rest = dict(zip((item.key for item in missing), completion, strict=False))
        whole = score_items(scale, {i.key: 0 for i in scale.items} | given_scores | rest, "a")
        assert whole.total is not None
        assert score.lowest <= whole.total <= score.highest
        assert whole.band in score.possible_bands or not scale.bands or whole.band is None
    assert score.highest - score.lowest == sum(item.maximum for item in missing)


@given(answers(), st.integers(0, 64))
def test_an_item_is_as_the_total_leaves_it(rated: tuple[Scale, dict[str, int]], total: int) -> None:
    scale, given_scores = rated
    if not given_scores:
        return
    partial = score_items(scale, given_scores, "a")
    if not partial.lowest <= total <= partial.highest:
        return
    score = with_total(partial, total, "total")
    for item in scale.items:
        low, high = score.item_range(item.key)
        assert low in item.allowed
        assert high in item.allowed
        assert low <= high
        if item.key in given_scores:
            assert low == high == given_scores[item.key]


def test_a_high_total_tells_the_last_item_of_the_phq_9() -> None:
    # eight other items reach 24 at most, so 25 needs 1 or more of the ninth
    phq = LIBRARY.scale("PHQ-9")
    assert score_total(phq, 24, "total").item_range("self_harm") == (0, 3)
    assert score_total(phq, 25, "total").item_range("self_harm") == (1, 3)
    assert score_total(phq, 27, "total").item_range("self_harm") == (3, 3)
    assert score_total(phq, 0, "total").item_range("self_harm") == (0, 0)


def test_a_mean_stands_for_missing_items_only_where_the_instrument_allows_it() -> None:
    seven = {str(n): 2 for n in range(1, 8)}
    assert scored("PHQ-9", seven).prorated == pytest.approx(18.0)  # 14 / 7 x 9
    assert scored("PHQ-9", seven | {"8": 2}).prorated == pytest.approx(18.0)  # 16 / 8 x 9
    assert scored("PHQ-9", {str(n): 2 for n in range(1, 7)}).prorated is None  # three missing
    for scale in ("COWS", "SOWS", "SOWS-Gossop", "OOWS", "GAD-7", "ISI", "PSQI"):
        number = len(LIBRARY.scale(scale).items)
        assert scored(scale, {str(n): 0 for n in range(1, number)}).prorated is None


@pytest.mark.parametrize("blank", ["", "missing", "Unknown", "not assessed", "n/a", float("nan")])
def test_an_item_without_an_answer_is_missing_and_not_0(blank: object) -> None:
    score = scored("GAD-7", [1, 2, 3, 0, 1, 2, blank])
    assert (score.total, score.lowest, score.highest, score.missing) == (None, 9, 12, ("afraid",))


def test_signs_are_seen_or_not() -> None:
    signs = {item.key: n % 2 == 0 for n, item in enumerate(LIBRARY.scale("OOWS").items)}
    assert scored("OOWS", signs).total == 7
    with pytest.raises(InputError, match="a whole number is needed; got True"):
        scored("GAD-7", {"1": True})


@pytest.mark.parametrize(
    ("scale", "raw", "told"),
    [
        (
            "COWS",
            {"answers": {"pulse": 3}},
            r"a\.toml: answers\.pulse: no such score; got 3; allowed: 0, 1, 2, 4",
        ),
        ("COWS", {"answers": {"pulse": 92}}, "80/min or less"),
        ("COWS", {"answers": {"puls": 1}}, r'unknown item of COWS; got .puls.*Did you mean "pulse"'),
        ("COWS", {"answers": {"12": 1}}, "COWS has no such item; got '12'; allowed: 1 to 11"),
        ("COWS", {"answers": {"0": 1}}, "no such item"),
        ("COWS", {"answers": {"pulse": "2"}}, "a whole number is needed"),
        ("COWS", {"answers": {"pulse": 1.5}}, "a whole number is needed"),
        ("COWS", {"answers": {"pulse": -1}}, "no such score"),
        ("COWS", {"answers": {}}, "no item is answered"),
        ("COWS", {"answers": 3}, "a table of answers"),
        ("COWS", {"answers": [1, 2]}, "all 11 answers in order"),
        ("COWS", {"answers": {"pulse": 1, "1": 2}}, "answered twice"),
        ("COWS", {"answers": {"pulse": 1}, "items": {"pulse": 1}}, "given twice"),
        ("COWS", {"answers": {"pulse": 1}, "totl": 3}, 'unknown key.*Did you mean "total"'),
        ("COWS", {"total": 49}, "impossible total; got 49; allowed: COWS: 0 to 48"),
        ("COWS", {"total": 12.5}, "impossible total"),
        ("COWS", {"answers": {"pulse": 4}, "total": 3}, "cannot sum to it; got 3; allowed: 4 to 48"),
        ("COWS", {"scale": "SOWS", "total": 4}, "of another scale; got 'SOWS'; allowed: COWS"),
        ("COWS", {"total": 4, "date": "soon"}, "not a date"),
        ("COWS", {"total": 4, "rater": 7}, "text in quotes"),
        ("COWS", {"total": 4, "date": "2026-03-02", "at": "2026-03-02"}, "given twice"),
        ("COWS", {}, "no answers"),
        ("PHQ-9", {"answers": [0] * 9, "total": 3}, "the items sum to 0; got 3"),
        ("NRS", {"pain": 11}, "no such score"),
    ],
)
def test_wrong_answers_are_refused(scale: str, raw: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(scale, **raw)


def test_answers_may_stand_at_the_top_or_be_a_total() -> None:
    assert read("NRS", pain=4).total == 4
    assert read("PHQ-9", phq_9={str(n): 1 for n in range(1, 10)}).total == 9
    assert read("NRS", score=4, date="2026-03-02").total == 4
    assert read("isi", total=15, scale="insomnia severity index").total == 15
    assert read("PHQ-9", items=[0] * 9, total=0).total == 0
    partly = read("COWS", answers={"pulse": 4}, total=20)
    assert (partly.total, partly.answers) == (20, {"pulse": 4})


@given(
    st.dictionaries(
        st.text(max_size=12) | st.sampled_from(["answers", "items", "total", "date", "pulse", "1", "scale"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
            lambda inner: (
                st.lists(inner, max_size=12) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
            ),
            max_leaves=12,
        ),
        max_size=4,
    ),
    st.sampled_from(SCALES),
)
def test_whatever_a_file_holds_is_scored_or_refused(raw: dict[str, Any], scale: str) -> None:
    try:
        score = parse_answers(raw, LIBRARY.scale(scale), "a.toml").score
    except InputError:
        return
    assert 0 <= score.lowest <= score.highest <= score.scale.total_maximum


def test_observations_of_a_case_score_by_the_same_code(read: Callable[..., Case]) -> None:
    seen = read(observations=[{"at": "day 2 09:00", "scale": "short", "items": {"2": 3}}]).observations[0]
    assert (seen.value, seen.low, seen.high, seen.items) == (None, 3, 6, {"cramps": 3})
    both = read(
        observations=[{"at": "day 2 09:00", "scale": "SHORT", "items": {"2": 3}, "total": 4}]
    ).observations[0]
    assert (both.value, both.items) == (4, {"cramps": 3})
