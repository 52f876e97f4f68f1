"""Past forecasts against what came: what earlier visits foretold for each reading, and how often it held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .condition import Foretold
from .likelihood import shown
from .readings import Reading

INSIDE = {"50": (0.25, 0.75), "90": (0.05, 0.95)}


@dataclass(frozen=True)
class PastForecast:
    """One reading, with what was forecast for it from earlier visits alone; in the unit of the reading."""

    reading: Reading
    quantiles: tuple[float, ...]
    """5, 25, 50, 75 and 95 % of what would be observed, noise included."""
    place: float
    """Where in the forecast the observation fell, 0-1."""
    lower: float
    """Probability of no more than what was observed."""
    upper: float
    """Probability of no less than what was observed."""
    fits: float
    """Probability of something as far out, once the whole record is known."""

    def inside(self, share: str) -> bool:
        """Whether the observation fell within the central ``"50"`` or ``"90"`` %."""
        low, high = INSIDE[share]
        return low <= self.place <= high


@dataclass(frozen=True)
class Coverage:
    """How many forecasts held."""

    count: int
    inside_50: int
    inside_90: int


def past_forecasts(
    readings: Sequence[Reading], foretold: Mapping[int, Foretold], fits: Sequence[float]
) -> tuple[PastForecast, ...]:
    """All of them, in order of time."""
    return tuple(
        PastForecast(
            reading=readings[place],
            quantiles=tuple(shown(readings[place], q) for q in told.quantiles),
            place=told.place,
            lower=told.up_to,
            upper=told.from_,
            fits=fits[place],
        )
        for place, told in sorted(foretold.items())
    )


def coverage(past: Sequence[PastForecast]) -> Coverage:
    """Of headline readings: the items of a total do not count again."""
    told = [p for p in past if p.reading.headline]
    return Coverage(len(told), sum(p.inside("50") for p in told), sum(p.inside("90") for p in told))
