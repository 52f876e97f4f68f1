"""Simulated people with known parameters, followed: are they recovered?

``python -m benchmarks.recovery --replicates 100`` draws people, observes each as in ``--case``, follows each
record, prints the table of docs/follow.md: rank histograms (Talts et al. 2018) and how often forecasts held.
``benchmarks/recovery_light.toml`` takes much less time than the example. Finished people are kept in
``benchmarks/out``, so that a run that was stopped goes on where it was; remove the file there when the code
has changed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ebbtide.case import read_case
from ebbtide.engine.plan import DEFAULT_TOLERANCE, make_plan
from ebbtide.learning.readings import read_record
from ebbtide.learning.recovery import Recovered, histogram, recover
from ebbtide.learning.twins import Twins
from ebbtide.library import load_library

HERE = Path(__file__).parent
CASE = HERE.parent / "examples" / "methadone_followed.toml"
NAMES = (
    "withdrawal.person.sensitivity",
    "withdrawal.person.reporting",
    "withdrawal.rebound.half_life",
    "adaptation.fast.half_life",
    "methadone.disposition.clearance",
    "methadone.absorption.oral.bioavailability",
    "methadone.receptors.mu.dissociation_constant",
    "morphine.disposition.clearance",
    "craving.craving.half_effect",
    "pupil.pupil.baseline",
    "measurement.visit.cows",
)
BINS = 8


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--replicates", type=int, default=100)
    parser.add_argument("--people", type=int, default=256)
    parser.add_argument("--case", type=Path, default=CASE)
    parser.add_argument("--out", type=Path, default=HERE / "out")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    library = load_library()
    kept = chosen.out / f"recovery-{chosen.case.stem}-{library.digest[:12]}-{chosen.people}.jsonl"
    rows = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    if len(rows) < chosen.replicates:
        plan = make_plan(read_case(chosen.case, library), library, 1.0, DEFAULT_TOLERANCE, people=256, seed=1)
        template = read_record(plan.case, library, plan.names)
        unknown = Twins(plan, template.readings, seed=1).unknowns.places
        names = [name for name in NAMES if name in unknown]
        for number in range(len(rows), chosen.replicates):
            rows.append(_row(recover(plan, template, names, chosen.people, number)))
            with kept.open("a") as file:
                file.write(json.dumps(rows[-1]) + "\n")
            print(f"{number + 1} of {chosen.replicates}", file=sys.stderr)
    print(page(rows[: chosen.replicates], chosen.people))


def _row(found: Recovered) -> dict[str, Any]:
    return {
        "ranks": dict(found.ranks),
        "truth": dict(found.places),
        "estimate": dict(found.estimates),
        "place": [p.place for p in found.past],
        "runs": sum(r.moves for r in found.conditioned.renewals) + 1,
        "lowest": min(found.conditioned.effective),
        "accepted": float(np.mean([r.accepted for r in found.conditioned.renewals])),
    }


def page(rows: Sequence[dict[str, Any]], people: int) -> str:
    """Markdown: a line a parameter, then the forecasts."""
    lines = [
        f"{len(rows)} people, each followed with {people} twins; "
        f"{np.mean([r['runs'] for r in rows]):.1f} runs of the engine each, "
        f"{np.mean([r['accepted'] for r in rows]):.0%} of the moves accepted.",
        "",
        f"| number | ranks in {BINS} equal bins | chance of as uneven | correlation of truth and estimate |",
        "|---|---|---|---|",
    ]
    for name in rows[0]["ranks"]:
        counts, chance = histogram([r["ranks"][name] for r in rows], people, BINS)
        agreement = ""
        if name in rows[0]["truth"]:
            pairs = np.array([(r["truth"][name], r["estimate"][name]) for r in rows])
            agreement = f"{np.corrcoef(pairs.T)[0, 1]:.2f}"
        lines.append(f"| `{name}` | {' '.join(map(str, counts))} | {chance:.2f} | {agreement} |")
    places = np.concatenate([r["place"] for r in rows])
    inside = [np.mean((places >= low) & (places <= 1 - low)) for low in (0.05, 0.25)]
    lines += [
        "",
        f"Of {len(places)} forecasts from earlier observations {inside[0]:.1%} held within 5-95 % and "
        f"{inside[1]:.1%} within 25-75 %.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
