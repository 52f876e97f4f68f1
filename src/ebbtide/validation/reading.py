"""An observed row in one arm: what is looked at, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ebbtide.library import InputError, Library, unknown_name

from .groups import Group
from .parts import Given
from .schema import RawObserved
from .times import Span
from .urine import URINE

PLASMA = "plasma."
OPEN_ENDED = (
    "Cmax",
    "Cmin",
    "tmax",
    "AUCinf",
    "half_life",
    "CL_F",
    "Vz_F",
    "dose",
    "min",
    "peak_time",
    "peak_day",
    "fraction_of_dose",
    "time_to_steady_state",
)
"""Statistics that may go without ``at``: from the first dose on (without doses, the start) to the end."""


@dataclass(frozen=True)
class Reading:
    """A row with its times resolved in one arm."""

    row: RawObserved
    arm: str
    statistic: str
    span: Span
    """Its end is infinite where the row has no ``at``."""
    since_h: float | None
    unity_h: float | None
    """Time whose value is 1."""
    sources: tuple[Given, ...]
    """Doses that bring or form the compound; of other quantities, all."""
    origins: frozenset[str]
    """The compound of the quantity and what it is formed from."""
    where: str


def resolve(
    row: RawObserved,
    arm: str,
    group: Group,
    library: Library,
    where: str,
    *,
    statistic: str,
    at: str | None,
    endless: bool,
) -> Reading:
    """The reading of ``statistic`` at ``at`` in a group of an arm, the doses of which may be ``endless``.

    Raises
    ------
    InputError
        For a time that cannot be read, or one that is missing.
    """
    timeline = group.timeline
    sources = group.given
    compound = compound_of(row.quantity if isinstance(row.quantity, str) else row.quantity[0])
    becomes: set[str] = set()
    if compound is not None:
        becomes = origins(library, library.compound(compound, f"{where}.quantity").name)
        sources = tuple(g for g in group.given if becomes & set(g.amounts_nmol))
    if at is not None:
        span = timeline.read(at, f"{where}.at")
    elif statistic == "AUCtau":
        span = Span(sources[-1].time_h, sources[-1].time_h) if sources else Span(0.0, 0.0)
    elif statistic in OPEN_ENDED:
        if endless:
            raise InputError(
                "doses without an end need a window", where=f"{where}.at", allowed='at = "0 h to 24 h"'
            )
        span = Span(sources[0].time_h if sources else 0.0, np.inf)
    else:
        raise InputError("key is missing", where=f"{where}.at")
    if statistic == "AUCtau" and span.is_point:
        span = Span(span.start_h, span.start_h + _interval(sources, where))
    return Reading(
        row=row,
        arm=arm,
        statistic=statistic,
        span=span,
        since_h=None if row.since is None else timeline.point(row.since, f"{where}.from"),
        unity_h=None if row.relative_to is None else timeline.point(row.relative_to, f"{where}.relative_to"),
        sources=sources,
        origins=frozenset(becomes),
        where=where,
    )


def compound_of(quantity: str) -> str | None:
    """The compound that a concentration or an excreted amount is of."""
    for start in (PLASMA, URINE):
        if quantity.startswith(start):
            return quantity.removeprefix(start)
    return None


def origins(library: Library, compound: str) -> set[str]:
    """The compound itself and all that it is formed from."""
    found = {compound}
    while True:
        parents = {n for n, c in library.compounds.items() if any(m.compound in found for m in c.metabolites)}
        if parents <= found:
            return found
        found |= parents


def _interval(sources: tuple[Given, ...], where: str) -> float:
    times = sorted({given.time_h for given in sources})
    if len(times) < 2:
        raise InputError("AUCtau needs doses at an interval, or a window", where=f"{where}.at")
    return times[-1] - times[-2]


def check_quantity(name: str, available: tuple[str, ...], where: str) -> None:
    """:class:`InputError` for a quantity that is not computed."""
    if name not in available:
        raise unknown_name("quantity", name, available, f"{where}.quantity")
