"""Amounts in a day over what labels or guidelines allow."""

from __future__ import annotations

from collections.abc import Iterator

from ebbtide.library.tables import Row

from .facts import Facts, Taken
from .findings import Finding, cited, finding, rank, severity_of
from .traits import meets


def amount_findings(facts: Facts) -> list[Finding]:
    """``dose.<substance>``: of several limits that are passed the worst."""
    found: dict[str, tuple[Row, Taken, float]] = {}
    for row, taken, amount in _passed(facts):
        worst = found.get(taken.name)
        if worst is None or rank(row["severity"]) < rank(worst[0]["severity"]):
            found[taken.name] = (row, taken, amount)
    return [_finding(*one, facts) for one in found.values()]


def _passed(facts: Facts) -> Iterator[tuple[Row, Taken, float]]:
    for row in facts.library.tables.get("amounts", ()):
        if row["when"] and meets(row["when"], facts) != "yes":
            continue
        for selector in row["substance"].split(";"):
            for taken in facts.tagged(selector):
                amount = (
                    _first_day(taken, float(row["first_day"])) if row["first_day"] else taken.least_daily_mg
                )
                if amount is not None and amount > float(row["over"]) * (1 + 1e-9):
                    yield row, taken, amount


def _first_day(taken: Taken, hours: float) -> float | None:
    """Least mass (mg) in the first hours of a start; None for what goes on from before.

    The dose of the next morning is another day's, however late the first was.
    """
    if not taken.planned or any(not use.planned and use.gone_h >= 0 for use in taken.uses):
        return None
    doses = [(time, mass) for use in taken.uses for time, mass in use.masses]
    first = min(time for time, _ in doses)
    day = [mass for time, mass in doses if time < first + hours]
    return sum(mass or 0.0 for mass in day)


def _finding(row: Row, taken: Taken, amount: float, facts: Facts) -> Finding:
    when = f"in the first {row['first_day']} h" if row["first_day"] else "in a day"
    return finding(
        f"dose.{taken.name}",
        severity_of(row),
        f"{taken.title.capitalize()}: {amount:g} mg {when}",
        f"{row['message']}.",
        f"{row['advice']}.",
        rule=f"more than {float(row['over']):g} mg of {taken.title} {when}"
        + (f", where {row['when']}" if row["when"] else ""),
        inputs={taken.name: taken.told, "mg_in_a_day": round(amount, 3)},
        **cited(row),
        missing=("whether it is taken as written",),
        would_change=("a smaller amount, agreed with the prescriber",),
    )
