"""The converter process draws what it is given, one line a chart, and outlives a chart it cannot draw."""

import pytest

from ebbtide.report.drawing import converter

BAR = {
    "data": {"values": [{"a": "x", "b": 1}, {"a": "y", "b": 2}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a", "type": "nominal"}, "y": {"field": "b", "type": "quantitative"}},
}


def test_a_chart_becomes_svg() -> None:
    assert converter().svg(BAR).startswith("<svg")


def test_a_chart_that_is_none_is_refused_and_the_next_is_drawn() -> None:
    with pytest.raises(RuntimeError, match="could not be drawn"):
        converter().svg({"mark": 7})
    assert converter().svg(BAR).startswith("<svg")
