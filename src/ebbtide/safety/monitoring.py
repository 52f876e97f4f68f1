"""Which test, when next, and why: from what is taken and what was measured."""

from __future__ import annotations

from ebbtide.case import Observation
from ebbtide.library.tables import Row, words

from .facts import Facts, Taken
from .findings import Finding, cited, finding
from .traits import meets

KINDS = {"blood_pressure": "vital", "heart_rate": "vital", "respiratory_rate": "vital", "COWS": "scale"}
TITLES = {
    "blood_pressure": "Blood pressure, lying and standing",
    "heart_rate": "Pulse",
    "respiratory_rate": "Breaths over a full minute",
    "bilirubin": "Bilirubin",
    "potassium": "Potassium",
    "magnesium": "Magnesium",
    "creatinine": "Creatinine and eGFR",
    "blood_lead": "Blood lead",
}
DAY_H = 24.0
ANYTHING = "*"
"""In place of a substance: the rule rests on a value alone."""


def monitoring_findings(facts: Facts) -> list[Finding]:
    """``monitoring.<test>``: one note for each test, due at the earliest time that any rule asks for."""
    wanted: dict[str, list[tuple[Row, tuple[Taken, ...], float]]] = {}
    for row in facts.library.tables.get("monitoring", ()):
        if row["when"] and meets(row["when"], facts) not in ("yes", "possible"):
            continue
        taken = tuple({s.name: s for sel in words(row["substance"]) for s in facts.tagged(sel)}.values())
        if taken or row["substance"] == ANYTHING:
            wanted.setdefault(row["test"], []).append((row, taken, _due_h(row, taken, facts)))
    return [_finding(test, rows, facts) for test, rows in sorted(wanted.items())]


def _newest(test: str, facts: Facts) -> Observation | None:
    if test == "creatinine":
        found = [o for o in (facts.latest("lab", "creatinine"), facts.latest("lab", "eGFR")) if o is not None]
        return max(found, key=lambda o: o.time_h, default=None)
    return facts.latest(KINDS.get(test, "lab"), test)


def _due_h(row: Row, taken: tuple[Taken, ...], facts: Facts) -> float:
    """When the test is due next (h after the start): a first one, then again after the interval."""
    begins_h = max(min((use.start_h for s in taken for use in s.uses), default=0.0), 0.0)
    newest = _newest(row["test"], facts)
    if newest is None:
        return begins_h + float(row["first_d"]) * DAY_H
    return max(newest.time_h, begins_h) + float(row["every_d"]) * DAY_H


def _finding(test: str, rows: list[tuple[Row, tuple[Taken, ...], float]], facts: Facts) -> Finding:
    rows = sorted(rows, key=lambda r: (r[2], r[0]["id"]))
    row, _, due_h = rows[0]
    newest = _newest(test, facts)
    title = TITLES.get(test, test)
    last = "none yet" if newest is None else facts.seen(newest)
    why = "; ".join(dict.fromkeys(_why(r, taken) for r, taken, _ in rows))
    substances = {s.name: s for _, taken, _ in rows for s in taken}
    return finding(
        f"monitoring.{test.lower()}",
        "note",
        f"{title}: next by {facts.when(due_h)[:10]}",
        f"{why[:1].upper()}{why[1:]}. Last: {last}.",
        f"Then every {_interval(float(row['every_d']))} while it goes on, earlier with symptoms.",
        rule="; ".join(
            (
                f"{r['when']}: "
                if r["substance"] == ANYTHING
                else f"with {' or '.join(words(r['substance']))}: "
            )
            + (f"from day {r['first_d']}, " if float(r["first_d"]) else "at the start, ")
            + f"then every {_interval(float(r['every_d']))}"
            for r, *_ in rows
        ).replace("_", " "),
        inputs={
            "last": last,
            "next": facts.when(due_h),
            **{n: substances[n].told for n in sorted(substances)},
        },
        **cited(*[r for r, *_ in rows]),
        missing=("results that the case does not list",)
        if newest is not None
        else (f"{title.lower() if title != test else test} at the start",),
        would_change=("a newer result", "the substance stopped"),
    )


def _why(row: Row, taken: tuple[Taken, ...]) -> str:
    names = ", ".join(s.title for s in taken)
    return f"{names}: {row['why']}" if names else row["why"]


def _interval(days: float) -> str:
    return "day" if days == 1 else f"{days:g} days"
