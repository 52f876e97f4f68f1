"""How charts look: colours that colour-blind readers can tell apart (Okabe and Ito), never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INK = "#1c2430"
MUTED = "#5b6675"
RULE = "#c3cad4"
GRID = "#eaedf1"
BLUE = "#0072b2"
ORANGE = "#e69f00"
VERMILLION = "#d55e00"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""Three fonts of the same widths; the free one first, since the chart converter finds it at once."""
FULL_WIDTH = 768
"""Drawn width of a chart inside its axes, in CSS pixels: with them it fills the column of text."""
NAMED_WIDTH = 655
"""The same for a chart that names its levels at the right edge."""


@dataclass(frozen=True)
class Stroke:
    """How one arm is drawn everywhere: colour, dash and point shape together."""

    colour: str
    dash: tuple[int, ...]
    shape: str


STROKES = (
    Stroke(BLUE, (), "circle"),
    Stroke(VERMILLION, (7, 3), "square"),
    Stroke("#007a5a", (2, 2), "triangle-up"),
    Stroke("#a04a80", (8, 3, 2, 3), "diamond"),
    Stroke("#7a5c00", (12, 4), "cross"),
    Stroke("#2d7fa8", (4, 4, 1, 4), "triangle-down"),
    Stroke(INK, (1, 3), "triangle-left"),
)


def stroke(index: int) -> Stroke:
    """The stroke of the arm at ``index``; the case as written is 0. Repeats after seven arms."""
    return STROKES[index % len(STROKES)]


def config() -> dict[str, Any]:
    """The Vega-Lite configuration of all charts."""
    return {
        "aria": False,
        "background": "transparent",
        "font": FONT,
        "padding": 2,
        "view": {"stroke": None},
        "axis": {
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelColor": MUTED,
            "titleColor": INK,
            "titlePadding": 8,
            "labelPadding": 5,
            "domainColor": RULE,
            "tickColor": RULE,
            "gridColor": GRID,
            "tickSize": 4,
        },
        "axisX": {"grid": False},
        "axisY": {"domain": False, "ticks": False},
        "title": {"anchor": "start", "fontSize": 13, "color": INK, "offset": 8, "frame": "group"},
        "concat": {"spacing": 22},
    }
