"""Fit adaptation, drive and reporting to the ratings of CTN-0094, and write what was learned.

    python calibration/ctn0094.py [--out FILE] [--docs DIR]

Who is fitted is drawn by chance, the others are left for checks; the posterior goes to
``src/ebbtide/library/ctn0094/posterior.toml``, figures to ``docs/images`` and tables into
``docs/calibration.md``.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ebbtide.learning.ctn0094.calibration.alone import Task, mechanism_probabilities
from ebbtide.learning.ctn0094.calibration.checks import PERIODS, predictive, ranks, scores
from ebbtide.learning.ctn0094.calibration.fit import Fit, fit, fitted_people, kept_apart, reweighted
from ebbtide.learning.ctn0094.calibration.posterior import NINETY, PATH, read, table, write
from ebbtide.learning.ctn0094.calibration.reporting import Ratings, nodes
from ebbtide.learning.ctn0094.tables import Tables, shipped_tables
from ebbtide.library import load_library
from ebbtide.report.render import to_svg

DOCS = Path(__file__).parents[1] / "docs"
DRAWS = 200
RANKED = 120
"""People whose courses simulated ratings are made from."""
SEEDS = range(8)
RANK_NODES = (7, 3, 1)
TASKS: tuple[Task, ...] = ("cold", "next")
WEIGHTS = (0.15, 0.6)
"""Half and twice what a person counts: how much hangs on that choice."""
BLUE, PALE, GREY, ORANGE = "#1f6f8b", "#dbe7ea", "#9a9a9a", "#c8553d"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
MOVED = 4
"""Numbers that are named."""
FEW = 20
"""Ratings in a group that is shown."""


def main() -> None:
    """Fit, check, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PATH)
    parser.add_argument("--docs", type=Path, default=DOCS)
    given = parser.parse_args()
    tables, library = shipped_tables(), load_library()
    chosen = fitted_people(tables)
    begun = time.perf_counter()

    def told(line: str) -> None:
        print(f"{time.perf_counter() - begun:6.0f} s  {line}", flush=True)

    result = fit(tables.of(chosen), library, told)
    write(result, library, given.out)
    for row in table(result, library):
        print(f"{row['name']!s:34} {row['value']:8.3g} ({row['low']:.3g} to {row['high']:.3g}) {row['unit']}")
    told("checking")
    report(result, tables, given.out, given.docs)
    told("done")


def report(result: Fit, tables: Tables, out: Path, docs: Path) -> None:
    """Figures, and the tables of the page."""
    seen = predictive(result, tables, DRAWS)
    ranked = ranks(some(result.ratings), result.priors, nodes(RANK_NODES), SEEDS)
    read.cache_clear()
    posterior = read(out)
    others = tables.of(kept_apart(tables))
    told = [scores(mechanism_probabilities(others, task, None, posterior), others) for task in TASKS]
    base = scores(climatology(tables.of(result.rows["who"].to_numpy()), others), others)
    numbers = pd.DataFrame(table(result, load_library()))
    for name, spec, label in (
        ("course", course_chart(seen), "Mean rating by time since the first dose, seen and predicted"),
        ("learned", learned_chart(numbers), "Posterior of each number in standard deviations of its prior"),
        ("ranks", ranks_chart(ranked), "Where the truth lies in the posterior of simulated people"),
    ):
        (docs / "images" / f"ctn0094_{name}.svg").write_text(
            to_svg(spec, label, f"ctn0094-{name}"), encoding="utf-8"
        )
    inside = ranked.assign(inside=ranked["place"].between(0.05, 0.95)).groupby("name")["inside"].mean()
    page = docs / "calibration.md"
    text = page.read_text(encoding="utf-8")
    steps = ", ".join(f"{value:.1f}" for value in result.objective)
    rest = "at rest" if result.at_rest else "not at rest"
    people = f"{result.rows['who'].nunique():,} people, {len(result.rows):,} ratings"
    share = ranked["place"].between(0.05, 0.95).mean()
    bodies = {
        "numbers": numbers_table(numbers),
        "periods": periods_table(seen),
        "scores": scores_table(base, *told),
        "residuals": residuals_table(seen),
        "ranks": f"{share:.0%} of {len(ranked)} truths lie inside their 90 % interval; by number between "
        f"{inside.min():.0%} and {inside.max():.0%}.",
        "fit": f"{people}; negative log posterior by step: {steps} ({rest}).",
        "weight": moved_most(result),
    }
    for mark, body in bodies.items():
        text = re.sub(
            f"(<!-- {mark} -->\n).*?(\n<!-- end -->)",
            lambda m, b=body: m[1] + b + m[2],
            text,
            flags=re.DOTALL,
        )
    page.write_text(text, encoding="utf-8")


