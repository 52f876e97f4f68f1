"""The tables of ``docs/performance.md``, written between two markers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

BEGIN = "<!-- measured: written by make bench -->"
COUNTS = {2: "two", 4: "four", 8: "eight"}
END = "<!-- end of measured -->"


def bring_up_to_date(page: Path, report: Mapping[str, Any]) -> None:
    """Replace what is between the markers.

    Raises
    ------
    ValueError
        When the page lacks the markers.
    """
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise ValueError(f"{page} lacks the line {BEGIN} or {END}")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n\n{tables(report)}\n\n{END}{after}", encoding="utf-8")


def tables(report: Mapping[str, Any]) -> str:
    """All of them as Markdown."""
    machine = report["machine"]
    packages = ", ".join(f"{name} {number}" for name, number in machine["packages"].items())
    cores = COUNTS.get(machine["cores"], str(machine["cores"]))
    where = f" on a busy {cores}-core machine" if machine["busy"] else ""
    parts = [
        f"Measured{where} on {machine['when']}: {machine['processor']}, {machine['cores']} cores, "
        f"{machine['system']}, Python {machine['python']}, {packages}; Ebbtide {machine['ebbtide']}."
    ]
    parts += [_workload(w) for w in report["workloads"]]
    parts += [f"![{title}](images/{name})" for name, title in report.get("pictures", {}).items()]
    if report.get("alone"):
        parts.append(_alone(report["alone"]))
    if report.get("streamed"):
        own = report["streamed"]
        parts.append(
            f"{own['people']:,} people of the standard workload, drawn, computed (body in float32) and "
            f"summarised block after block: {_short(own['seconds'])} s, at most {own['peak_mb']:.0f} MB."
        )
    if report.get("growth"):
        parts.append(_growth(report["growth"]))
    if report.get("history"):
        own = report["history"]
        parts.append(
            f"With 900 days of use before the start, whose periodic steady state is found first, "
            f"{own['tool']} computes {_short(own['people_per_s'])} people/s of the standard workload."
        )
    if report.get("roofline"):
        parts.append(_roofline(report["roofline"]))
    return "\n\n".join(parts)


def _workload(w: Mapping[str, Any]) -> str:
    title = (
        f"### {w['name'].capitalize()}: {w['states']} states, {w['doses']} doses, {w['days']:g} days\n\n"
        f"{w['title'][0].upper()}{w['title'][1:]}. Nine quantities every hour: "
        f"{', '.join(f'`{q}`' for q in w['quantities'])}."
    )
    rows = [
        (
            r["tool"],
            _short(r["people_per_s"]),
            f"{_short(r['slowest'])} to {_short(r['fastest'])}",
            _short(r["cpu_ms"]),
            f"{r['error']:.0e}",
            f"{r['setting']:g}",
            f"{w['ratios'][r['tool']]:.0f}" if r["tool"] in w["ratios"] else "",
            r["parallel"],
        )
        for r in w["results"]
    ]
    head = (
        "tool",
        "people/s",
        "lowest to highest",
        "processor ms a person",
        "error",
        "setting",
        "Ebbtide is so many times as fast",
        "how it uses the cores",
    )
    absent = "\n".join(f"- {tool}: not run, {reason}." for tool, reason in w["absent"].items())
    return "\n\n".join(part for part in (title, _table(head, rows), absent) if part)


def _alone(rows: Iterable[Mapping[str, Any]]) -> str:
    head = ("tool", "people", "cold start (s)", "warm start (s)", "again (s)", "peak memory (MB)")
    body = [
        (
            r["tool"],
            str(r["people"]),
            _short(r["cold_s"]),
            _short(r["warm_s"]),
            _short(r["again_s"]),
            f"{r['peak_mb']:.0f}",
        )
        for r in rows
    ]
    return "### Start and memory\n\n" + _table(head, body)


def _growth(curves: Sequence[Mapping[str, Any]]) -> str:
    along = list(dict.fromkeys(c["along"] for c in curves))
    tools = list(dict.fromkeys(c["tool"] for c in curves))
    exponents = {(c["tool"], c["along"]): c["exponent"] for c in curves}
    rows = [(tool, *(f"{exponents[tool, a]:.2f}" for a in along)) for tool in tools]
    return "### Growth\n\nExponents of time against size; 1 is proportional.\n\n" + _table(
        ("tool", *along), rows
    )


def _roofline(rows: Sequence[Mapping[str, Any]]) -> str:
    head = (
        "precision",
        "peak Gflop/s",
        "peak exp/s (10⁹)",
        "peak GB/s",
        "evaluations",
        "flops",
        "exp, log",
        "bytes",
        "share of the arithmetic bound",
    )
    body = [
        (
            r["precision"],
            _short(r["peaks"]["flops_per_s"] / 1e9),
            _short(r["peaks"]["transcendentals_per_s"] / 1e9),
            _short(r["peaks"]["bytes_per_s"] / 1e9),
            str(r["evaluations"]),
            _short(r["flops"]),
            _short(r["transcendentals"]),
            _short(r["bytes"]),
            f"{r['share']:.0%}",
        )
        for r in rows
    ]
    return "### Roofline\n\n" + _table(head, body)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
