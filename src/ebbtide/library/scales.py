"""What a file of a rating scale may say: one instrument a file, with what its licence and manual allow."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from .parameter import Entry

Severity = Literal["emergency", "urgent", "major", "moderate", "minor", "note"]

_PUNCTUATION = re.compile(r"[^a-z0-9]+")


def folded(name: str) -> str:
    """A name as it is compared: without case, blanks, hyphens and underscores."""
    return _PUNCTUATION.sub("", name.lower())


class ScaleItem(Entry):
    """One item of a rating scale, the scores that it has, and the symptoms that raise it."""

    key: str
    maximum: PositiveInt
    allowed: tuple[int, ...] = Field(min_length=2)
    anchors: tuple[str, ...] = ()
    """What each of ``allowed`` stands for, in words of our own."""
    symptoms: dict[str, PositiveFloat] = Field(default_factory=dict)
    """Empty where the model does not compute the scale."""
    synonyms: tuple[str, ...] = ()
    definition: str = ""

    @model_validator(mode="after")
    def _scores_fit(self) -> ScaleItem:
        if self.allowed != tuple(sorted(set(self.allowed))) or self.allowed[-1] != self.maximum:
            raise ValueError("allowed scores rise up to the maximum")
        if self.anchors and len(self.anchors) != len(self.allowed):
            raise ValueError("each allowed score has one anchor")
        return self


class Band(Entry):
    """A named range of the total, both ends included."""

    low: int
    high: int
    name: str


class Proration(Entry):
    """The instrument's rule for a total when few items are missing: their mean stands for them."""

    most_missing: PositiveInt
    source: str
    locator: str = ""
    verified: bool = True


class Alert(Entry):
    """A score that somebody must act on: of one item, or of the total where no item is named."""

    id: str
    item: str | None = None
    at_least: PositiveInt
    at_most: PositiveInt | None = None
    severity: Severity
    title: str
    message: str
    advice: str
    sources: tuple[str, ...] = Field(min_length=1)
    locator: str = ""
    verified: bool = True
    unknown: str = ""
    """What to say when the score of ``item`` is not known."""


class Scale(Entry):
    """A rating scale: items, total, bands, and what may be done with it."""

    name: str
    title: str
    synonyms: tuple[str, ...] = ()
    quantity: str = ""
    """The result of the model that it is forecast as; empty where the model does not compute it."""
    rater: Literal["clinician", "patient"]
    recall: str = ""
    """The time that an answer is about."""
    licence: str = ""
    """Who holds the wording and what may be done with it."""
    source: str
    locator: str = ""
    verified: bool = True
    bands: tuple[Band, ...] = ()
    bands_source: str = ""
    """Where the bands come from, where that is not ``source``."""
    bands_verified: bool = True
    bands_note: str = ""
    proration: Proration | None = None
    alerts: tuple[Alert, ...] = ()
    items: tuple[ScaleItem, ...] = Field(min_length=1)
    note: str = ""

    @property
    def total_maximum(self) -> int:
        """The highest total that can be scored."""
        return sum(item.maximum for item in self.items)

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of all sources that the file names."""
        named = [self.source, self.bands_source, *(key for alert in self.alerts for key in alert.sources)]
        named += [self.proration.source] if self.proration else []
        return tuple(dict.fromkeys(key for key in named if key))

    @property
    def is_computed(self) -> bool:
        """Whether the model forecasts it."""
        return bool(self.quantity)

    def band(self, total: float) -> Band | None:
        """The named range that a total falls in; a total between two bands belongs to the lower one."""
        reached = [band for band in self.bands if band.low <= total]
        return max(reached, key=lambda band: band.low) if reached else None

    @model_validator(mode="after")
    def _consistent(self) -> Scale:
        ends = sorted((band.low, band.high) for band in self.bands)
        if any(low != high + 1 for (_, high), (low, _) in pairwise(ends)):
            raise ValueError("bands follow one another without gap or overlap")
        if ends and ends[-1][1] != self.total_maximum:
            raise ValueError(f"the last band ends at the highest total, {self.total_maximum}")
        keys = [item.key for item in self.items]
        _each_once((item.key, *item.synonyms) for item in self.items)
        for item in self.items:
            if self.is_computed and not item.symptoms:
                raise ValueError(f'"{item.key}" needs symptoms to be computed from')
        for alert in self.alerts:
            if alert.item is not None and alert.item not in keys:
                raise ValueError(f'alert "{alert.id}" names no item')
        return self


def _each_once(names_of: Iterable[tuple[str, ...]]) -> None:
    """Refuse a name that two items have, however it is written."""
    taken: set[str] = set()
    for names in names_of:
        spelled = {folded(name) for name in names}
        if twice := spelled & taken:
            raise ValueError(f"two items have one name: {', '.join(sorted(twice))}")
        taken |= spelled
