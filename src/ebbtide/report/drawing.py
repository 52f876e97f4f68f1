"""The chart converter, in a process of its own.

Starting the converter takes about a second and holds the interpreter's lock meanwhile. In a process
that starts with the run, it is ready on the second core before there is anything to draw. Charts go over and
come back as lines of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from functools import lru_cache
from typing import Any

WARM_POINTS = 60
SERVE = "from ebbtide.report.drawing import serve; serve()"


class Converter:
    """A running converter process; safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def svg(self, spec: dict[str, Any]) -> str:
        """A Vega-Lite chart as SVG.

        Raises
        ------
        RuntimeError
            When the chart cannot be drawn, or the process has ended.
        """
        given, answers = self._process.stdin, self._process.stdout
        assert given is not None
        assert answers is not None
        with self._lock:
            given.write(json.dumps(spec) + "\n")
            given.flush()
            line = answers.readline()
        if not line:
            raise RuntimeError("the chart converter has ended")
        answer: dict[str, str] = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"a chart could not be drawn: {answer['error']}")
        return answer["svg"]


@lru_cache(maxsize=1)
def converter() -> Converter:
    """The converter of this process; the first call starts it and returns at once."""
    return Converter()


def serve() -> None:
    """Draw each line of standard input until it ends: what the converter process runs."""
    import vl_convert

    vl_convert.vegalite_to_svg(_practice())
    for line in sys.stdin:
        try:
            # No base address is allowed: a chart can never load anything.
            answer = {"svg": str(vl_convert.vegalite_to_svg(line, allowed_base_urls=[]))}
        except ValueError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


def _practice() -> dict[str, Any]:
    """A chart with the marks that reports have, so that the engine inside compiles them."""
    x = {"field": "t", "type": "quantitative"}
    y = {"field": "v", "type": "quantitative"}
    band = {"mark": "area", "encoding": {"y": y, "y2": {"field": "w"}}}
    marks = [{"mark": mark, "encoding": {"y": y}} for mark in ("line", "rule", "point", "text")]
    chart = {"title": "t", "encoding": {"x": x}, "layer": [band, *marks]}
    values = [{"t": t, "v": t % 7, "w": t % 5} for t in range(WARM_POINTS)]
    return {"data": {"values": values}, "concat": [chart, chart], "config": {"aria": False}}
