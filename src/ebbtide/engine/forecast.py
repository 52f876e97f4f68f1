"""What a run hands on: one labelled data set an arm, with findings, assumptions and provenance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class ArmForecast:
    """The forecast of one arm: the case as written, or one of its alternatives. The same person has
    the same index in every arm.
    """

    id: str
    """``as-written`` for the case itself, else the id of the alternative."""
    title: str
    dose_lines: tuple[str, ...]
    """Readable doses, e.g. ``buprenorphine-naloxone film 8 mg sublingual, day 1 20:00, every 24 h x 6``."""
    people: xr.Dataset
    """Dims ``time_h``, ``person``; one variable a quantity, with attributes ``units`` and ``title``."""
    bands: xr.Dataset
    """Dims ``basis``, ``percentile``, ``time_h``. Basis is ``between_person`` and, where it was computed,
    ``with_parameter_uncertainty``; percentile is 5, 25, 50, 75, 95.
    """
    relapse: xr.Dataset | None
    """Dims ``day``, ``person``; ``ventilation_minimum`` is the lowest ventilation (fraction of baseline)
    in the 6 h after the former dose is taken again on that day. Attributes ``former_dose`` (text) and
    ``product``.
    """
    evidence_based: bool
    """The arm holds a standard treatment of opioid use disorder."""


@dataclass(frozen=True)
class Forecast:
    """All that a report is written from."""

    case: Any
    """An ``ebbtide.case.Case``."""
    arms: tuple[ArmForecast, ...]
    """The case as written first, then its alternatives."""
    findings: tuple[dict[str, Any], ...]
    """Safety findings in the public form: ``id``, ``severity``, ``title``, ``message``, ``basis`` and
    ``advice``.
    """
    emergency: tuple[dict[str, Any], ...]
    """Fixed texts (``sign``, ``text``) that are shown first of all, whatever the model says."""
    assumptions: tuple[dict[str, Any], ...]
    """Numbers that no source was read for: ``name``, ``value``, ``unit``, ``note``."""
    sources: tuple[dict[str, Any], ...]
    """``key``, ``citation``, ``url``, ``used_for``."""
    missing: tuple[str, ...]
    """Inputs that were not given, and how each was treated."""
    not_simulated: tuple[str, ...]
    """What was entered and checked but has no kinetics or effect in the library."""
    provenance: dict[str, Any]
    """``software_version``, ``library_digest``, ``seed``, ``people``, ``step_h``, ``solver``."""
    following: Any | None = None
    """How a record was taken in, an ``ebbtide.learning.follow.Following``; None where nobody was followed."""