def some(ratings: Ratings) -> Ratings:
    """The ratings of some people of each trial."""
    kept = np.random.default_rng(1).permutation(ratings.people)[:RANKED]
    rows = np.isin(ratings.person, kept)
    fewer = Ratings(*(part[rows] for part in ratings))
    return fewer._replace(person=np.unique(fewer.person, return_inverse=True)[1])


def climatology(known: Tables, tables: Tables) -> pd.DataFrame:
    """Shares of the ratings of each trial among the people of ``known``."""

    def rated_days(of: Tables) -> pd.DataFrame:
        rows = of["withdrawal"].dropna(subset=["who", "when", "withdrawal"])
        return rows.assign(trial=rows["who"].map(of.project))

    seen, rows = rated_days(known), rated_days(tables)
    shares = pd.crosstab(seen["trial"], seen["withdrawal"].astype(int), normalize="index")
    p = shares.reindex(columns=range(4), fill_value=0.0).loc[rows["trial"]].clip(lower=1e-4)
    p = p.set_axis([f"p{level}" for level in range(4)], axis=1).reset_index(drop=True)
    return pd.concat([rows[["who", "when"]].reset_index(drop=True), p], axis=1)


def moved_most(result: Fit) -> str:
    """How far numbers go, in standard deviations of their posterior, when a person counts otherwise."""
    parts = []
    for weight in WEIGHTS:
        moved = (reweighted(result, weight) - result.standard) / result.sd
        order = np.argsort(-np.abs(moved))[:MOVED]
        listed = ", ".join(f"`{result.priors.names[i]}` {moved[i]:+.1f}" for i in order)
        parts.append(
            f"At a weight of {weight:g} numbers move by {np.median(np.abs(moved)):.2f} of their posterior's "
            f"standard deviation in the median; the most: {listed}."
        )
    return " ".join(parts)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def numbers_table(numbers: pd.DataFrame) -> str:
    """Prior, posterior and whether it was learned."""
    return markdown(
        ("number", "unit", "prior", "fitted", "90 %", "spread left", "learned"),
        [
            (
                f"`{r['name']}`", "" if r["unit"] == "dimensionless" else str(r["unit"]), f"{r['prior']:.3g}",
                f"{r['value']:.3g}", f"{r['low']:.3g} to {r['high']:.3g}", f"{r['sd']:.2f}",
                ("yes" if r["learned"] else "no")
                + (", at odds" if abs(r["standard"]) > NINETY else ""),
            )
            for r in numbers.to_dict("records")
        ],
    )  # fmt: skip


def periods_table(seen: pd.DataFrame) -> str:
    """Mean ratings seen and predicted."""
    order = {name: i for i, name in enumerate(PERIODS)}
    rows = seen.sort_values(
        ["trial", "arm", "period"], key=lambda c: c.map(order).fillna(99) if c.name == "period" else c
    )
    return markdown(
        ("trial", "arm", "since the first dose", "ratings", "mean seen", "predicted (90 %)"),
        [
            (
                str(r["trial"]), r["arm"], r["period"], str(r["ratings"]), f"{r['mean']:.2f}",
                f"{r['mean_50']:.2f} ({r['mean_5']:.2f} to {r['mean_95']:.2f})"
                + ("" if r["mean_5"] <= r["mean"] <= r["mean_95"] else " **outside**"),
            )
            for r in rows[rows["ratings"] >= FEW].to_dict("records")
        ],
    )  # fmt: skip


def residuals_table(seen: pd.DataFrame) -> str:
    """Shares of each rating by trial, seen and predicted."""
    weighted = seen.copy()
    columns = [c for c in seen.columns if c.startswith("share_")]
    weighted[columns] = weighted[columns].mul(weighted["ratings"], axis=0)
    sums = weighted.groupby("trial")[[*columns, "ratings"]].sum()
    return markdown(
        ("trial", *(f"rating {level}" for level in range(4))),
        [
            (
                str(trial),
                *(
                    f"{r[f'share_{k}'] / r['ratings']:.1%} ({r[f'share_{k}_50'] / r['ratings']:.1%})"
                    for k in range(4)
                ),
            )
            for trial, r in sums.iterrows()
        ],
    )


