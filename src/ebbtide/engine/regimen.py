"""What is given when: the doses and the history of a case as kinds, events and regular streams."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ebbtide.case import DoseEvent, HistoryStream


@dataclass(frozen=True)
class DoseKind:
    """Doses that are alike: same product, route and amount."""

    product: str
    route: str
    active_mg: float | None
    amounts_nmol: tuple[tuple[str, float], ...]


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

    @property
    def inputs(self) -> tuple[tuple[str, str], ...]:
        """All (compound, route) that anything is given by."""
        pairs = {(c, kind.route) for kind in self.kinds for c, _ in kind.amounts_nmol}
        return tuple(sorted(pairs))


def build_regimen(history: Iterable[HistoryStream], arms: Sequence[Sequence[DoseEvent]]) -> Regimen:
    """Collect history and arms; what the library cannot simulate is left out here and listed by the case."""
    kinds: dict[DoseKind, int] = {}

    def kind_of(dose: DoseEvent | HistoryStream) -> int:
        amounts = tuple(sorted((c, n) for c, n in dose.amounts_nmol.items() if n > 0))
        key = DoseKind(dose.product, dose.route, dose.active_mg, amounts)
        return kinds.setdefault(key, len(kinds))

    streams = []
    for use in history:
        if use.simulated:
            count = max(int(use.duration_h / use.interval_h + 1e-9), 1)
            first = use.last_h - (count - 1) * use.interval_h
            streams.append(Stream(kind_of(use), use.interval_h, first, use.last_h))
    events = [tuple((dose.time_h, kind_of(dose)) for dose in arm if dose.simulated) for arm in arms]
    return Regimen(tuple(kinds), tuple(streams), tuple(events))
