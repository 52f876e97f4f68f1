"""Which compounds change which enzymes, and which compounds notice: the static side of :mod:`.metabolism`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ebbtide.library import Library

from .disposition import Family
from .entry import Input, absorption_of, depots
from .enzymes import KIDNEY

GUT_ENZYME = "cyp3a4"
GUT_POOL = "cyp3a4_gut"
PASSES = 4
"""Where something inhibits the clearance of a perpetrator; without that, two are exact."""


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
    pathways: tuple[str, ...]
    """What forms it."""
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
    victim: int | None
    """Its place among the victims, where its own clearance changes."""
    ways_in: tuple[WayIn, ...]
    inhibits: tuple[str, ...]
    inactivates: tuple[str, ...]
    induces: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """The compartments of one family that matter, and the family's place among all compartments and modes."""

    start: int
    stop: int
    compartments: tuple[int, ...]
    """Places within the family, ascending."""


@dataclass(frozen=True)
class Network:
    """All of them in one composition; hashable. Places of compartments count those of the blocks alone."""

    blocks: tuple[Block, ...]

    victims: tuple[Victim, ...]
    perpetrators: tuple[Perpetrator, ...]
    passes: int
    """How often liver concentrations of perpetrators and their own clearances are put into one another."""
    pools: tuple[str, ...]
    """Enzyme pools that turn over: inactivated or induced by somebody. ``cyp3a4_gut`` is that of the gut."""


def build_network(
    library: Library, families: Sequence[Family], compounds: Sequence[str], liver_may_fail: bool
) -> Network | None:
    """The network of a composition, or ``None`` where nothing changes any clearance.

    ``liver_may_fail`` says that liver function is a state of the body, which every liver pathway follows.
    """
    places = _Places(families)
    inputs = [entry for family in families for entry in family.inputs]

    def ways_in(compound: str) -> tuple[WayIn, ...]:
        return tuple(
            WayIn(
                entry,
                places.of(compound, depot.role),
                depot.rate,
                absorption_of(library, entry)[0].gut_availability is not None,
            )
            for entry in inputs
            if entry[0] == compound
            and entry[1] == "oral"
            and absorption_of(library, entry)[0].dose_dependence is None
            for depot in depots(library, entry)
        )

    effects = {name: library.compounds[name].enzymes for name in compounds if library.compounds[name].enzymes}
    touched: set[str] = {enzyme for own in effects.values() for enzyme in own}
    victims = tuple(
        Victim(
            name,
            places.of(name, "central"),
            places.sink(name),
            tuple(p for p in library.compounds[name].pathways if p != KIDNEY),
            _saturable(library, name),
            tuple(
                Formation(
                    i,
                    m.compound,
                    places.of(m.compound, "central"),
                    m.formed_by,
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
    order = [victim.compound for victim in victims]
    perpetrators = tuple(
        Perpetrator(
            name,
            places.of(name, "central"),
            order.index(name) if name in order else None,
            ways_in(name),
            tuple(e for e, effect in own.items() if effect.inhibition_constant),
            tuple(e for e, effect in own.items() if effect.inactivation_rate),
            tuple(e for e, effect in own.items() if effect.induction_maximum),
        )
        for name, own in effects.items()
    )
    count = places.settle()
    turning = {e for p in perpetrators for e in (*p.inactivates, *p.induces)}
    pools = [*sorted(turning), *([GUT_POOL] if GUT_ENZYME in turning else [])]
    return Network(
        count.blocks,
        tuple(count.victim(v) for v in victims),
        tuple(
            replace(p, central=count.place[p.central], ways_in=count.ways_in(p.ways_in)) for p in perpetrators
        ),
        _passes(victims, perpetrators),
        tuple(pools),
    )


def _passes(victims: Sequence[Victim], perpetrators: Sequence[Perpetrator]) -> int:
    inhibited = {enzyme for p in perpetrators for enzyme in p.inhibits}
    changing = [victims[p.victim] for p in perpetrators if p.victim is not None]
    if any(inhibited & set(victim.pathways) for victim in changing):
        return PASSES
    return 2 if changing else 1


class _Places:
    """Places of compartments among those of all families, and which of them are asked for."""

    def __init__(self, families: Sequence[Family]) -> None:
        self._families = families
        self._starts = [sum(len(f.states) for f in families[:i]) for i in range(len(families))]
        self._asked: set[int] = set()

    def of(self, compound: str, role: str) -> int:
        """The place of a compartment."""
        for start, family in zip(self._starts, self._families, strict=True):
            if (compound, role) in family.states:
                self._asked.add(start + family.index(compound, role))
                return start + family.index(compound, role)
        raise KeyError((compound, role))

    def sink(self, compound: str) -> int | None:
        """The place of the sink of a compound's family, if it has one."""
        for start, family in zip(self._starts, self._families, strict=True):
            if compound in family.compounds and ("", "sink") in family.states:
                self._asked.add(start + family.index("", "sink"))
                return start + family.index("", "sink")
        return None

    def settle(self) -> _Settled:
        """Blocks of what was asked for."""
        blocks = []
        for start, family in zip(self._starts, self._families, strict=True):
            own = tuple(i for i in range(len(family.states)) if start + i in self._asked)
            if own:
                blocks.append(Block(start, start + len(family.states), own))
        ordered = [b.start + i for b in blocks for i in b.compartments]
        return _Settled(tuple(blocks), {place: i for i, place in enumerate(ordered)})


@dataclass(frozen=True)
class _Settled:
    blocks: tuple[Block, ...]
    place: dict[int, int]
    """Among the compartments of the blocks, by place among all."""

    def ways_in(self, ways: tuple[WayIn, ...]) -> tuple[WayIn, ...]:
        return tuple(replace(way, depot=self.place[way.depot]) for way in ways)

    def victim(self, victim: Victim) -> Victim:
        return replace(
            victim,
            central=self.place[victim.central],
            sink=None if victim.sink is None else self.place[victim.sink],
            formations=tuple(replace(f, central=self.place[f.central]) for f in victim.formations),
            ways_in=self.ways_in(victim.ways_in),
        )


def _saturable(library: Library, name: str) -> bool:
    disposition = library.compounds[name].disposition
    return disposition is not None and disposition.saturation is not None


def _changes(
    library: Library, name: str, touched: set[str], ways_in: Sequence[WayIn], liver_may_fail: bool
) -> bool:
    own = [p for p in library.compounds[name].pathways if p != KIDNEY]
    gut = GUT_ENZYME in touched and any(way.has_gut for way in ways_in)
    return bool(touched & set(own)) or gut or _saturable(library, name) or bool(own and liver_may_fail)
