"""Vega-Lite to inline SVG, with no browser and no network."""

from __future__ import annotations

import json
import re
import threading
from html import escape
from typing import Any

_lock = threading.Lock()
_started = False
WARM_POINTS = 60
_GEOMETRY = re.compile(r' (?:d|transform)="[^"]*"')
_LONG_NUMBER = re.compile(r"(\.\d)\d+")
_OWN_ARIA = re.compile(r' (?:role|aria-[a-z]+|class|pointer-events|xmlns:xlink|version)="[^"]*"')
_ID = re.compile(r'(\bid="|url\(#|href="#)')
_OPEN_TAG = re.compile(r"^<svg\b")


def warm_up() -> None:
    """Start the chart converter in the background (about a second of one core), and return at once.

    Call it before a forecast is computed: by the time there is a report to write, charts are drawn twice
    as fast.
    """
    global _started
    with _lock:
        if _started:
            return
        _started = True
    threading.Thread(target=_start, name="ebbtide-charts", daemon=True).start()


def _start() -> None:
    """Draw something with the marks that reports have, so that the engine inside compiles them."""
    import vl_convert

    x = {"field": "t", "type": "quantitative"}
    y = {"field": "v", "type": "quantitative"}
    band = {"mark": "area", "encoding": {"y": y, "y2": {"field": "w"}}}
    marks = [{"mark": mark, "encoding": {"y": y}} for mark in ("line", "rule", "point", "text")]
    chart = {"title": "t", "encoding": {"x": x}, "layer": [band, *marks]}
    values = [{"t": t, "v": t % 7, "w": t % 5} for t in range(WARM_POINTS)]
    spec = {"data": {"values": values}, "concat": [chart, chart], "config": {"aria": False}}
    vl_convert.vegalite_to_svg(spec)


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
    import vl_convert

    # As text, which is read faster than a tree. No base address is allowed: a chart can never load anything.
    svg = str(vl_convert.vegalite_to_svg(json.dumps(spec), allowed_base_urls=[]))
    return tidy(svg, label, prefix)


def tidy(svg: str, label: str, prefix: str) -> str:
    """Shorten the numbers of an SVG, keep its ids apart from others, and give it one spoken label."""
    svg = _OWN_ARIA.sub("", svg)
    svg = _GEOMETRY.sub(lambda found: _LONG_NUMBER.sub(r"\1", found.group()), svg)
    svg = _ID.sub(lambda found: found.group(1) + prefix + "-", svg)
    return _OPEN_TAG.sub(f'<svg role="img" aria-label="{escape(label)}" focusable="false"', svg, count=1)
