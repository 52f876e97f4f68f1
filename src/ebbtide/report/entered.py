"""What was entered, told back: the case, the person, and what the body is used to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from . import inventory
from .clock import calendar, instant, span
from .scene import Scene
from .words import label, plain

NAMES = {"cyp2d6": "CYP2D6", "child_pugh": "Child-Pugh", "egfr": "eGFR (mL/min/1.73 m²)"}
UNIT_SUFFIXES = {"years": "years", "kg": "kg", "cm": "cm", "h": "h", "ms": "ms"}


def facts(scene: Scene) -> tuple[tuple[str, str], ...]:
    """Which case, from when to when, for how many people."""
    case, count, kept = (
        scene.forecast.case,
        scene.forecast.provenance.get("people", scene.written.people.sizes["person"]),
        scene.written.people.sizes["person"],
    )
    people = "1, the typical person" if scene.single else f"{count} simulated, who share the known traits"
    if kept < count:
        people += f"; bands are of all, single courses of the first {kept}"
    return (
        ("Case", str(case.id)),
        ("Start", calendar(case.start)),
        ("Forecast", f"{span(scene.duration_h)}, to {calendar(instant(case.start, scene.duration_h))}"),
        ("People", people),
    )


def person(known: Any) -> tuple[tuple[str, str], ...]:
    """The known traits of a person; what is not known is left out."""
    if is_dataclass(known) and not isinstance(known, type):
        table = {f.name: getattr(known, f.name) for f in fields(known)}
    else:
        table = dict(known) if isinstance(known, Mapping) else dict(vars(known))
    return tuple(_trait(k, v) for k, v in table.items() if v not in (None, "", "unknown", (), [], {}))


def _trait(name: str, value: Any) -> tuple[str, str]:
    stem, _, suffix = name.rpartition("_")
    if stem and suffix in UNIT_SUFFIXES and isinstance(value, int | float):
        return label(stem), f"{plain(value)} {UNIT_SUFFIXES[suffix]}"
    return NAMES.get(name, label(name)), plain(value).replace("_", " ")


def use(stream: Any) -> str:
    """One product of the history: amount, how often, how long, when last."""
    parts = [f"{stream.amount_text} {stream.title}"]
    if stream.interval_h:
        parts.append(f"every {span(stream.interval_h)}")
    if stream.duration_h:
        parts.append(f"for {span(stream.duration_h)}")
    if stream.last_h is not None:
        side = "before" if stream.last_h <= 0 else "after"
        parts.append(f"last {span(abs(stream.last_h))} {side} the start")
    return ", ".join(parts)


def conditions(scene: Scene) -> tuple[str, ...]:
    """Each condition of the person, and what it changes in the computation."""
    if scene.library is None:
        return ()
    found = []
    for name in getattr(scene.forecast.case.person, "conditions", ()):
        changed = inventory.condition_effects(scene.library, name)
        what = f"changes {', '.join(changed)}" if changed else f"recorded; {inventory.NOTHING}"
        found.append(f"{label(name).capitalize()}: {what}.")
    return tuple(found)


def supports(scene: Scene) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Supports of the case, then those that each alternative adds, with what they act on."""
    case = scene.forecast.case
    groups = [("", case.supports), *((a.title, a.supports) for a in case.alternatives)]
    return tuple(
        (title, tuple(inventory.support_line(s, scene.library) for s in group))
        for title, group in groups
        if group
    )
