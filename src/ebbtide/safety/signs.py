"""Time-critical signs: what was seen, alone or together, with what is taken; a table says what it means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ebbtide.case import Observation
from ebbtide.library.tables import Row, words

from .facts import Facts, Taken
from .findings import Finding, cited, finding, rank, severity_of


def sign_findings(facts: Facts) -> list[Finding]:
    """Each row of the table of signs that is met; of several rows with one id the worst."""
    pictures = _pictures(facts)
    met: dict[str, list[tuple[Row, Mapping[str, Observation | str], tuple[Taken, ...]]]] = {}
    for row in facts.library.tables.get("signs", ()):
        needed = tuple(s for selector in words(row["needs"]) for s in facts.tagged(selector))
        if row["needs"] and not needed:
            continue
        seen = next((m for picture in pictures if (m := _matched(row["when"], picture)) is not None), None)
        if seen is not None:
            taken = tuple({s.name: s for s in needed}.values())
            met.setdefault(row["finding"], []).append((row, seen, taken))
    found = []
    for id, rows in met.items():
        lead = min(rows, key=lambda r: (rank(r[0]["severity"]), r[0]["id"]))
        found.append(_finding(id, *lead, facts))
    return found


def _pictures(facts: Facts) -> list[dict[str, Observation | str]]:
    """What was seen together: for each sign, all signs and telling vital signs near it in time."""
    numbers = facts.library.safety["vitals"]["signs"]
    window_h, recent_h = numbers["together"].to("h"), numbers["recent"].to("h")
    seen = [(o.name, o) for o in facts.case.observations if o.kind == "sign" and o.time_h >= -recent_h]
    seen += [
        (name, o)
        for o in facts.case.observations
        for name in _signs_of_vital(o, facts)
        if o.time_h >= -recent_h
    ]
    always = (
        {"suicidal_condition": f"suicidal thoughts (condition at the start, {facts.when(0.0)})"}
        if facts.has_condition("suicidal_thoughts")
        else {}
    )
    vomiting = [o for name, o in seen if name == "vomiting"]
    if vomiting and vomiting[-1].time_h - vomiting[0].time_h >= numbers["vomiting"].to("h"):
        seen.append(("vomiting_12h", vomiting[-1]))
    pictures: list[dict[str, Observation | str]] = []
    for _, centre in reversed(seen):
        together = {name: o for name, o in seen if abs(o.time_h - centre.time_h) <= window_h}
        pictures.append({**together, **always})
    return pictures or [dict(always)]


def _signs_of_vital(o: Observation, facts: Facts) -> list[str]:
    """What a vital sign says in the words of the table."""
    limits = facts.library.safety["vitals"]
    if o.kind == "vital" and o.name == "blood_pressure":
        return ["low_pressure"] if o.items["systolic"] < limits["systolic"]["low"].value else []
    if o.kind != "vital" or o.value is None:
        return []
    if o.name == "temperature" and o.value >= limits["temperature"]["fever"].value:
        return ["hot"]
    if o.name == "heart_rate" and o.value > limits["heart_rate"]["fast"].value:
        return ["fast_pulse"]
    if o.name == "respiratory_rate" and o.value < limits["respiratory_rate"]["slow"].value:
        return ["slow_breath_rate"]
    return []


def _matched(when: str, picture: Mapping[str, Observation | str]) -> dict[str, Observation | str] | None:
    """The signs that meet ``when``: one of a group (``|``) for each part (``+``); None where not met."""
    used: dict[str, Observation | str] = {}
    for part in when.split("+"):
        found = [name for name in part.split("|") if name in picture]
        if not found:
            return None
        used |= {name: picture[name] for name in found}
    return used


def _finding(
    id: str,
    row: Row,
    seen: Mapping[str, Observation | str],
    taken: tuple[Taken, ...],
    facts: Facts,
) -> Finding:
    inputs: dict[str, Any] = {
        name: o if isinstance(o, str) else facts.seen(o) for name, o in sorted(seen.items())
    }
    parts = " and ".join(part.replace("|", " or ").replace("_", " ") for part in row["when"].split("+"))
    needs = ", ".join(
        facts.library.medicines.class_titles.get(n, n.replace("_", " ")) for n in words(row["needs"])
    )
    return finding(
        id,
        severity_of(row),
        row["title"],
        row["message"],
        row["advice"].strip(),
        rule=f"seen: {parts}" + (f"; with any of: {needs}" if needs else ""),
        inputs={**inputs, **{s.name: s.told for s in taken}},
        **cited(row),
        missing=("what was taken that is not in the case",),
        would_change=("another cause found by the examination",)
        if row["severity"] != "emergency"
        else ("nothing before the person has been examined",),
    )
