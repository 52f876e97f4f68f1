"""Findings on ratings: scores that somebody must act on, and what an incomplete rating leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ebbtide.case.scoring import Score
from ebbtide.library.scales import Alert, Scale, folded

from .findings import Finding, finding
from .intake import moment
from .limits import About

if TYPE_CHECKING:
    from ebbtide.case import Observation


def rating_alerts(about: About) -> list[Finding]:
    """What the newest observation on each scale calls for."""
    newest: dict[str, Observation] = {o.name: o for o in about.case.observations if o.kind == "scale"}
    found: list[Finding] = []
    for name, observation in newest.items():
        scale = about.library.scale(name)
        when = {"at": moment(about.case, observation.time_h)}
        found += score_findings(score_of(observation, scale), when)
    return found


def score_of(observation: Observation, scale: Scale) -> Score:
    """The score of an observation that has been read; a rating of severity is a range of totals."""
    lowest = observation.value if observation.value is not None else observation.low
    highest = observation.value if observation.value is not None else observation.high
    total = None if observation.value is None else int(observation.value)
    return Score(scale, observation.items, total, int(lowest or 0), int(highest or 0))


def score_findings(score: Score, when: dict[str, Any]) -> list[Finding]:
    """Findings of one rating.

    Parameters
    ----------
    score
        The rating.
    when
        Its date or time, as inputs of the findings.
    """
    return [*_alerts(score, when), *_incomplete(score, when)]


def _id(scale: Scale, name: str) -> str:
    return f"score.{folded(scale.name)}.{name}"


def _inputs(score: Score, when: dict[str, Any]) -> dict[str, Any]:
    return {
        "scale": score.scale.name,
        "total": score.total,
        "possible": [score.lowest, score.highest],
        "items": dict(score.answers),
        **when,
    }


def _alerts(score: Score, when: dict[str, Any]) -> Iterator[Finding]:
    for alert in score.scale.alerts:
        low, high = (score.lowest, score.highest) if alert.item is None else score.item_range(alert.item)
        most = high if alert.at_most is None else alert.at_most
        if low >= alert.at_least and low <= most:
            yield _alert(score, alert, when, alert.message)
        elif alert.item is not None and low < alert.at_least <= high:
            yield _item_unknown(score, alert, when)


def _alert(score: Score, alert: Alert, when: dict[str, Any], message: str) -> Finding:
    value = f"Total {score.total}" if score.total is not None else f"Total {score.lowest} to {score.highest}"
    if alert.item is not None:
        low, high = score.item_range(alert.item)
        value = f"Score {low}" if low == high else f"Score {low} to {high}"
    return finding(
        _id(score.scale, alert.id),
        alert.severity,
        alert.title,
        f"{score.scale.name}: {message} {value}.",
        alert.advice,
        rule=f"{_what(score.scale, alert)} {_range(alert)}",
        inputs=_inputs(score, when),
        sources=alert.sources,
        locators={alert.sources[0]: alert.locator} if alert.locator else None,
        evidence="published ranges of the scale; the urgency is clinical practice"
        + ("" if alert.verified else " (remembered, not read)"),
        missing=(*score.missing, "the rating before"),
        would_change=("another rating",),
    )


def _what(scale: Scale, alert: Alert) -> str:
    if alert.item is None:
        return f"total of {scale.name}"
    number = [item.key for item in scale.items].index(alert.item) + 1
    return f"item {number} of {scale.name} ({alert.item})"


def _range(alert: Alert) -> str:
    return f"{alert.at_least} or more" if alert.at_most is None else f"{alert.at_least} to {alert.at_most}"


def _item_unknown(score: Score, alert: Alert, when: dict[str, Any]) -> Finding:
    return finding(
        f"{_id(score.scale, alert.id)}_unknown",
        "moderate",
        f"{alert.title}: not known",
        f"{score.scale.name}: {alert.unknown}",
        "Ask today, in plain words. Asking does no harm.",
        rule=f"{_what(score.scale, alert)} not answered, and the rest does not tell it",
        inputs=_inputs(score, when),
        sources=alert.sources,
        locators={alert.sources[0]: alert.locator} if alert.locator else None,
        evidence="what is not known is not taken as normal",
        missing=(alert.item or "",),
        would_change=("the answer",),
    )


def _incomplete(score: Score, when: dict[str, Any]) -> Iterator[Finding]:
    """Missing items that leave a worse range of the total open."""
    if score.total is not None or not score.missing or not score.answers:
        return
    open_alerts = [
        alert
        for alert in score.scale.alerts
        if alert.item is None and score.lowest < alert.at_least <= score.highest
    ]
    worst = f" {open_alerts[-1].title} is not excluded." if open_alerts else ""
    yield finding(
        _id(score.scale, "incomplete"),
        "minor" if open_alerts else "note",
        f"{score.scale.name} is incomplete",
        f"{len(score.missing)} of {len(score.scale.items)} items are missing: {', '.join(score.missing)}. "
        "The total "
        f"lies between {score.lowest} and {score.highest}.{worst}",
        "Rate the missing items; do not count them as 0.",
        rule="items of the scale without an answer",
        inputs=_inputs(score, when),
        sources=(score.scale.source,),
        locators={score.scale.source: score.scale.locator} if score.scale.locator else None,
        evidence="definition of the scale",
        missing=score.missing,
        would_change=("the missing answers",),
    )
