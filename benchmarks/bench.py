"""``make bench``: measure, write ``benchmarks/results`` and bring ``docs/performance.md`` up to date."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import ebbtide
from ebbtide.library import load_library

from . import charts
from .adapter import make_group
from .alone import measure_alone
from .contenders import ENGINE, ENGINE_FAST, NAMES, Contender, Unavailable, contender, engine
from .export.equations import build_equations
from .page import bring_up_to_date
from .peers.base import CORES
from .peers.diffrax_tsit5 import Diffrax
from .peers.lsoda import CompiledLsoda
from .peers.roadrunner import RoadRunner
from .race import Point, best_setting, race, ratios, work_precision
from .references import references
from .roofline import roofline
from .scaling import growth
from .streamed import measure_streamed
from .workload import STANDARD, WITH_HISTORY, WORKLOADS, Workload, count_doses

HERE = Path(__file__).parent
OUT = HERE / "out"
RESULTS = HERE / "results"
DOCS = HERE.parent / "docs"
ALONE = (ENGINE_FAST, CompiledLsoda.name, RoadRunner.name, Diffrax.name)
GROWING = (ENGINE_FAST, CompiledLsoda.name)
BUSY = 0.5
"""Load before the run that makes the page say that others were at work too."""
GOAL = 1e-4
"""Largest error allowed in the race, as a share of each quantity's range: what Ebbtide promises."""


