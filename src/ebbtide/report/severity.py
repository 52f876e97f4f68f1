"""The named bands of rating scales, COWS first, as the library holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ebbtide.library import Library

SCALE = "COWS"


@dataclass(frozen=True)
class Severity:
    """One named range of the total: ``low`` to ``high``, both included."""

    low: float
    high: float
    name: str


@dataclass(frozen=True)
class SeverityScale:
    """The named ranges of a scale from mild to severe, and its highest total."""

    ranges: tuple[Severity, ...]
    maximum: float

    @property
    def onset(self) -> float:
        """The lowest total with a name: what counts as withdrawal."""
        return self.ranges[0].low

    @property
    def moderate(self) -> Severity:
        """The second named range: what counts as more than mild."""
        return self.ranges[1]

    def name_of(self, total: float) -> str:
        """The name of the range that a total (rounded to a whole point) falls in."""
        named = [r.name for r in self.ranges if round(total) >= r.low]
        return named[-1] if named else f"below {self.onset:.0f}, too low to be named withdrawal"


def severity_scale(library: Library, name: str = SCALE) -> SeverityScale:
    """The severity ranges of a scale from the library; the range that starts at 0 carries no severity."""
    scale = library.scale(name)
    named: Sequence[Severity] = [Severity(b.low, b.high, b.name) for b in scale.bands if b.low > 0]
    return SeverityScale(tuple(sorted(named, key=lambda r: r.low)), float(scale.total_maximum))


def other_scales(library: Library) -> dict[str, tuple[str, SeverityScale]]:
    """Every forecast scale but COWS by name: its quantity, and its ranges, which may be none."""
    names = [name for name, scale in library.scales.items() if name != SCALE and scale.is_computed]
    return {name: (library.scales[name].quantity, severity_scale(library, name)) for name in names}
