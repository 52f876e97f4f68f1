"""A person who is followed: the record over the forecast, and past forecasts against what came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .charts_following import record_chart
from .clock import moment, span
from .figures import observed_text
from .scene import Figure, Key, Scene
from .tables import Cell, Row, Table
from .theme import BLUE, INK, MUTED
from .words import interval, number, percent

if TYPE_CHECKING:
    from ebbtide.learning.follow import Following
    from ebbtide.learning.past import PastForecast

MOST_FIGURES = 8
"""Quantities with the most observations have a chart; the table has all."""
BASIS = "given_observations"


@dataclass(frozen=True)
class FollowedWords:
    """What the report says of a followed record."""

    lead: str
    method: str
    past: Table
    unused: tuple[str, ...]
    misfits: tuple[str, ...]


def followed_words(scene: Scene) -> FollowedWords | None:
    """Words and table; None where nobody was followed."""
    following: Following | None = scene.forecast.following
    if following is None:
        return None
    return FollowedWords(
        lead=_lead(scene, following),
        method=_method(following),
        past=_past_table(scene, following.past),
        unused=tuple(f"{u.title}, {moment(scene.start, u.time_h)}: {u.reason}" for u in following.unused),
        misfits=tuple(_misfit(scene, p) for p in following.misfits(_odd(scene))),
    )


def followed_figures(scene: Scene) -> tuple[Figure, ...]:
    """One figure a quantity that was observed: forecast, past forecasts, and what came."""
    following: Following | None = scene.forecast.following
    if following is None:
        return ()
    told = [p for p in following.past if p.reading.headline and p.reading.quantity]
    counts = Counter((p.reading.quantity, p.reading.title) for p in told)
    return tuple(
        _figure(scene, following, quantity, title, [p for p in told if p.reading.title == title])
        for (quantity, title), _ in counts.most_common(MOST_FIGURES)
    )


def follow_summary(scene: Scene) -> dict[str, Any] | None:
    """The block ``follow`` of ``summary.json``."""
    following: Following | None = scene.forecast.following
    if following is None:
        return None
    held = following.coverage
    return {
        "basis": BASIS,
        "last_observation_h": following.last_h,
        "people": following.people,
        "effective_people": following.effective,
        "effective_people_lowest": following.effective_lowest,
        "renewals": [
            {
                "visit": r.visit,
                "effective_before": r.effective_before,
                "moves": r.moves,
                "accepted": r.accepted,
                "alike": r.alike,
            }
            for r in following.renewals
        ],
        "engine_runs": following.engine_runs,
        "mesh_error_of_noise": following.mesh_share,
        "log_evidence": following.log_evidence,
        "coverage": {
            "forecasts": held.count,
            "inside_50": held.inside_50,
            "inside_90": held.inside_90,
        },
        "past_forecasts": [_told(p) for p in following.past],
        "not_used": [
            {"observation": u.place, "what": u.title, "time_h": u.time_h, "reason": u.reason}
            for u in following.unused
        ],
        "does_not_fit": [p.reading.place for p in following.misfits(_odd(scene))],
    }


def _told(past: PastForecast) -> dict[str, Any]:
    reading = past.reading
    low, high = _observed(past)
    return {
        "observation": reading.place,
        "what": reading.title,
        "quantity": reading.quantity or None,
        "time_h": reading.seen_h,
        "unit": reading.unit,
        "observed": [low, high],
        "weighed": reading.weighed,
        "headline": reading.headline,
        "forecast": dict(zip(("5", "25", "50", "75", "95"), past.quantiles, strict=True)),
        "place": past.place,
        "inside_50": past.inside("50"),
        "inside_90": past.inside("90"),
        "fits": past.fits,
    }


def _odd(scene: Scene) -> float:
    if scene.library is None:
        return 0.0
    return float(scene.library.safety["record"]["fit"]["odd"].value)


def _observed(past: PastForecast) -> tuple[float, float]:
    """What was observed, from and to: the half points around a score taken off."""
    reading = past.reading
    half = 0.5 if reading.unit == "points" and reading.headline and reading.low != reading.high else 0.0
    return reading.low + half, reading.high - half


def _lead(scene: Scene, following: Following) -> str:
    held, last = following.coverage, moment(scene.start, following.last_h)
    visits = len({p.reading.seen_h for p in following.past})
    told = (
        f"The forecast is that of {following.people} simulated people, chosen by how well they explain "
        f"{held.count} observations at {visits} times, the last {span(following.last_h)} after the start "
        f"({last})."
    )
    if held.count == 0:
        return told
    return (
        f"{told} Each observation was first forecast from those before it: "
        f"{held.inside_90} of {held.count} ({percent(held.inside_90 / held.count)}) fell within the 5–95 % "
        f"band, where 90 % should, and {held.inside_50} ({percent(held.inside_50 / held.count)}) within the "
        "middle half, where 50 % should."
    )


def _method(following: Following) -> str:
    moves = sum(r.moves for r in following.renewals)
    renewed = (
        f"They were renewed {len(following.renewals)} times, with {moves} moves, of which "
        f"{percent(sum(r.accepted * r.moves for r in following.renewals) / moves)} were accepted"
        if moves
        else "They never had to be renewed"
    )
    return (
        f"Effective people: {following.effective:.0f} of {following.people} at the end, "
        f"{following.effective_lowest:.0f} at the fewest. {renewed}; {following.engine_runs} runs of the "
        "engine went before the forecast. The record is never changed by a forecast."
    )


def _past_table(scene: Scene, past: Sequence[PastForecast]) -> Table:
    rows = []
    for p in past:
        low, high = _observed(p)
        seen = scene.forecast.case.observations[p.reading.place]
        observed = observed_text(seen) if p.reading.headline else interval(low, high)
        if not p.reading.headline and low <= p.reading.floor:
            observed = f"up to {number(high)}"
        q5, q25, q50, q75, q95 = p.quantiles
        held = "yes" if p.inside("90") else ("no: lower" if p.place < 0.5 else "no: higher")
        rows.append(
            Row(
                Cell(moment(scene.start, p.reading.seen_h), f"{span(p.reading.seen_h)} after the start"),
                (
                    Cell(p.reading.title),
                    Cell(observed),
                    Cell(f"{number(q50)} {p.reading.unit}"),
                    Cell(interval(q25, q75)),
                    Cell(interval(q5, q95)),
                    Cell(held),
                ),
                marked=not p.inside("90"),
            )
        )
    return Table(
        "Each observation, and what was forecast for it from earlier observations alone",
        ("When", "What", "Observed", "Forecast median", "25–75 %", "5–95 %", "Within 5–95 %"),
        tuple(rows),
        note="Forecasts hold the noise of rating and measurement. A score counts with half of its own "
        "probability, so that a rating in a range is within the band when its middle is.",
        numeric=False,
    )


def _misfit(scene: Scene, past: PastForecast) -> str:
    seen = scene.forecast.case.observations[past.reading.place]
    return (
        f"{past.reading.title} {observed_text(seen)}, {moment(scene.start, past.reading.seen_h)}: people who "
        f"explain the record would show something as far out with a probability of {past.fits:.1g}"
    )


def _figure(
    scene: Scene, following: Following, quantity: str, title: str, past: Sequence[PastForecast]
) -> Figure:
    drawn = [(p.reading.seen_h, *_observed(p), p.quantiles) for p in past]
    # a person's own level is added to a change, so that its band is not the one of what is observed
    own_level = any(p.reading.offset for p in past)
    band = None if own_level or quantity not in scene.bands[0] else scene.bands[0].band(quantity)
    inside = sum(p.inside("90") for p in past)
    unit = past[0].reading.unit
    keys = [
        Key("line", BLUE, "median, given all observations"),
        Key("dark", BLUE, "middle half (25–75 %)"),
        Key("light", BLUE, "5–95 %"),
    ]
    return Figure(
        f"record-{quantity.replace('.', '-').replace('_', '-')}",
        f"{title}: record, past forecasts and what is expected",
        record_chart(band, scene.duration_h, drawn, following.last_h, f"{title} ({unit})"),
        f"{title}: {len(past)} observations over their forecasts from earlier observations; {inside} within "
        "the 5 to 95 percent band.",
        _past_table(scene, past),
        (
            *(keys if band is not None else ()),
            Key("bar", MUTED, "forecast from earlier observations (5–95 %, middle half thick)"),
            Key("range" if any(low < high for _, low, high, _ in drawn) else "dot", INK, "observed"),
        ),
    )
