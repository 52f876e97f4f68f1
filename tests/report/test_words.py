"""Times, numbers and sentences as a reader sees them."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from ebbtide.library import load_library
from ebbtide.report.answers import Course, course, since
from ebbtide.report.clock import instant, moment, span, window_label, windows
from ebbtide.report.prose import expectation, relapse_words
from ebbtide.report.severity import SeverityScale, severity_scale
from ebbtide.report.words import interval, number, percent, plain, signed, unbroken

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def severity() -> SeverityScale:
    return severity_scale(load_library())


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.25, "15 min"), (1.4, "84 min"), (9.2, "9 h"), (42, "42 h"), (72, "3 days"), (149, "6.2 days")],
)
def test_span(hours: float, words: str) -> None:
    assert span(hours) == words


def test_a_day_across_the_change_of_clocks_is_24_hours_on() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert instant(start, 24).strftime("%d %H:%M") == "29 13:00"


def test_a_moment_is_rounded_as_finely_as_it_is_known() -> None:
    assert moment(START, 1.3) == "Mon 2 March, 09:20"
    assert moment(START, 42.4) == "Wed 4 March, 02:00"
    assert moment(START.replace(minute=20), 42.0) == "Wed 4 March, 02:00"


@pytest.mark.parametrize("duration_h", [0.5, 6, 30, 72, 100, 336, 2160, 8760])
def test_windows_cover_the_forecast_without_gap(duration_h: float) -> None:
    found = windows(duration_h)
    assert len(found) <= 16
    assert found[0][0] == 0
    assert found[-1][1] == duration_h
    assert all(a[1] == b[0] for a, b in pairwise(found))
    assert len({window_label(*w) for w in found}) == len(found)


def test_two_weeks_are_told_by_day() -> None:
    assert [window_label(*w) for w in windows(336)][:2] == ["0–1 d", "1–2 d"]


def test_numbers() -> None:
    assert [number(v) for v in (0, 0.0412, 3.14159, 271.8, 2.3e-5, -1.5)] == [
        "0", "0.0412", "3.14", "272", "2.30 × 10⁻⁵", "−1.50",
    ]  # fmt: skip
    assert number(None) == number(float("nan")) == "–"
    assert number(-0.04, 1) == "0.0"
    assert interval(-1, 2, 0) == "−1 to 2"
    assert [signed(v) for v in (1.25, -1.25, 0.0)] == ["+1.2", "−1.2", "0.0"]
    assert [percent(v) for v in (0, 0.004, 0.5, 0.996, 1)] == [
        "0 %",
        "under 1 %",
        "50 %",
        "over 99 %",
        "100 %",
    ]


def test_values_of_any_kind_are_told_plainly() -> None:
    assert plain({"step_h": 1.0, "bound": (1e-5, True)}) == "step h: 1; bound: 1.00 × 10⁻⁵, yes"
    assert plain(None) == plain([]) == "–"


def test_numbers_stay_with_their_units_at_line_ends() -> None:
    assert unbroken("5–95 % of 200 mg") == "5\u2060–\u206095\xa0% of 200\xa0mg"
    assert unbroken("COWS ≥ 13") == "COWS\xa0≥\xa013"
    assert unbroken("10 hours a day") == "10 hours a day"


def test_severity_comes_from_the_library(severity: SeverityScale) -> None:
    assert [r.low for r in severity.ranges] == [5, 13, 25, 37]
    assert severity.maximum == 48
    assert severity.name_of(12.6) == "moderate"
    assert "too low" in severity.name_of(3)


TIME = np.arange(0.0, 241.0)
HUMP = np.interp(TIME, [0, 10, 40, 160, 240], [0, 5, 20, 5, 0])


def told(values: np.ndarray) -> Course:
    return course(TIME, 0.5 * values, values, 1.5 * values, 5.0)


def test_the_paragraph_says_onset_peak_band_and_end(severity: SeverityScale) -> None:
    text = expectation(told(HUMP), severity, START, 240, [(13, "moderate", 0.8)], single=False)
    assert "begin 10 h after the start (Mon 2 March, 18:00)" in text
    assert (
        "worst 40 h after the start (Wed 4 March, 00:00), with a COWS of 20 (5–95 % band 10 to 30): moderate"
        in text
    )
    assert "below 5 again 6.7 days after the start" in text
    assert "80 % reach 13 or more (moderate)" in text


def test_the_paragraph_for_one_person_has_no_band(severity: SeverityScale) -> None:
    text = expectation(told(HUMP), severity, START, 240, [(13, "moderate", 1.0)], single=True)
    assert "typical person" in text
    assert "5–95" not in text
    assert "reach 13" not in text


def test_the_paragraph_never_makes_up_an_onset_or_an_end(severity: SeverityScale) -> None:
    assert "never reaches 5" in expectation(told(HUMP / 5), severity, START, 240, [], single=False)
    assert "present from the start" in expectation(told(HUMP + 6), severity, START, 240, [], single=False)
    assert "still 6" in expectation(told(HUMP + 6), severity, START, 240, [], single=False)


def test_the_paragraph_of_a_followed_person_is_of_what_comes_after_the_last_observation(
    severity: SeverityScale,
) -> None:
    late = since(TIME, 100.0)
    after = course(TIME[late], 0.5 * HUMP[late], HUMP[late], 1.5 * HUMP[late], 5.0)
    text = expectation(after, severity, START, 240, [], single=False)
    assert "present after the last observation (Fri 6 March, 12:00): the median COWS is 12" in text
    assert "worst 4.2 days after the start" in text
    assert "to begin" not in text


def test_relapse_words() -> None:
    days = [(0, {"median": 69.0, "low": 50.0}), (14, {"median": 28.0, "low": 9.6})]
    assert relapse_words(days, single=True) == "69 % at the start and 28 % after 14 days"
    assert relapse_words(days, single=False).endswith("one person in twenty 10 % or less)")
    assert relapse_words(days[1:], single=True) == "28 % after 14 days"
