"""Numbers of :mod:`.metabolism_numbers` from those of people by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from ebbtide.library import Library

from . import clearance, disposition
from .arrays import Numbers
from .entry import absorption_of, bioavailability
from .enzymes import BYPASS, escaping_liver
from .metabolism_numbers import (
    ActivityNumbers,
    FirstPassNumbers,
    FormationNumbers,
    LiverNumbers,
    MetabolismNumbers,
    PerpetratorNumbers,
    Saturable,
    VictimNumbers,
    WayInNumbers,
)
from .network import GUT_ENZYME, GUT_POOL, Formation, Network, Perpetrator, Victim, WayIn

Array = np.ndarray
T = TypeVar("T")
EPS = float(np.finfo(np.float64).eps)


def prepare(
    library: Library, network: Network, numbers: Numbers, activity: Mapping[str, Array]
) -> MetabolismNumbers:
    """Collect the numbers; ``numbers`` are scaled to the person, with ``person.flow_factor``."""
    one = np.ones_like(numbers["person.flow_factor"])
    make = _Preparation(library, network, numbers, activity, one)
    bypass: Array = numbers[BYPASS] * one
    return MetabolismNumbers(
        bypass=bypass,
        turnover=make.rows(numbers[f"enzymes.turnover.{pool}"] for pool in network.pools),
        victims=make.victims(),
        formations=tuple(make.formations(n) for n in range(len(network.formations))),
        ways_in=tuple(make.ways_in(n) for n in range(len(network.ways_in))),
        perpetrators=make.perpetrators(),
    )


class _Preparation:
    """Numbers on the way into their rows."""

    def __init__(
        self,
        library: Library,
        network: Network,
        numbers: Numbers,
        activity: Mapping[str, Array],
        one: Array,
    ) -> None:
        self._library, self._network, self._numbers = library, network, numbers
        self._activity, self._one = activity, one
        names = [*(v.compound for v in network.victims), *(p.compound for p in network.perpetrators)]
        self._livers = {name: self._liver(name) for name in names}

    def rows(self, values: Iterable[Array | float]) -> Array:
        """One below the other, ``(rows, people)``."""
        below = [value * self._one for value in values]
        return np.stack(below) if below else np.zeros((0, *self._one.shape))

    def victims(self) -> VictimNumbers:
        """What clears the victims."""
        names = [victim.compound for victim in self._network.victims]
        livers = [self._livers[name] for name in names]
        return VictimNumbers(
            self._liver_numbers(self._network.victims),
            self.rows(liver.beyond for liver in livers),
            self.rows(liver.other for liver in livers),
            self.rows(self._numbers[f"{name}.disposition.clearance"] for name in names),
        )

    def formations(self, number: int) -> FormationNumbers:
        """The metabolite of this number of each victim of a slice."""
        victims = self._network.victims[self._network.formations[number]]
        of_liver, of_all, at_rest = zip(
            *(self._formed(v, _nth(v.formations, number)) for v in victims), strict=True
        )
        by, every = zip(*(self._formed_by(v, _nth(v.formations, number)) for v in victims), strict=True)
        return FormationNumbers(
            self.rows(of_liver),
            self.rows(of_all),
            self.rows(at_rest),
            self._pathways(by),
            self._pathways(every),
        )

    def ways_in(self, number: int) -> WayInNumbers:
        """The way in of this number of each victim."""
        network = self._network
        victims = network.victims
        own = [self._way_in(v, _nth(v.ways_in, number)) for v in victims]
        first_pass = []
        for place, those in enumerate(network.formations):
            pairs = [
                self._first_pass(v, _nth(v.ways_in, number), _nth(v.formations, place))
                for v in victims[those]
            ]
            first_pass.append(FirstPassNumbers(*(self.rows(values) for values in zip(*pairs, strict=True))))
        rate, unchanged, lost_in_gut, reach, per_lost = (
            self.rows(values) for values in zip(*own, strict=True)
        )
        return WayInNumbers(rate, unchanged, lost_in_gut, reach, per_lost, tuple(first_pass))

    def perpetrators(self) -> PerpetratorNumbers:
        """Effects on enzymes."""
        network, numbers = self._network, self._numbers
        who = network.perpetrators
        livers = [self._livers[p.compound] for p in who]
        inflows = [self._inflow(p) for p in who]
        return PerpetratorNumbers(
            liver=self._liver_numbers([network.victims[p.central] for p in who[: network.victims_among]]),
            passing=self.rows(
                escaping_liver(liver.intrinsic * liver.activity, liver.flow) for liver in livers
            ),
            level=self.rows(
                numbers[f"{p.compound}.unbound_fraction"] / numbers[f"{p.compound}.disposition.volume"]
                for p in who
            ),
            inhibition=self._table([[self._inhibition(p, e) for p in who] for e in network.changing]),
            gut_inhibition=self.rows(self._inhibition(p, GUT_ENZYME) for p in who),
            inactivation=self._saturable(
                [p.inactivates for p in who], "inactivation_rate", "inactivation_constant"
            ),
            induction=self._saturable([p.induces for p in who], "induction_maximum", "induction_constant"),
            liver_inflow=tuple(tuple(to_liver for to_liver, _ in own) for own in inflows),
            gut_inflow=tuple(tuple(to_gut for _, to_gut in own) for own in inflows),
        )

    def _table(self, values: Sequence[Sequence[Array | float]]) -> Array:
        columns = len(values[0]) if values else 0
        rows = self.rows(value for row in values for value in row)
        return rows.reshape(len(values), columns, *self._one.shape)

    def _liver(self, name: str) -> clearance.Liver:
        drawn = dict(self._numbers)
        drawn[f"{name}.disposition.clearance"] = self._numbers[clearance.normal_name(name)]
        size = self._numbers["person.flow_factor"]
        return clearance.liver_of(self._library.compounds[name], drawn, self._activity, size)

    def _liver_numbers(self, victims: Sequence[Victim]) -> LiverNumbers:
        livers = [self._livers[v.compound] for v in victims]
        saturation = [self._numbers.get(f"{v.compound}.disposition.saturation", np.inf) for v in victims]
        return LiverNumbers(
            self.rows(liver.intrinsic for liver in livers),
            self.rows(liver.flow for liver in livers),
            self._pathways([liver.shares for liver in livers]),
            self.rows(1.0 / self._numbers[f"{v.compound}.disposition.volume"] for v in victims),
            self.rows(1.0 / half for half in saturation),
        )

    def _pathways(self, shares: Sequence[Mapping[str, Array]]) -> ActivityNumbers:
        """Of these shares in each row; ``""`` is a pathway of activity 1."""
        known = {**self._activity, "": self._one}
        changing = self._network.changing
        steady = [sum(s * known[p] for p, s in own.items() if p not in changing) for own in shares]
        return ActivityNumbers(
            self.rows(steady),
            self._table([[own[p] * known[p] if p in own else 0.0 for own in shares] for p in changing])
            if shares
            else np.zeros((len(changing), 0, *self._one.shape)),
        )

    def _formed(
        self, victim: Victim, formation: Formation | None
    ) -> tuple[Array | float, Array | float, Array | float]:
        """Shares in the liver's and in all clearance, and what of it is in the linear kinetics."""
        if formation is None or not formation.systemic:
            return 0.0, 0.0, 0.0
        name, numbers = victim.compound, self._numbers
        share = numbers[f"{name}.metabolites[{formation.index}].fraction_of_clearance"]
        at_rest = numbers[disposition.formation_name(name, formation.compound)]
        if not formation.pathways:
            return 0.0, share, at_rest
        whole = numbers[clearance.normal_name(name)] * numbers["person.flow_factor"]
        return share * whole / np.maximum(self._livers[name].normal, np.finfo(float).tiny), 0.0, at_rest

    def _formed_by(
        self, victim: Victim, formation: Formation | None
    ) -> tuple[Mapping[str, Array], Mapping[str, Array]]:
        """Shares of pathways in forming a metabolite and in all: the same where nothing is said."""
        every = {"": self._one}
        if formation is None:
            return every, every
        metabolite = self._library.compounds[victim.compound].metabolites[formation.index]
        by = clearance.formation_shares(victim.compound, formation.index, metabolite, self._numbers)
        return (by, self._livers[victim.compound].shares) if by else (every, every)

    def _way_in(self, victim: Victim, way: WayIn | None) -> tuple[Array | float, ...]:
        if way is None:
            return 0.0, 1.0, 0.0, 1.0, 0.0
        numbers, liver = self._numbers, self._livers[victim.compound]
        _, prefix = absorption_of(self._library, way.entry)
        gut = numbers[f"{prefix}.gut_availability"] if way.has_gut else self._one
        escaping = gut * escaping_liver(liver.intrinsic, liver.flow)
        return (
            numbers[way.rate],
            bioavailability(self._library, numbers, way.entry) / escaping,
            1.0 / gut - 1.0,
            numbers[disposition.reach_name(way.entry)],
            1.0 / np.maximum(1.0 - escaping, EPS),
        )

    def _first_pass(
        self, victim: Victim, way: WayIn | None, formation: Formation | None
    ) -> tuple[Array | float, Array | float]:
        if way is None or formation is None or not formation.first_pass:
            return 0.0, 0.0
        name = f"{victim.compound}.metabolites[{formation.index}].first_pass_fraction"
        return self._numbers[name], self._numbers[disposition.first_pass_name(way.entry, formation.compound)]

    def _inhibition(self, who: Perpetrator, enzyme: str) -> Array | float:
        name = f"{who.compound}.enzymes.{enzyme}.inhibition_constant"
        return 1.0 / self._numbers[name] if enzyme in who.inhibits else 0.0

    def _saturable(self, acting: Sequence[Sequence[str]], most: str, half: str) -> Saturable:
        """Of the named numbers, where a perpetrator is ``acting`` so on the enzyme of a pool."""
        pairs = [
            [self._pair(p, pool, most, half) if _enzyme(pool) in own else (0.0, 1.0) for p, own in each]
            for pool in self._network.pools
            for each in [list(zip(self._network.perpetrators, acting, strict=True))]
        ]
        return Saturable(*(self._table([[pair[i] for pair in row] for row in pairs]) for i in range(2)))

    def _pair(self, who: Perpetrator, pool: str, most: str, half: str) -> tuple[Array, Array]:
        prefix = f"{who.compound}.enzymes.{_enzyme(pool)}"
        in_gut = f"{prefix}.gut_{most}"
        of_gut = pool == GUT_POOL and in_gut in self._numbers
        return self._numbers[in_gut if of_gut else f"{prefix}.{most}"], self._numbers[f"{prefix}.{half}"]

    def _inflow(self, perpetrator: Perpetrator) -> list[tuple[Array, Array]]:
        """Of each way in: into blood to the liver, and into the gut wall."""
        numbers, liver = self._numbers, self._livers[perpetrator.compound]
        gut_flow = numbers["enzymes.flow.gut"] * numbers["person.flow_factor"]
        unbound = numbers[f"{perpetrator.compound}.unbound_fraction"]
        past_liver = escaping_liver(liver.intrinsic, liver.flow)
        inflows = []
        for way in perpetrator.ways_in:
            _, prefix = absorption_of(self._library, way.entry)
            gut = numbers[f"{prefix}.gut_availability"] if way.has_gut else self._one
            # what is absorbed into the gut wall, and what of it arrives in the portal vein
            arriving = np.minimum(bioavailability(self._library, numbers, way.entry) / past_liver, 1.0)
            taken_up = np.minimum(arriving / gut, 1.0)
            rate = unbound * numbers[way.rate]
            inflows.append((rate * arriving / liver.flow, rate * taken_up / gut_flow))
        return inflows


def _enzyme(pool: str) -> str:
    return GUT_ENZYME if pool == GUT_POOL else pool


def _nth(those: Sequence[T], number: int) -> T | None:
    return those[number] if number < len(those) else None