def say(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def measure(workload: Workload, options: argparse.Namespace) -> dict[str, Any]:
    """All tools on one workload."""
    library = load_library()
    group = make_group(workload, library, options.people)
    folder = OUT / workload.name
    folder.mkdir(parents=True, exist_ok=True)
    equations = build_equations(make_group(workload, library, min(options.people, options.peer_people)))
    say(f"{workload.name}: {len(equations.states)} states, {count_doses(workload.doses)} doses; reference")
    exact = references(group, equations, options.checked, OUT)
    absent: dict[str, str] = {}
    present: list[Contender] = []
    for name in options.tools:
        try:
            present.append(contender(name, group, equations, folder))
        except Unavailable as reason:
            absent[name] = str(reason)
            say(f"  {name}: not run, {reason}")
    points: list[Point] = []
    chosen: dict[str, Point] = {}
    for c in present:
        own = work_precision(c, group, exact, options.seconds / 4, GOAL)
        points += own
        best = best_setting(own, GOAL)
        if best is None:
            absent[c.name] = f"does not reach {GOAL:g} of range at any setting tried"
        else:
            chosen[c.name] = best
        for p in own:
            say(f"  {p.tool} {p.setting:g}: error {p.error:.1e}, {p.people_per_s:.4g} people/s")
    results = race([c for c in present if c.name in chosen], chosen, options.rounds, options.seconds)
    for c in present:
        c.close()
    for r in results:
        say(f"  {r.tool}: {r.people_per_s:.4g} people/s, {r.cpu_ms:.3g} ms of processor, error {r.error:.1e}")
    return {
        "name": workload.name,
        "title": workload.title,
        "states": len(equations.states),
        "parameters": len(equations.parameters),
        "doses": count_doses(workload.doses),
        "days": workload.days,
        "quantities": list(workload.quantities),
        "goal": GOAL,
        "checked_people": options.checked,
        "results": [asdict(r) for r in results],
        "ratios": ratios(results),
        "points": [asdict(p) for p in points],
        "absent": absent,
    }


def more(standard: Mapping[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    """Start, memory, growth, history and roofline, each on the standard workload."""
    library = load_library()
    settings = {r["tool"]: r["setting"] for r in standard["results"]}
    people = {r["tool"]: r["people"] for r in standard["results"]}
    say("start and memory, each tool in a process of its own")
    alone = [
        measure_alone(tool, STANDARD.name, min(people[tool], options.peer_people), settings[tool])
        for tool in ALONE
        if tool in settings
    ]
    say("growth with people, days and doses")
    curves = []
    for tool in (t for t in GROWING if t in settings):
        count = options.people if tool in {ENGINE, ENGINE_FAST} else people[tool]
        curves += growth(tool, settings[tool], count, options.rounds, library, OUT / "growth")
    report: dict[str, Any] = {"alone": [asdict(a) for a in alone], "growth": [asdict(c) for c in curves]}
    if ENGINE_FAST in settings and options.streamed:
        say(f"{options.streamed} people, streamed")
        report["streamed"] = asdict(measure_streamed(options.streamed, settings[ENGINE_FAST]))
    bounds = []
    for tool, precision in ((ENGINE, np.float64), (ENGINE_FAST, np.float32)):
        if tool in settings:
            group = make_group(STANDARD, library, min(options.people, 512))
            # by processor time: what others do on the machine meanwhile is not the engine's distance
            spent_ms = next(r["cpu_ms"] for r in standard["results"] if r["tool"] == tool)
            speed = 1e3 * CORES / spent_ms
            roof = roofline(group, settings[tool], precision, speed, CORES)
            bounds.append({**asdict(roof), "bounds": roof.bounds, "share": roof.share})
    report["roofline"] = bounds
    if ENGINE_FAST in settings:
        say("with a history of use")
        used = engine(make_group(WITH_HISTORY, library, options.people), ENGINE_FAST)
        used.timed(used.most, settings[ENGINE_FAST])
        spent = min(used.timed(used.most, settings[ENGINE_FAST]).wall_s for _ in range(options.rounds))
        report["history"] = {"tool": ENGINE_FAST, "people_per_s": options.people / spent}
    return report


def machine() -> dict[str, Any]:
    """What it was measured on and with."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        )
        if Path("/proc/cpuinfo").exists()
        else iter(()),
        platform.processor() or platform.machine(),
    )
    packages = {}
    for name in ("jax", "numpy", "scipy", "libroadrunner", "diffrax"):
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "processor": model,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "ebbtide": ebbtide.__version__,
        "packages": packages,
        "cores": CORES,
        "busy": os.getloadavg()[1] > BUSY,
        "when": datetime.now(UTC).strftime("%Y-%m-%d"),
    }


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few people, one round, the race alone")
    parser.add_argument("--people", type=int, default=1024, help="people for the engine")
    parser.add_argument("--peer-people", type=int, default=256, help="most people for a peer")
    parser.add_argument("--checked", type=int, default=3, help="people compared with the reference")
    parser.add_argument("--streamed", type=int, default=100_000, help="people of the large crowd; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="about how long one timed run takes")
    parser.add_argument("--workloads", nargs="+", choices=list(WORKLOADS), default=list(WORKLOADS))
    parser.add_argument("--tools", nargs="+", choices=list(NAMES), default=list(NAMES))
    parser.add_argument("--docs", action=argparse.BooleanOptionalAction, help="rewrite docs/performance.md")
    options = parser.parse_args(arguments)
    options.docs = not options.quick if options.docs is None else options.docs
    if options.quick:
        options.people, options.rounds = min(options.people, 512), min(options.rounds, 2)
        options.checked, options.seconds = min(options.checked, 2), min(options.seconds, 2.0)
    return options


def main(arguments: list[str] | None = None) -> None:
    """Measure and write."""
    options = options_of(arguments)
    OUT.mkdir(parents=True, exist_ok=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    report: dict[str, Any] = {
        "machine": machine(),
        "workloads": [measure(WORKLOADS[name], options) for name in options.workloads],
    }
    keep(report, options)
    standard = next((w for w in report["workloads"] if w["name"] == STANDARD.name), None)
    if standard and not options.quick:
        report |= more(standard, options)
        keep(report, options)


def keep(report: dict[str, Any], options: argparse.Namespace) -> None:
    """Write what there is so far."""
    path = RESULTS / ("quick.json" if options.quick else "bench.json")
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    say(f"wrote {path}")
    if options.docs:
        report["pictures"] = draw(report)
        bring_up_to_date(DOCS / "performance.md", report)
        say(f"wrote {DOCS / 'performance.md'}")


def draw(report: Mapping[str, Any]) -> dict[str, str]:
    """The pictures that there are measurements for: a line under each, by file name."""
    drawn = {}
    for w in report["workloads"]:
        if w["name"] == STANDARD.name:
            charts.work_precision(w["points"], GOAL, DOCS / "images" / "work-precision.svg")
            drawn["work-precision.svg"] = "Error against processor time a person, standard workload"
    if "growth" in report:
        charts.growth(report["growth"], DOCS / "images" / "growth.svg")
        drawn["growth.svg"] = "Time against people, days and doses"
    return drawn


if __name__ == "__main__":
    main()
