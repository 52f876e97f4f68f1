"""The whole forecast as one JSON document: answers first, then bands, options, findings and provenance."""

from __future__ import annotations

from typing import Any

from .answers import Course, course, since
from .bands import Bands
from .compare import difference, relapse_spread, share_reaching
from .following import follow_summary
from .outputs import quantity_summary
from .scene import Scene
from .staying import EVENTS, staying_band, staying_on, told_days


def course_of(scene: Scene, index: int = 0, since_h: float = 0.0) -> Course | None:
    """Onset, peak and end of COWS in one arm from ``since_h`` on; None where COWS was not computed."""
    bands: Bands = scene.bands[index]
    if "cows" not in bands:
        return None
    band = bands.band("cows")
    ahead = since(band.time_h, since_h)
    return course(
        band.time_h[ahead], band.low[ahead], band.median[ahead], band.high[ahead], scene.severity.onset
    )


def reaching(scene: Scene, index: int = 0, since_h: float = 0.0) -> list[tuple[float, str, float]]:
    """Level, name and fraction of people for every named severity above the lowest, from ``since_h`` on."""
    found = []
    for severity in scene.severity.ranges[1:]:
        share = share_reaching(scene.arms[index], "cows", severity.low, since_h)
        if share is not None:
            found.append((severity.low, severity.name, share))
    return found


def answers(scene: Scene, index: int = 0) -> dict[str, Any]:
    """The course of one arm, with its outcomes over people."""
    found: dict[str, Any] = {"basis": scene.bands[index].main_basis}
    told = course_of(scene, index)
    if told is not None:
        found |= {
            "onset_h": told.onset_h,
            "peak_h": told.peak_h,
            "peak_cows": told.peak,
            "peak_cows_5": told.peak_low,
            "peak_cows_95": told.peak_high,
            "resolved_h": told.resolved_h,
            "severity_at_peak": scene.severity.name_of(told.peak),
            "share_reaching": {f"{low:g}": share for low, _, share in reaching(scene, index)},
        }
    if probabilities := staying(scene, index):
        found["staying"] = probabilities
    found["outcomes"] = {
        key: {"title": o.title, "unit": o.unit, **o.spread} for key, o in scene.outcomes[index].items()
    }
    return found


def staying(scene: Scene, index: int) -> dict[str, Any]:
    """Probability (%) that each event has not happened by the end of a day: mean and 5-95 % of people."""
    found = {}
    for quantity in EVENTS:
        band = staying_band(scene.arms[index], quantity)
        days = told_days(scene.duration_h)
        if band is not None and days:
            found[quantity] = {str(day): p for day, p in staying_on(band, days).items()}
    return found


def effect(scene: Scene, index: int) -> dict[str, Any]:
    """What an arm changes against the case as written, paired within people."""
    reference = scene.outcomes[0]
    found = {}
    for key, outcome in scene.outcomes[index].items():
        if key in reference:
            change = difference(outcome, reference[key])
            found[key] = {"title": change.title, "unit": change.unit, **change.spread}
    return found


def summary(scene: Scene) -> dict[str, Any]:
    """Everything that ``summary.json`` holds."""
    forecast, case = scene.forecast, scene.forecast.case
    options = {}
    for index, arm in enumerate(scene.arms):
        if index == 0:
            continue
        options[arm.id] = {
            "title": arm.title,
            "evidence_based": arm.evidence_based,
            "doses": arm.dose_lines,
            "answers": answers(scene, index),
            "effect": effect(scene, index),
            "relapse": _relapse(scene, index),
            "quantities": quantity_summary(scene.bands[index], scene, every_basis=False),
        }
    followed = follow_summary(scene)
    return {
        "case": case.id,
        "title": case.title,
        "start": case.start,
        "duration_h": scene.duration_h,
        "people": forecast.provenance.get("people", scene.written.people.sizes["person"]),
        "people_in_trajectory": scene.written.people.sizes["person"],
        "emergency": forecast.emergency,
        "answers": answers(scene),
        "findings": forecast.findings,
        "missing": forecast.missing,
        "not_simulated": forecast.not_simulated,
        "assumptions": forecast.assumptions,
        "provenance": forecast.provenance,
        "evidence_based": scene.written.evidence_based,
        "doses": scene.written.dose_lines,
        "relapse": _relapse(scene, 0),
        "quantities": quantity_summary(scene.bands[0], scene, every_basis=True),
        "alternatives": options,
        **({"follow": followed} if followed else {}),
    }


def _relapse(scene: Scene, index: int) -> dict[str, Any] | None:
    arm = scene.arms[index]
    days = relapse_spread(arm)
    if arm.relapse is None or not days:
        return None
    return {
        "former_dose": str(arm.relapse.attrs.get("former_dose", "")),
        "unit": "% of baseline",
        "ventilation_minimum": {str(day): spread for day, spread in days},
    }
