"""Which compounds change which enzymes, and which compounds notice: the static side of :mod:`.metabolism`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ebbtide.library import Library

from .disposition import Family
from .entry import Input, absorption_of, depots
from .enzymes import KIDNEY

GUT_ENZYME = "cyp3a4"
GUT_POOL = "cyp3a4_gut"


@dataclass(frozen=True)
class WayIn:
    """Absorption by mouth from one depot."""

    entry: Input
    depot: int
    rate: str
    """Name of its absorption rate."""
    has_gut: bool
    """Whether the gut wall metabolises it."""


@dataclass(frozen=True)
class Formation:
    """A metabolite of a victim that is followed."""

    index: int
    """In the list of the compound's metabolites."""
    compound: str
    central: int
    pathway: str | None
    systemic: bool
    first_pass: bool


@dataclass(frozen=True)
class Victim:
    """A compound whose clearance or first pass changes with time."""

    compound: str
    central: int
    sink: int | None
    pathways: tuple[str, ...]
    saturable: bool
    formations: tuple[Formation, ...]
    ways_in: tuple[WayIn, ...]


@dataclass(frozen=True)
class Perpetrator:
    """A compound that inhibits, inactivates or induces enzymes."""

    compound: str
    central: int
    ways_in: tuple[WayIn, ...]
    inhibits: tuple[str, ...]
    inactivates: tuple[str, ...]
    induces: tuple[str, ...]


@dataclass(frozen=True)
class Network:
    """All of them in one composition; hashable."""

    victims: tuple[Victim, ...]
    perpetrators: tuple[Perpetrator, ...]
    pools: tuple[str, ...]
    """Enzyme pools that turn over: inactivated or induced by somebody. ``cyp3a4_gut`` is that of the gut."""


def build_network(
    library: Library, families: Sequence[Family], compounds: Sequence[str], liver_may_fail: bool
) -> Network | None:
    """The network of a composition, or ``None`` where nothing changes any clearance.

    ``liver_may_fail`` says that liver function is a state of the body, which every liver pathway follows.
    """
    offsets: dict[tuple[str, str], int] = {}
    sinks: dict[str, int | None] = {}
    start = 0
    for family in families:
        for index, state in enumerate(family.states):
            if state != ("", "sink"):
                offsets[state] = start + index
        sink = start + family.states.index(("", "sink")) if ("", "sink") in family.states else None
        sinks |= dict.fromkeys(family.compounds, sink)
        start += len(family.states)
    inputs = [entry for family in families for entry in family.inputs]

    def ways_in(compound: str) -> tuple[WayIn, ...]:
        return tuple(
            WayIn(
                entry,
                offsets[(compound, depot.role)],
                depot.rate,
                absorption_of(library, entry)[0].gut_availability is not None,
            )
            for entry in inputs
            if entry[0] == compound
            and entry[1] == "oral"
            and absorption_of(library, entry)[0].dose_dependence is None
            for depot in depots(library, entry)
        )

    perpetrators = tuple(
        Perpetrator(
            name,
            offsets[(name, "central")],
            ways_in(name),
            tuple(e for e, effect in library.compounds[name].enzymes.items() if effect.inhibition_constant),
            tuple(e for e, effect in library.compounds[name].enzymes.items() if effect.inactivation_rate),
            tuple(e for e, effect in library.compounds[name].enzymes.items() if effect.induction_maximum),
        )
        for name in compounds
        if library.compounds[name].enzymes
    )
    touched = {e for p in perpetrators for e in (*p.inhibits, *p.inactivates, *p.induces)}
    victims = tuple(
        Victim(
            name,
            offsets[(name, "central")],
            sinks[name],
            tuple(p for p in library.compounds[name].pathways if p != KIDNEY),
            _saturable(library, name),
            tuple(
                Formation(
                    i,
                    m.compound,
                    offsets[(m.compound, "central")],
                    m.pathway,
                    m.fraction_of_clearance is not None,
                    m.first_pass_fraction is not None,
                )
                for i, m in enumerate(library.compounds[name].metabolites)
            ),
            ways_in(name),
        )
        for name in compounds
        if _changes(library, name, touched, ways_in(name), liver_may_fail)
    )
    if not victims:
        return None
    turning = {e for p in perpetrators for e in (*p.inactivates, *p.induces)}
    pools = [*sorted(turning), *([GUT_POOL] if GUT_ENZYME in turning else [])]
    return Network(victims, perpetrators, tuple(pools))


def _saturable(library: Library, name: str) -> bool:
    disposition = library.compounds[name].disposition
    return disposition is not None and disposition.saturation is not None


def _changes(
    library: Library, name: str, touched: set[str], ways_in: Sequence[WayIn], liver_may_fail: bool
) -> bool:
    own = [p for p in library.compounds[name].pathways if p != KIDNEY]
    gut = GUT_ENZYME in touched and any(way.has_gut for way in ways_in)
    return bool(touched & set(own)) or gut or _saturable(library, name) or bool(own and liver_may_fail)
