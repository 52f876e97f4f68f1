"""The page as data: every section of the report, ready for the template."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from . import entered, figures, figures_arms, figures_body, following, inventory, prose, tables
from .bands import BETWEEN, WITH_UNCERTAINTY
from .clock import moment, span
from .compare import relapse_spread
from .scene import Figure, Scene
from .summary import course_of, reaching
from .tables import Table
from .words import interval, label, number, plain

SEVERITIES = ("emergency", "urgent", "major", "moderate", "minor", "note")
BASIS_WORDS = {
    "measured": "measured effect",
    "simulated": "computed for this case",
    "would_change": "would change it",
    "locators": "where in the sources",
}
STANDARD = "standard treatment"
NOT_ADVISED = "not a recommendation"
ENTERED = "computed because it was entered; not a recommendation"


@dataclass(frozen=True)
class Tile:
    """One number that answers a question at a glance."""

    question: str
    answer: str
    detail: str


@dataclass(frozen=True)
class Option:
    """One arm in words."""

    title: str
    tag: str
    standard: bool
    doses: tuple[str, ...]
    change: str


@dataclass(frozen=True)
class Finding:
    """A safety finding with its basis as pairs of words."""

    id: str
    anchor: str
    severity: str
    title: str
    message: str
    advice: str
    basis: tuple[tuple[str, str], ...]
    source_keys: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """All that the template shows, in its order."""

    title: str
    facts: tuple[tuple[str, str], ...]
    single: bool
    band_words: str
    people_words: str
    """What outcomes of single people leave out; nothing where the bands hold the same."""
    emergency: tuple[Mapping[str, Any], ...]
    alarms: tuple[Finding, ...]
    tiles: tuple[Tile, ...]
    expectation: str
    course: Figure | None
    observed: tuple[Figure, ...]
    followed: following.FollowedWords | None
    record: tuple[Figure, ...]
    """The record of a person who is followed over what was and is expected."""
    symptoms: Figure | None
    observations: Table | None
    options: tuple[Option, ...]
    standard_shown: bool
    arms_cows: Figure | None
    arms_craving: Figure | None
    days: tuple[Figure, ...]
    """Sleep and other figures of all arms: with what is expected, or with the options where there are any."""
    days_words: str
    staying: Figure | None
    staying_lead: str
    staying_words: tuple[tuple[str, str], ...]
    vital: tuple[Figure, ...]
    vital_words: tuple[str, ...]
    outcomes: Table | None
    differences: Table | None
    findings: tuple[Finding, ...]
    relapse: Figure | None
    relapse_lead: str
    relapse_words: tuple[tuple[str, str], ...]
    certainty: Figure | None
    certainty_words: str
    known: tuple[tuple[str, str], ...]
    """Each substance, and what is known of it."""
    missing: tuple[str, ...]
    not_simulated: tuple[str, ...]
    assumptions: Table | None
    solver: tuple[tuple[str, str], ...]
    plasma: Figure | None
    receptors: Figure | None
    doses: tuple[Option, ...]
    person: tuple[tuple[str, str], ...]
    history: tuple[str, ...]
    conditions: tuple[str, ...]
    supports: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...]
    sources: tuple[Mapping[str, Any], ...]
    provenance: tuple[tuple[str, str], ...]

    @property
    def source_keys(self) -> frozenset[str]:
        """Keys that the list of sources holds, so that no link leads nowhere."""
        return frozenset(str(source["key"]) for source in self.sources)

    @property
    def figures(self) -> list[Figure]:
        """Every figure on the page, in order."""
        held = (getattr(self, f.name) for f in fields(self))
        flat = (part for value in held for part in (value if isinstance(value, tuple) else (value,)))
        return [part for part in flat if isinstance(part, Figure)]


def build(scene: Scene) -> Page:
    """The page of a forecast."""
    forecast, case = scene.forecast, scene.forecast.case
    found = sorted(
        itertools.starmap(_finding, enumerate(forecast.findings, 1)), key=lambda f: _rank(f.severity)
    )
    solver = forecast.provenance.get("solver")
    quantities = list(dict.fromkeys(q for bands in scene.bands for q in bands.quantities))
    several = len(scene.arms) > 1
    rows = [(arm.title, _tag(scene, i, short=True), scene.outcomes[i]) for i, arm in enumerate(scene.arms)]
    measured = bool(scene.outcomes[0])
    certain = figures.certainty_figure(scene)
    daily = figures_body.daily_group(scene)
    vital = (figures_body.breathing_group(scene), figures_body.blood_group(scene))
    staying = figures_body.staying_figure(scene)
    return Page(
        title=case.title or case.id,
        facts=entered.facts(scene),
        single=scene.single,
        band_words=prose.BASIS_TITLES.get(scene.bands[0].main_basis, scene.bands[0].main_basis),
        people_words=_people_words(scene),
        emergency=forecast.emergency,
        alarms=tuple(f for f in found if f.severity in SEVERITIES[:2]),
        tiles=_tiles(scene),
        expectation=_expectation(scene),
        course=figures.course_figure(scene),
        observed=() if forecast.following else figures.observed_figures(scene),
        followed=following.followed_words(scene),
        record=following.followed_figures(scene),
        symptoms=figures.symptom_figure(scene),
        observations=None if forecast.following else figures.observations(scene),
        options=_options(scene),
        standard_shown=any(arm.evidence_based for arm in scene.arms),
        arms_cows=figures_arms.arms_figure(scene, "cows"),
        arms_craving=figures_arms.arms_figure(scene, "craving"),
        days=tuple(f for f in (figures_body.sleep_figure(scene), daily.figure) if f),
        days_words=daily.words,
        staying=staying,
        staying_lead=prose.staying_lead(scene.duration_h, single=scene.single) if staying else "",
        staying_words=figures_body.staying_words(scene),
        vital=tuple(group.figure for group in vital if group.figure),
        vital_words=tuple(group.words for group in vital if group.words),
        outcomes=tables.outcome_table(rows, single=scene.single) if measured else None,
        differences=tables.difference_table(rows, single=scene.single) if measured and several else None,
        findings=tuple(found),
        relapse=figures_arms.relapse_figure(scene),
        relapse_lead=_relapse_lead(scene),
        relapse_words=_relapse_words(scene),
        certainty=certain,
        certainty_words=_certainty_words(scene) if certain else "",
        known=inventory.known_of(case, scene.library) if scene.library else (),
        missing=forecast.missing,
        not_simulated=forecast.not_simulated,
        assumptions=tables.assumption_table(forecast.assumptions) if forecast.assumptions else None,
        solver=_pairs(solver if isinstance(solver, Mapping) else {"solver": solver}) if solver else (),
        plasma=figures_arms.curves_figure(
            scene, "plasma", "Concentrations in plasma", [q for q in quantities if q.startswith("plasma.")]
        ),
        receptors=figures_arms.curves_figure(
            scene,
            "receptors",
            "Mu-opioid receptor",
            [q for q in ("mor.occupancy", "mor.signal") if q in quantities],
        ),
        doses=tuple(
            Option(arm.title, _tag(scene, i), arm.evidence_based, arm.dose_lines, "")
            for i, arm in enumerate(scene.arms)
        ),
        person=entered.person(case.person),
        history=tuple(entered.use(stream) for stream in case.history),
        conditions=entered.conditions(scene),
        supports=entered.supports(scene),
        notes=tuple(case.notes),
        sources=forecast.sources,
        provenance=_pairs({k: v for k, v in forecast.provenance.items() if k != "solver"}),
    )


def _people_words(scene: Scene) -> str:
    bases = scene.bands[0].bases
    if scene.single or bases[0] == scene.bands[0].main_basis:
        return ""
    return (
        f"Shares of people, outcomes and differences hold {prose.BASIS_TITLES[bases[0]]} only: "
        "how much more the parameters leave open is said in section 4."
    )


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _tag(scene: Scene, index: int, *, short: bool = False) -> str:
    arm = scene.arms[index]
    if arm.evidence_based:
        return STANDARD
    return "" if index == 0 else (NOT_ADVISED if short else ENTERED)


def _pairs(table: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((label(str(key)), plain(value)) for key, value in table.items())


def _tiles(scene: Scene) -> tuple[Tile, ...]:
    told = course_of(scene, since_h=_last_h(scene))
    if told is None:
        return ()
    start = scene.start
    begin = "already present" if told.present else "not reached"
    if told.onset_h is not None and not told.present:
        begin = span(told.onset_h)
    settled = "not within the forecast" if told.lasts_past_end else "never reached"
    level, at_end = f"{scene.severity.onset:.0f}", f"COWS at the end: {number(told.at_end, 0)}"
    spread = "" if scene.single else f"5–95 %: {interval(told.peak_low, told.peak_high, 0)}; "
    return (
        Tile(
            "Begins",
            begin,
            moment(start, told.onset_h) if told.onset_h and not told.present else f"COWS {level} or more",
        ),
        Tile("Worst", span(told.peak_h), moment(start, told.peak_h)),
        Tile("How bad", f"COWS {number(told.peak, 0)}", f"{spread}{scene.severity.name_of(told.peak)}"),
        Tile(
            f"Below {level} again",
            span(told.resolved_h) if told.resolved_h is not None else settled,
            moment(start, told.resolved_h) if told.resolved_h is not None else at_end,
        ),
    )


def _last_h(scene: Scene) -> float:
    """What is told begins here: at the last observation of a record that is followed, else at the start."""
    return scene.forecast.following.last_h if scene.forecast.following else 0.0


def _expectation(scene: Scene) -> str:
    last_h = _last_h(scene)
    told = course_of(scene, since_h=last_h)
    if told is None:
        return "COWS was not computed in this forecast, so no course of withdrawal can be given."
    return prose.expectation(
        told,
        scene.severity,
        scene.start,
        scene.duration_h,
        reaching(scene, since_h=last_h),
        single=scene.single,
    )


def _options(scene: Scene) -> tuple[Option, ...]:
    return tuple(
        Option(
            arm.title,
            _tag(scene, index),
            arm.evidence_based,
            arm.dose_lines,
            prose.option_change(scene.outcomes[index], scene.outcomes[0], single=scene.single),
        )
        for index, arm in enumerate(scene.arms)
        if index > 0
    )


def _finding(number: int, raw: Mapping[str, Any]) -> Finding:
    basis = raw.get("basis") or {}
    keys = basis.get("sources") or ()
    keys = (keys,) if isinstance(keys, str) else tuple(str(k) for k in keys)
    known = ("rule", "inputs", "measured", "simulated", "evidence", "missing", "would_change")
    order = [k for k in known if basis.get(k)]
    order += [k for k in basis if k not in (*order, "sources") and basis[k]]
    return Finding(
        id=str(raw.get("id", "")),
        anchor=f"finding-{number}",
        severity=str(raw.get("severity", "note")),
        title=str(raw.get("title", "")),
        message=str(raw.get("message", "")),
        advice=str(raw.get("advice") or ""),
        basis=tuple((BASIS_WORDS.get(k, label(k)), _basis_text(basis[k])) for k in order),
        source_keys=keys,
    )


def _basis_text(value: Any) -> str:
    """One part of a basis; the parts of a list may hold commas themselves."""
    return "; ".join(map(plain, value)) if isinstance(value, list | tuple) else plain(value)


def _relapse_words(scene: Scene) -> tuple[tuple[str, str], ...]:
    told = [(arm.title, relapse_spread(arm)) for arm in scene.arms]
    return tuple((title, prose.relapse_words(days, single=scene.single)) for title, days in told if days)


def _relapse_lead(scene: Scene) -> str:
    doses = (str(arm.relapse.attrs.get("former_dose", "")) for arm in scene.arms if arm.relapse is not None)
    return prose.relapse_lead(next(filter(None, doses), ""), single=scene.single)


def _certainty_words(scene: Scene) -> str:
    bands = scene.bands[0]
    between, wide = bands.band("cows", BETWEEN), bands.band("cows", WITH_UNCERTAINTY)
    peak = int(np.nanargmax(wide.median))
    return prose.certainty_words(
        (float(between.low[peak]), float(between.high[peak])),
        (float(wide.low[peak]), float(wide.high[peak])),
        float(wide.time_h[peak]),
    )
