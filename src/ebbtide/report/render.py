"""Vega-Lite to inline SVG, with no browser and no network."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from .drawing import converter

_GEOMETRY = re.compile(r' (?:d|transform)="[^"]*"')
_LONG_NUMBER = re.compile(r"(\.\d)\d+")
_OWN_ARIA = re.compile(r' (?:role|aria-[a-z]+|class|pointer-events|xmlns:xlink|version)="[^"]*"')
_ID = re.compile(r'(\bid="|url\(#|href="#)')
_OPEN_TAG = re.compile(r"^<svg\b")


def warm_up() -> None:
    """Start the chart converter, and return at once.

    Call it before a forecast is computed: by the time there is a report to write, it is ready.
    """
    converter()


def to_svg(spec: dict[str, Any], label: str, prefix: str) -> str:
    """One chart as an SVG element that can stand in a page.

    Parameters
    ----------
    spec
        The Vega-Lite chart; its data must be inline.
    label
        What the chart shows, in a sentence: what a screen reader says.
    prefix
        Put before every id, since charts on one page share one name space.
    """
    return tidy(converter().svg(spec), label, prefix)


def tidy(svg: str, label: str, prefix: str) -> str:
    """Shorten the numbers of an SVG, keep its ids apart from others, and give it one spoken label."""
    svg = _OWN_ARIA.sub("", svg)
    svg = _GEOMETRY.sub(lambda found: _LONG_NUMBER.sub(r"\1", found.group()), svg)
    svg = _ID.sub(lambda found: found.group(1) + prefix + "-", svg)
    return _OPEN_TAG.sub(f'<svg role="img" aria-label="{escape(label)}" focusable="false"', svg, count=1)
