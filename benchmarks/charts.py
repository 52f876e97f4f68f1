"""Pictures of the measurements, as SVG for the documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt

COLOURS = ("#00695c", "#26a69a", "#b71c1c", "#5e35b1", "#ef6c00", "#616161", "#1565c0")


def _colour(tools: Sequence[str]) -> alt.Color:
    return alt.Color(
        "tool:N",
        title=None,
        sort=list(tools),
        scale=alt.Scale(domain=list(tools), range=list(COLOURS[: len(tools)])),
    )


def work_precision(points: Sequence[Mapping[str, Any]], goal: float, path: Path) -> None:
    """Error against processor time a person, one line a tool; the dashed line is the accuracy of the race."""
    tools = list(dict.fromkeys(p["tool"] for p in points))
    lines = (
        alt.Chart(alt.Data(values=list(points)))
        .mark_line(point=True)
        .encode(
            x=alt.X("cpu_ms:Q", title="processor time a person (ms)", scale=alt.Scale(type="log")),
            y=alt.Y(
                "error:Q",
                title="largest error, share of range",
                scale=alt.Scale(type="log"),
                axis=alt.Axis(format=".0e"),
            ),
            order=alt.Order("setting:Q"),
            color=_colour(tools),
            shape=alt.Shape("tool:N", title=None, sort=tools),
        )
    )
    rule = alt.Chart(alt.Data(values=[{"goal": goal}])).mark_rule(strokeDash=[4, 4]).encode(y="goal:Q")
    alt.layer(lines, rule).properties(width=520, height=320).save(str(path))


def growth(curves: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Time against people, days and doses."""
    rows = [
        {"tool": c["tool"], "along": c["along"], "size": size, "seconds": seconds}
        for c in curves
        for size, seconds in zip(c["sizes"], c["seconds"], strict=True)
    ]
    tools = list(dict.fromkeys(c["tool"] for c in curves))
    panels = [
        alt.Chart(alt.Data(values=[r for r in rows if r["along"] == along]))
        .mark_line(point=True)
        .encode(
            x=alt.X("size:Q", title=along, scale=alt.Scale(type="log", nice=False)),
            y=alt.Y("seconds:Q", title="seconds", scale=alt.Scale(type="log")),
            color=_colour(tools),
        )
        .properties(width=190, height=200)
        for along in dict.fromkeys(c["along"] for c in curves)
    ]
    alt.hconcat(*panels).save(str(path))
