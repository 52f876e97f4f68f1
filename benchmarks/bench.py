"""``make bench``: measure, write ``benchmarks/results`` and bring ``docs/performance.md`` up to date."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

import ebbtide
from ebbtide.library import load_library

from .adapter import make_group
from .contenders import NAMES, Contender, Unavailable, contender
from .export.equations import build_equations
from .race import Point, best_setting, race, ratios, work_precision
from .references import references
from .workload import WORKLOADS, Workload, count_doses

HERE = Path(__file__).parent
OUT = HERE / "out"
RESULTS = HERE / "results"
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
        "when": datetime.now(UTC).strftime("%Y-%m-%d"),
    }


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few people, one round, the race alone")
    parser.add_argument("--people", type=int, default=2048, help="people for the engine")
    parser.add_argument("--peer-people", type=int, default=512, help="most people for a peer")
    parser.add_argument("--checked", type=int, default=4, help="people compared with the reference")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6.0, help="about how long one timed run takes")
    parser.add_argument("--workloads", nargs="+", choices=list(WORKLOADS), default=list(WORKLOADS))
    parser.add_argument("--tools", nargs="+", choices=list(NAMES), default=list(NAMES))
    options = parser.parse_args(arguments)
    if options.quick:
        options.people, options.rounds = min(options.people, 512), min(options.rounds, 2)
        options.checked, options.seconds = min(options.checked, 2), min(options.seconds, 2.0)
    return options


def main(arguments: list[str] | None = None) -> None:
    """Measure and write."""
    options = options_of(arguments)
    np.set_printoptions(precision=4)
    report = {
        "machine": machine(),
        "workloads": [measure(WORKLOADS[name], options) for name in options.workloads],
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "race.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
