"""What a study gives: each published number beside the predicted one, and whether they agree."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from .schema import RawAccept


@dataclass(frozen=True)
class ResultRow:
    """One observed row."""

    study: str
    role: str
    """``prediction`` or ``calibration``."""
    inputs: str
    """How far the inputs are the paper's own."""
    domain: str
    """``pk``, ``interactions``, ``occupancy``, ``withdrawal``, ``breathing``, ``liver``, ``sleep``, ``pain``,
    ``staying`` or ``other``."""
    arm: str
    quantity: str
    statistic: str
    at: str
    across: str
    unit: str
    observed: float | None
    observed_spread: str
    n: int | None
    predicted: float | None
    predicted_low: float | None
    """5th percentile of the simulated people."""
    predicted_high: float | None
    """95th percentile of the simulated people."""
    fold: float | None
    """The larger of predicted and observed over the smaller, where both are positive."""
    difference: float | None
    """Predicted less observed."""
    difference_in_sd: float | None
    """The same in standard deviations of the observed people, where their spread is known."""
    accept: str
    """The rule in words; its numbers follow."""
    accept_fold: float | None
    accept_absolute: float | None
    accept_low: float | None
    accept_high: float | None
    band_low: float | None
    """Ends of the band that ``accept`` asks for."""
    band_high: float | None
    passed: bool | None
    """None where the study gives no rule or the row did not run."""
    noise: str
    """Rater or measurement noise that single visits were given."""
    note: str
    not_run: str
    """Why there is no prediction."""

    @property
    def ratio(self) -> float | None:
        """Predicted over observed, where both are positive."""
        if self.predicted is None or self.observed is None or min(self.predicted, self.observed) <= 0:
            return None
        return self.predicted / self.observed

    def as_dict(self) -> dict[str, Any]:
        """For JSON and CSV."""
        return asdict(self)


@dataclass(frozen=True)
class StudyResult:
    """One study: its rows, or why it was not run."""

    id: str
    title: str
    path: str
    source: str
    citation: str
    role: str
    inputs: str
    design: str
    rows: tuple[ResultRow, ...]
    notes: tuple[str, ...]
    not_run: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def fold_between(predicted: float, observed: float) -> float | None:
    """How many times the larger is the smaller; None unless both are positive."""
    if predicted <= 0 or observed <= 0 or not math.isfinite(predicted):
        return None
    return max(predicted / observed, observed / predicted)


def agrees(
    rule: RawAccept, predicted: float, observed: float | None, band: tuple[float, float] | None
) -> bool | None:
    """Whether all parts of ``rule`` hold; None for a rule without parts."""
    if not math.isfinite(predicted):
        return False if rule.model_fields_set else None
    holds: list[bool] = []
    if observed is not None:
        fold = fold_between(predicted, observed)
        if rule.fold is not None:
            holds.append(predicted == observed if fold is None else fold <= rule.fold)
        if rule.absolute is not None:
            holds.append(abs(predicted - observed) <= rule.absolute)
        if rule.band is not None and band is not None:
            holds.append(band[0] <= observed <= band[1])
    if rule.low is not None:
        holds.append(predicted >= rule.low)
    if rule.high is not None:
        holds.append(predicted <= rule.high)
    if rule.width_fold is not None and band is not None:
        holds.append(band[0] > 0 and band[1] / band[0] <= rule.width_fold)
    return all(holds) if holds else None


def verdict(
    rule: RawAccept, predicted: float, observed: float | None, band: tuple[float, float] | None
) -> bool | None:
    """As :func:`agrees`; where no band can be drawn, the other parts of the rule decide."""
    if rule.band is not None and band is None and math.isfinite(predicted):
        rule = rule.model_copy(update={"band": None, "width_fold": None})
    return agrees(rule, predicted, observed, band)


def told(rule: RawAccept) -> str:
    """The rule in words."""
    parts = []
    if rule.fold is not None:
        parts.append(f"{rule.fold:g}-fold")
    if rule.absolute is not None:
        parts.append(f"±{rule.absolute:g}")
    if rule.low is not None:
        parts.append(f"≥ {rule.low:g}")
    if rule.high is not None:
        parts.append(f"≤ {rule.high:g}")
    if rule.band is not None:
        parts.append(f"in the {rule.band:g} % band")
    if rule.width_fold is not None:
        parts.append(f"band within {rule.width_fold:g}-fold")
    return ", ".join(parts)
