"""What is given when: the doses, supports and history of a case as kinds, events and regular streams."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from ebbtide.case import DoseEvent, HistoryStream, Support
from ebbtide.library import Library
from ebbtide.physiology.entry import Input, by_mouth, depots, form_of, swallowed_name

SINGLE_SESSION_H = 7 * 24.0
"""How long a support that happens once is taken to be at work."""


class Given(NamedTuple):
    """What of a dose goes one way in."""

    entry: Input
    amount_nmol: float
    share: str = ""
    """Name of the number that is the share of the amount, ``""`` for all of it."""


@dataclass(frozen=True)
class DoseKind:
    """Doses that are alike: same product, route, amount and duration.

    What enters later than the rest (a lag) is a kind of its own, and so are start and end of an infusion.
    """

    product: str
    route: str
    active_mg: float | None
    amounts_nmol: tuple[tuple[str, float], ...]
    form: str = ""
    """The library product that says how it is absorbed: ``product``, or what a lot is based on."""
    lag_h: float = 0.0
    over_h: float = 0.0
    """Length of an infusion; 0 for a dose at once."""
    ends: bool = False
    """The end of an infusion, not its start."""
    support: str = ""
    """Name of a support that begins (or, with ``ends``, ends); then nothing is given."""

    def contents(self, library: Library) -> tuple[Given, ...]:
        """The ways in of each compound that has kinetics: its own, and by mouth what is swallowed."""
        result = []
        for name, amount in self.amounts_nmol:
            if library.compounds[name].disposition is None:
                continue
            entry = (name, self.route, form_of(library, self.form, name, self.route))
            result.append(Given(entry, amount))
            if share := swallowed_name(library, entry):
                result.append(Given(by_mouth(entry), amount, share))
        return tuple(result)


@dataclass(frozen=True)
class Stream:
    """Regular use before the start: doses at ``last_h - j * interval_h``."""

    kind: int
    interval_h: float
    first_h: float
    last_h: float

    @property
    def count(self) -> int:
        """How many doses there were."""
        return round((self.last_h - self.first_h) / self.interval_h) + 1

    def doses_before(self, time_h: float) -> tuple[int, float]:
        """How many doses lie strictly before ``time_h``, and the time of the last of them."""
        if time_h > self.last_h:
            return self.count, self.last_h
        skipped = int((self.last_h - time_h) / self.interval_h + 1e-9) + 1
        return max(self.count - skipped, 0), self.last_h - skipped * self.interval_h

    def events(self, start_h: float, end_h: float) -> list[tuple[float, int]]:
        """Doses in ``[start_h, end_h)``."""
        count, last = self.doses_before(end_h)
        times = (last - j * self.interval_h for j in range(count))
        return [(t, self.kind) for t in times if t >= start_h - 1e-9]


@dataclass(frozen=True)
class Regimen:
    """The dosing of one or more arms over shared kinds."""

    kinds: tuple[DoseKind, ...]
    streams: tuple[Stream, ...]
    arms: tuple[tuple[tuple[float, int], ...], ...]
    """Per arm, ``(time_h, kind)`` of every dose after the start."""


@dataclass(frozen=True)
class Inputs:
    """All that anything is given by."""

    entries: tuple[Input, ...]
    infused: tuple[Input, ...]
    supports: tuple[str, ...]


def inputs_of(library: Library, kinds: Iterable[DoseKind]) -> Inputs:
    """The ways in of ``kinds``, which of them are infused, and the supports."""
    kinds = tuple(kinds)
    entries = {given.entry for kind in kinds for given in kind.contents(library)}
    infused = {given.entry for kind in kinds if kind.over_h > 0 for given in kind.contents(library)}
    supports = {kind.support for kind in kinds if kind.support}
    return Inputs(tuple(sorted(entries)), tuple(sorted(infused)), tuple(sorted(supports)))


def expand(library: Library, kind: DoseKind) -> Iterator[tuple[float, DoseKind]]:
    """The kinds that one dose is made of, each with its delay: one a lag, and the end of an infusion."""
    lags: dict[float, dict[str, float]] = {}
    for entry, amount, _ in kind.contents(library):
        for lag_h in dict.fromkeys(d.lag_h for d in depots(library, entry)) or (0.0,):
            lags.setdefault(lag_h, {})[entry[0]] = amount
    for lag_h, amounts in lags.items():
        part = replace(kind, amounts_nmol=tuple(amounts.items()), lag_h=lag_h)
        yield lag_h, part
        if kind.over_h > 0:
            yield lag_h + kind.over_h, replace(part, ends=True)


def build_regimen(
    library: Library,
    history: Iterable[HistoryStream],
    arms: Sequence[Sequence[DoseEvent]],
    supports: Sequence[Sequence[Support]] = (),
) -> Regimen:
    """Collect history and arms; what the library cannot simulate is left out here and listed by the case.

    ``supports`` are those of each arm, in the order of ``arms``.
    """
    kinds: dict[DoseKind, int] = {}

    def number(kind: DoseKind) -> int:
        return kinds.setdefault(kind, len(kinds))

    streams: list[Stream] = []
    late: list[tuple[float, int]] = []
    for use in history:
        if not use.simulated:
            continue
        count = max(int(use.duration_h / use.interval_h + 1e-9), 1)
        first = use.last_h - (count - 1) * use.interval_h
        for delay, kind in expand(library, kind_of(use)):
            # what a lag puts after the start is a dose of every arm
            times = [first + delay + j * use.interval_h for j in range(count)]
            before = [t for t in times if t <= 1e-9]
            late += [(t, number(kind)) for t in times[len(before) :]]
            if before:
                streams.append(Stream(number(kind), use.interval_h, before[0], before[-1]))
    events = []
    for index, arm in enumerate(arms):
        own = [
            (dose.time_h + delay, number(kind))
            for dose in arm
            if dose.simulated
            for delay, kind in expand(library, kind_of(dose))
        ]
        for support in supports[index] if supports else ():
            own += _support_events(support, number)
        events.append(tuple(sorted([*late, *own], key=lambda event: event[0])))
    return Regimen(tuple(kinds), tuple(streams), tuple(events))


def _support_events(support: Support, number: Callable[[DoseKind], int]) -> list[tuple[float, int]]:
    """A support is at work from its first session to one interval after its last."""
    begins = DoseKind("", "", None, (), support=support.kind)
    events = [(support.time_h, number(begins))]
    until_h = support.until_h
    if support.every_h is None:
        until_h = support.time_h + SINGLE_SESSION_H if until_h is None else until_h
    elif until_h is not None:
        sessions = int((until_h - support.time_h) / support.every_h + 1e-9) + 1
        until_h = support.time_h + sessions * support.every_h
    if until_h is not None:
        events.append((until_h, number(replace(begins, ends=True))))
    return events


def kind_of(intake: DoseEvent | HistoryStream) -> DoseKind:
    """The kind of a dose or of regular use, before it is expanded."""
    amounts = tuple(sorted((c, n) for c, n in intake.amounts_nmol.items() if n > 0))
    over_h = getattr(intake, "over_h", 0.0)
    return DoseKind(intake.product, intake.route, intake.active_mg, amounts, form=intake.base, over_h=over_h)