def scores_table(base: pd.DataFrame, cold: pd.DataFrame, after: pd.DataFrame) -> str:
    """Ranked probability score and log loss."""
    pairs = (base.set_index("trial"), cold.set_index("trial"), after.set_index("trial"))
    return markdown(
        ("trial", "climatology", "mechanism, cold", "mechanism, next"),
        [
            (
                str(trial),
                *(f"{part.loc[trial, 'rps']:.3f} / {part.loc[trial, 'log_loss']:.3f}" for part in pairs),
            )
            for trial in base["trial"]
        ],
    )


def quantity(field: str, title: str = "") -> dict[str, Any]:
    """A channel of numbers."""
    return {"field": field, "type": "quantitative", **({"title": title} if title else {})}


def chart(layer: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Layers in one panel."""
    return {"$schema": SCHEMA, **more, "layer": layer}


def layer(mark: dict[str, Any], **encoding: Any) -> dict[str, Any]:
    """One mark."""
    return {"mark": mark, "encoding": encoding}


def course_chart(seen: pd.DataFrame) -> dict[str, Any]:
    """Bands and points, one panel an arm."""
    rows = seen[(seen["ratings"] >= FEW) & seen["period"].isin(PERIODS)].copy()
    rows["panel"] = rows["trial"].astype(str) + ", " + rows["arm"]
    x = {
        "field": "period",
        "type": "ordinal",
        "sort": list(PERIODS),
        "title": "since the first dose",
        "axis": {"labelAngle": -40},
    }

    def y(field: str) -> dict[str, Any]:
        return quantity(field, "mean rating") | {"scale": {"domain": [0, 2.2]}}

    bar = {"type": "errorbar", "color": BLUE, "thickness": 6, "opacity": 0.35}
    tick = {"type": "tick", "color": BLUE, "thickness": 2, "width": 12}
    point = {"type": "point", "filled": True, "color": ORANGE, "size": 36}
    panel = [
        layer(bar, x=x, y=y("mean_5"), y2={"field": "mean_95"}),
        layer(tick, x=x, y=y("mean_50")),
        layer(point, x=x, y=y("mean")),
    ]
    return {
        "$schema": SCHEMA,
        "data": {"values": rows.to_dict("records")},
        "facet": {"field": "panel", "type": "nominal", "title": None},
        "columns": 3,
        "spec": {"width": 190, "height": 130, "layer": panel},
    }


def learned_chart(numbers: pd.DataFrame) -> dict[str, Any]:
    """Posterior intervals against those of the prior."""
    rows = numbers.assign(
        left=numbers["standard"] - NINETY * numbers["sd"],
        right=numbers["standard"] + NINETY * numbers["sd"],
        prior_left=-NINETY,
        prior_right=NINETY,
        kind=np.where(numbers["learned"], "learned", "not learned"),
    )
    y = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 300}}
    scale = {"domain": ["learned", "not learned"], "range": [ORANGE, GREY]}
    color = {"field": "kind", "type": "nominal", "title": None, "scale": scale}
    title = "standard deviations of the prior, from its centre"
    return chart(
        [
            layer(
                {"type": "bar", "color": PALE, "height": 10},
                y=y,
                x=quantity("prior_left", title),
                x2={"field": "prior_right"},
            ),
            layer(
                {"type": "rule", "strokeWidth": 3},
                y=y,
                x=quantity("left"),
                x2={"field": "right"},
                color=color,
            ),
            layer({"type": "point", "filled": True, "size": 40}, y=y, x=quantity("standard"), color=color),
        ],
        data={"values": rows.to_dict("records")},
        width=420,
    )


def ranks_chart(ranked: pd.DataFrame) -> dict[str, Any]:
    """A histogram that is flat where the inference is right; 90 % of even counts lie in the pale band."""
    bins = 10
    count = np.histogram(ranked["place"], bins=bins, range=(0, 1))[0]
    even = len(ranked) / bins
    wide = NINETY * np.sqrt(even * (1 - 1 / bins))
    rows = [{"left": i / bins, "right": (i + 1) / bins, "count": int(n)} for i, n in enumerate(count)]
    band = layer({"type": "rect", "color": PALE}, y=quantity("low"), y2={"field": "high"})
    bars = layer(
        {"type": "bar", "color": BLUE, "opacity": 0.8},
        x=quantity("left", "place of the truth in the posterior"),
        x2={"field": "right"},
        y=quantity("count", "numbers"),
        y2={"datum": 0},
    )
    data = {"values": [{"low": even - wide, "high": even + wide}]}
    return chart([{"data": data, **band}, {"data": {"values": rows}, **bars}], width=360, height=160)


if __name__ == "__main__":
    main()
