"""Which compounds change which enzymes, and which compounds notice: the static side of :mod:`.metabolism`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ebbtide.library import Library

from .disposition import Family
from .entry import Input, absorption_of, depots
from .enzymes import KIDNEY

GUT_ENZYME = "cyp3a4"
GUT_POOL = "cyp3a4_gut"
SINK = ("", "sink")
PASSES = 4
"""Where something inhibits the clearance of a perpetrator; without that, two are exact."""


@dataclass(frozen=True)
class WayIn:
    """Absorption by mouth from one depot."""

    entry: Input
    depot: int
    """Its place among the amounts."""
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
    row: int
    """Of the flows: that into the metabolite."""
    pathways: tuple[str, ...]
    """What forms it."""
    systemic: bool
    first_pass: bool


@dataclass(frozen=True)
class Victim:
    """A compound whose clearance or first pass changes with time."""

    compound: str
    pathways: tuple[str, ...]
    saturable: bool
    formations: tuple[Formation, ...]
    ways_in: tuple[WayIn, ...]


@dataclass(frozen=True)
class Perpetrator:
    """A compound that inhibits, inactivates or induces enzymes."""

    compound: str
    central: int
    """Its place among the amounts: below the number of victims, that of the victim that it is itself."""
    ways_in: tuple[WayIn, ...]
    inhibits: tuple[str, ...]
    inactivates: tuple[str, ...]
    induces: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """One family that takes part: its place among all compartments and modes, and which of them matter."""

    start: int
    family: Family
    reads: tuple[int, ...]
    """Places within the family of what is read."""
    amounts: tuple[int, ...]
    """Of each of those, its place among the amounts."""
    writes: tuple[int, ...]
    """Places within the family of what flows go into."""
    flows: tuple[int, ...]
    """Of each of those, the row of its flow."""

    @property
    def stop(self) -> int:
        """Behind its last compartment, and mode."""
        return self.start + len(self.family.states)

    @property
    def sink(self) -> int | None:
        """Place within the family of what has left the body, if that is counted."""
        states = self.family.states
        return states.index(SINK) if SINK in states else None

    def becomes(self, compound: str) -> tuple[int, ...]:
        """Rows of the flows that can change amounts of a compound: of compounds, parents come first."""
        order = self.family.compounds
        own = [order.index(self.family.states[place][0]) for place in self.writes]
        return tuple(row for row, at in zip(self.flows, own, strict=True) if at <= order.index(compound))


@dataclass(frozen=True)
class Network:
    """All of them in one composition; hashable.

    Amounts are those in the central compartments of the victims, in order, in those of other perpetrators,
    and in the depots. Flows go into the central compartments of the victims, in order, and of metabolites
    that are none. What a flow takes away leaves for the sink, and what it brings is taken from there.
    """

    blocks: tuple[Block, ...]
    victims: tuple[Victim, ...]
    perpetrators: tuple[Perpetrator, ...]
    """First those who are victims themselves."""
    passes: int
    """How often liver concentrations of perpetrators and their own clearances are put into one another."""
    pools: tuple[str, ...]
    """Enzyme pools that turn over: inactivated or induced by somebody. ``cyp3a4_gut`` is that of the gut."""
    changing: tuple[str, ...]
    """Pathways of the liver that somebody inhibits, inactivates or induces."""

    @property
    def victims_among(self) -> int:
        """How many of the perpetrators are victims."""
        return sum(who.central < len(self.victims) for who in self.perpetrators)

    @property
    def ways_in(self) -> tuple[tuple[int | None, ...], ...]:
        """The first depot of each victim, if it has one, then the second of each, and so on."""
        most = max(len(victim.ways_in) for victim in self.victims)
        return tuple(
            tuple(v.ways_in[i].depot if i < len(v.ways_in) else None for v in self.victims)
            for i in range(most)
        )

    @property
    def formations(self) -> tuple[slice, ...]:
        """Victims from the first to the last that form something; then those of a second, and so on."""
        most = max(len(victim.formations) for victim in self.victims)
        forming = [[i for i, v in enumerate(self.victims) if len(v.formations) > n] for n in range(most)]
        return tuple(slice(own[0], own[-1] + 1) for own in forming)

    @property
    def reads(self) -> tuple[int, ...]:
        """Of each amount, its compartment among those of all families."""
        return _ordered(
            (at, b.start + i) for b in self.blocks for i, at in zip(b.reads, b.amounts, strict=True)
        )

    @property
    def writes(self) -> tuple[int, ...]:
        """Of each flow, its compartment among those of all families."""
        return _ordered(
            (at, b.start + i) for b in self.blocks for i, at in zip(b.writes, b.flows, strict=True)
        )


def _ordered(pairs: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    return tuple(place for _, place in sorted(pairs))


def build_network(
    library: Library, families: Sequence[Family], compounds: Sequence[str], liver_may_fail: bool
) -> Network | None:
    """The network of a composition, or ``None`` where nothing changes any clearance.

    ``liver_may_fail`` says that liver function is a state of the body, which every liver pathway follows.
    """
    effects = {name: library.compounds[name].enzymes for name in compounds if library.compounds[name].enzymes}
    touched: set[str] = {enzyme for own in effects.values() for enzyme in own}
    order = [name for family in families for name in family.compounds if name in compounds]
    suffering = [name for name in order if _changes(library, families, name, touched, liver_may_fail)]
    if not suffering:
        return None
    # those who form something side by side, as far as families let them
    forming = {
        family
        for family in families
        for name in family.compounds
        if name in suffering and library.compounds[name].metabolites
    }
    suffering = [
        n for f in sorted(families, key=lambda f: f not in forming) for n in f.compounds if n in suffering
    ]
    others = [name for name in effects if name not in suffering]
    central = [_place(families, name, "central") for name in (*suffering, *others)]
    ways = {name: _ways_in(library, families, name) for name in (*suffering, *others)}
    depots = dict.fromkeys(way.depot for name in ways for way in ways[name])
    amounts = {place: row for row, place in enumerate((*central, *depots))}
    metabolites = dict.fromkeys(m.compound for name in suffering for m in library.compounds[name].metabolites)
    targets = (*suffering, *(name for name in metabolites if name not in suffering))
    flows = {_place(families, name, "central"): row for row, name in enumerate(targets)}
    ways = {name: tuple(replace(w, depot=amounts[w.depot]) for w in own) for name, own in ways.items()}
    victims = tuple(_victim(library, name, ways[name], targets) for name in suffering)
    perpetrators = tuple(
        Perpetrator(
            name,
            amounts[_place(families, name, "central")],
            ways[name],
            tuple(e for e, effect in effects[name].items() if effect.inhibition_constant),
            tuple(e for e, effect in effects[name].items() if effect.inactivation_rate),
            tuple(e for e, effect in effects[name].items() if effect.induction_maximum),
        )
        for name in sorted(effects, key=lambda name: name not in suffering)
    )
    turning = {e for p in perpetrators for e in (*p.inactivates, *p.induces)}
    return Network(
        _blocks(families, amounts, flows),
        victims,
        perpetrators,
        _passes(victims, perpetrators),
        (*sorted(turning), *([GUT_POOL] if GUT_ENZYME in turning else [])),
        tuple(sorted(touched & {p for victim in victims for p in victim.pathways})),
    )


def _passes(victims: Sequence[Victim], perpetrators: Sequence[Perpetrator]) -> int:
    inhibited = {enzyme for p in perpetrators for enzyme in p.inhibits}
    changing = [victims[p.central] for p in perpetrators if p.central < len(victims)]
    if any(inhibited & set(victim.pathways) for victim in changing):
        return PASSES
    return 2 if changing else 1


def _victim(library: Library, name: str, ways: tuple[WayIn, ...], targets: Sequence[str]) -> Victim:
    formations = tuple(
        Formation(
            i,
            m.compound,
            targets.index(m.compound),
            m.formed_by,
            m.fraction_of_clearance is not None,
            m.first_pass_fraction is not None,
        )
        for i, m in enumerate(library.compounds[name].metabolites)
    )
    return Victim(name, _liver_pathways(library, name), _saturable(library, name), formations, ways)


def _place(families: Sequence[Family], compound: str, role: str) -> int:
    """The place of a compartment among those of all families."""
    start = 0
    for family in families:
        if (compound, role) in family.states:
            return start + family.index(compound, role)
        start += len(family.states)
    raise KeyError((compound, role))


def _ways_in(library: Library, families: Sequence[Family], compound: str) -> tuple[WayIn, ...]:
    """Those of a compound by mouth, with the places of their depots among all compartments."""
    return tuple(
        WayIn(
            entry,
            _place(families, compound, depot.role),
            depot.rate,
            absorption_of(library, entry)[0].gut_availability is not None,
        )
        for family in families
        for entry in family.inputs
        if entry[0] == compound
        and entry[1] == "oral"
        and absorption_of(library, entry)[0].dose_dependence is None
        for depot in depots(library, entry)
    )


def _blocks(
    families: Sequence[Family], amounts: Mapping[int, int], flows: Mapping[int, int]
) -> tuple[Block, ...]:
    """The families with compartments among those of ``amounts`` and ``flows``."""
    blocks = []
    start = 0
    for family in families:
        inside = range(len(family.states))
        reads = sorted((i for i in inside if start + i in amounts), key=lambda i: amounts[start + i])
        writes = sorted((i for i in inside if start + i in flows), key=lambda i: flows[start + i])
        if reads or writes:
            blocks.append(
                Block(
                    start,
                    family,
                    tuple(reads),
                    tuple(amounts[start + i] for i in reads),
                    tuple(writes),
                    tuple(flows[start + i] for i in writes),
                )
            )
        start += len(family.states)
    return tuple(blocks)


def _liver_pathways(library: Library, name: str) -> tuple[str, ...]:
    return tuple(p for p in library.compounds[name].pathways if p != KIDNEY)


def _saturable(library: Library, name: str) -> bool:
    disposition = library.compounds[name].disposition
    return disposition is not None and disposition.saturation is not None


def _changes(
    library: Library, families: Sequence[Family], name: str, touched: set[str], liver_may_fail: bool
) -> bool:
    own = _liver_pathways(library, name)
    gut = GUT_ENZYME in touched and any(way.has_gut for way in _ways_in(library, families, name))
    return bool(touched & set(own)) or gut or _saturable(library, name) or bool(own and liver_may_fail)
