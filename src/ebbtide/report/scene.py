"""A forecast made ready for its report, and what a figure is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from .bands import Bands
from .clock import windows
from .compare import Outcome, outcomes, presented
from .marks import Spec
from .severity import SeverityScale
from .tables import Table
from .theme import BLUE, INK
from .words import label

if TYPE_CHECKING:
    from ebbtide.engine.forecast import ArmForecast, Forecast
    from ebbtide.library import Library

SCALE_TOPS = {
    "craving": 100.0,
    "sows": 64.0,
    "sows_gossop": 30.0,
    "oows": 13.0,
    "cina": 31.0,
    "mhows": 14.0,
    "mor.occupancy": 1.0,
    "mor.signal": 1.0,
    "activation": 1.0,
    "sedation": 1.0,
    "pain": 10.0,
}
"""Quantities on a scale that ends, with its end."""


@dataclass(frozen=True)
class Key:
    """One entry of a chart's key: how it is drawn (a swatch class and colour) and what it means."""

    kind: str
    colour: str
    text: str
    dash: str = ""


@dataclass(frozen=True)
class Figure:
    """A chart to be drawn, with everything that stands around it; without a spec its table is the chart."""

    id: str
    title: str
    spec: Spec | None
    summary: str
    table: Table
    keys: tuple[Key, ...] = ()
    note: str = ""
    open: bool = False
    """Whether the table is open on the screen; all are open in print."""


class Scene:
    """A forecast with its bands and outcomes worked out once, for all figures."""

    def __init__(
        self,
        forecast: Forecast,
        severity: SeverityScale,
        scales: Mapping[str, tuple[str, SeverityScale]] | None = None,
        library: Library | None = None,
    ) -> None:
        self.forecast = forecast
        self.library = library
        """For what it says of supports, conditions and substances; without it that is left out."""
        self.severity = severity
        self.scales: Mapping[str, tuple[str, SeverityScale]] = scales or {}
        self.arms: list[ArmForecast] = presented(forecast.arms)
        self.written: ArmForecast = self.arms[0]
        self.bands: list[Bands] = [Bands(arm) for arm in self.arms]
        self.single: bool = self.written.people.sizes["person"] == 1
        self.start: datetime = forecast.case.start
        self.duration_h: float = float(forecast.case.duration_h)
        self.windows = windows(self.duration_h)
        self.outcomes: list[dict[str, Outcome]] = [outcomes(arm, severity.moderate.low) for arm in self.arms]

    def title_of(self, quantity: str) -> str:
        """The title of a quantity, from its attributes where they have one."""
        return self._attribute(quantity, "title") or label(quantity)

    def unit_of(self, quantity: str) -> str:
        """The unit of a quantity as text; nothing for a pure number."""
        unit = self._attribute(quantity, "units")
        return "" if unit in ("1", "dimensionless") else unit

    def maximum_of(self, quantity: str) -> float | None:
        """The top of the scale that a quantity is on; None where it has none."""
        return self.severity.maximum if quantity == "cows" else SCALE_TOPS.get(quantity)

    def _attribute(self, quantity: str, name: str) -> str:
        for arm in self.arms:
            for data in (arm.people, arm.bands):
                if quantity in data and data[quantity].attrs.get(name):
                    return str(data[quantity].attrs[name])
        return ""


def window_heads(scene: Scene) -> tuple[list[str], str]:
    """Short heads for windows, and the unit they are in: ``0–1`` with ``d``, or ``0–6`` with ``h``."""
    whole_days = all(low % 24 == 0 for low, _ in scene.windows)
    unit_h, unit = (24.0, "d") if whole_days else (1.0, "h")
    return [f"{low / unit_h:g}–{high / unit_h:.3g}" for low, high in scene.windows], unit


def band_keys(*, single: bool, observed: bool = False, ranges: bool = False) -> tuple[Key, ...]:
    """The key of a chart with one band."""
    keys = [Key("line", BLUE, "typical person" if single else "median")]
    if not single:
        keys += [Key("dark", BLUE, "middle half of people (25–75 %)"), Key("light", BLUE, "5–95 % of people")]
    if observed:
        keys.append(Key("dot", INK, "observed"))
    if ranges:
        keys.append(Key("range", INK, "observed, rated in a range"))
    return tuple(keys)
