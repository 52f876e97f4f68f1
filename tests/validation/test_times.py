from datetime import UTC, datetime

import pytest

from ebbtide.case.times import Clock
from ebbtide.library import InputError
from ebbtide.validation.times import Span, Timeline

GIVEN = [(2.0, "methadone_liquid"), (26.0, "methadone_liquid"), (30.0, "naloxone_injection")]
TIMELINE = Timeline(Clock(datetime(2001, 1, 1, 8, tzinfo=UTC)), GIVEN, {"naloxone": "naloxone_injection"})


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("6 h", Span(6, 6)),
        ("30 min", Span(0.5, 0.5)),
        ("day 2 09:00", Span(25, 25)),
        ("day 1", Span(0, 16)),
        ("day 3", Span(40, 64)),
        ("day 1 to day 7", Span(0, 160)),
        ("0 h to 18 h", Span(0, 18)),
        ("day 2 09:00 to day 2 21:00", Span(25, 37)),
        ("before first methadone_liquid", Span(2, 2)),
        ("24 h after last methadone_liquid", Span(50, 50)),
        ("1 h before first naloxone", Span(29, 29)),
        ("before last naloxone to 2 h after last naloxone", Span(30, 32)),
        ("6 h after start", Span(6, 6)),
    ],
)
def test_span(text: str, span: Span) -> None:
    assert TIMELINE.read(text, "x") == span


@pytest.mark.parametrize(
    "text",
    ["", "soon", "6", "day 0", "day x", "6 h to", "6 h to 2 h", "1 h to 2 h to 3 h", "before first aspirin",
     "before 2nd methadone_liquid", "day 2 25:00", "-3 h", "5 h before first methadone_liquid", "6 mg"],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"study.toml: at"):
        TIMELINE.read(text, "study.toml: at")


def test_the_nearest_product_is_named() -> None:
    with pytest.raises(InputError, match='Did you mean "methadone_liquid"'):
        TIMELINE.read("before first methadone_liqid", "x")


def test_people_are_rated_at_ten() -> None:
    assert TIMELINE.ratings(TIMELINE.read("day 1 to day 3", "x")) == [2, 26, 50]
    assert TIMELINE.ratings(Span(4, 10)) == [7]  # from noon to 18:00: no ten o'clock, so the middle
    assert TIMELINE.point("day 2", "x") == 26
    assert [TIMELINE.day(t) for t in (0, 15.9, 16, 40)] == [1, 1, 2, 3]


def test_a_point_is_no_window() -> None:
    with pytest.raises(InputError, match="not a window"):
        TIMELINE.point("0 h to 4 h", "x")
