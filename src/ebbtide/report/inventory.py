"""What the library does with what was entered: supports, conditions, and what is known of each substance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ebbtide.library.parameter import Parameter

from .clock import span
from .words import label

if TYPE_CHECKING:
    from ebbtide.library import Library

OUTCOMES = {
    "return_to_use": "return to use",
    "leave_programme": "leaving the programme",
    "sleep_latency": "time to fall asleep",
    "sleep_total": "total sleep",
}
SURE_CV = 0.6
"""An effect on a logarithm whose uncertainty is larger than this cannot be told from none."""
NOTHING = "changes nothing in the computation"


def support_effects(library: Library, kind: str) -> list[str]:
    """What a support acts on in the model, in words; empty where nothing was measured."""
    found = []
    for outcome, number in _table(library, "supports", kind).items():
        found.append(OUTCOMES.get(outcome, label(outcome)) + _doubt(number))
    for symptom, causes in library.physiology.get("relief", {}).items():
        if isinstance(causes, Mapping) and isinstance(causes.get(kind), Parameter):
            found.append(label(symptom))
    return found


def _doubt(number: Parameter) -> str:
    return " (perhaps not at all)" if number.uncertainty_cv > SURE_CV else ""


def _table(library: Library, file: str, name: str) -> dict[str, Parameter]:
    table = library.physiology.get(file, {}).get(name, {})
    return {k: v for k, v in table.items() if isinstance(v, Parameter)} if isinstance(table, Mapping) else {}


def support_line(support: Any, library: Library | None) -> str:
    """A support of the case: how often, from when to when, and what it acts on."""
    pace = f"every {span(support.every_h)}" if support.every_h else "once"
    parts = [label(support.kind).capitalize(), pace]
    if support.time_h > 0:
        parts.append(f"from {span(support.time_h)} after the start")
    if support.until_h is not None:
        parts.append(f"until {span(support.until_h)} after the start")
    line = ", ".join(parts)
    if library is None:
        return line
    effects = support_effects(library, support.kind)
    if not effects:
        return f"{line}. No measured effect was found: it is recorded and {NOTHING}."
    return f"{line}. In the model it acts on {_listed(effects)}; on nothing else."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def without_effect(case: Any, library: Library) -> tuple[str, ...]:
    """Conditions and supports of the case that no number of the library goes with."""
    conditions = [
        f"condition {label(name)}: recorded; {NOTHING} (the safety rules still look at it)"
        for name in case.person.conditions
        if not _table(library, "conditions", name)
    ]
    kinds = [s.kind for s in (*case.supports, *(s for a in case.alternatives for s in a.supports))]
    supports = [
        f"support {label(kind)}: recorded; no measured effect, {NOTHING}"
        for kind in dict.fromkeys(kinds)
        if not support_effects(library, kind)
    ]
    return (*conditions, *supports)


def condition_effects(library: Library, name: str) -> list[str]:
    """The numbers of the library that a condition changes, by their first two words."""
    paths = _table(library, "conditions", name)
    return list(dict.fromkeys(label(".".join(path.split(".")[:2])) for path in paths))


def known_of(case: Any, library: Library) -> tuple[tuple[str, str], ...]:
    """What is known of each compound of the doses, then of the history, where the library says it."""
    found = []
    for name in dict.fromkeys(_compounds(case)):
        compound = library.compounds.get(name)
        if compound is not None and compound.known:
            found.append((compound.title, compound.known))
    return tuple(found)


def _compounds(case: Any) -> Iterator[str]:
    taken: Iterable[Any] = (*case.doses, *(d for a in case.alternatives for d in a.doses), *case.history)
    for intake in taken:
        yield from getattr(intake, "amounts_nmol", ())


def can_injure_liver(library: Library, compounds: Iterable[str]) -> list[str]:
    """Those of ``compounds`` that the library lets injure the liver."""
    injury = library.physiology.get("liver", {}).get("injury", {})
    return [name for name in compounds if name in injury]
