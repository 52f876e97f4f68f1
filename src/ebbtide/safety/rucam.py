"""RUCAM: how probable it is that a substance caused a liver injury; items that are not known leave a range.

Danan and Teschke 2016. Which item has which points is in ``safety/rucam.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ebbtide.library import Library
from ebbtide.library.tables import Row

from .facts import Facts, Taken
from .findings import Finding, cited, finding
from .labs import Level, levels
from .liver import suspects

SCALES = {"hepatocellular": "ALT", "cholestatic": "ALP"}


class Score(NamedTuple):
    """Total points, or the range that unknown items leave."""

    low: int
    high: int


def score(answers: Mapping[str, str], scale: str, library: Library) -> Score:
    """Points of a set of answers.

    Parameters
    ----------
    answers
        Item to answer; an item that is left out is not known.
    scale
        ``hepatocellular``, or ``cholestatic`` (also for mixed injury).

    Raises
    ------
    KeyError
        For an answer that the scale does not have.
    """
    low = high = 0
    for item, points in _points(scale, library).items():
        if item in answers:
            low += points[answers[item]]
            high += points[answers[item]]
        else:
            low += min(points.values())
            high += max(points.values())
    return Score(low, high)


def grade(total: int, library: Library) -> str:
    """The grade of a total; 0 and less excludes."""
    grades = library.safety["rucam"]["grade"]
    return next((name for name, least in grades.items() if total >= least.value), "excluded")


def _points(scale: str, library: Library) -> dict[str, dict[str, int]]:
    points: dict[str, dict[str, int]] = {}
    for row in _rows(scale, library):
        points.setdefault(row["item"], {})[row["answer"]] = int(row["points"])
    return points


def _rows(scale: str, library: Library) -> list[Row]:
    return [row for row in library.tables.get("rucam", ()) if row["scale"] in (scale, "both")]


def rucam_findings(facts: Facts) -> list[Finding]:
    """``liver.rucam``: for each suspect the range of its score, once the injury is large enough to count."""
    scale = _scale(facts)
    if scale is None:
        return []
    told, inputs, missing = [], {}, set[str]()
    for suspect in suspects(facts):
        answers = answers_of(suspect, scale, facts)
        if "onset" not in answers:
            continue
        low, high = score(answers, scale, facts.library)
        least, most = grade(low, facts.library), grade(high, facts.library)
        grades = least if least == most else f"{least} to {most}"
        told.append(
            f"{suspect.title}: {low} to {high} ({grades})"
            if low != high
            else f"{suspect.title}: {low} ({grades})"
        )
        inputs[suspect.name] = [
            *suspect.told,
            *(f"{item}: {answer}" for item, answer in sorted(answers.items())),
        ]
        missing |= {item.replace("_", " ") for item in _points(scale, facts.library) if item not in answers}
    if not told:
        return []
    return [
        finding(
            "liver.rucam",
            "note",
            f"RUCAM ({scale if scale == 'hepatocellular' else 'cholestatic or mixed'} scale): "
            f"{'; '.join(told)}",
            "Points for time of onset, course after the stop, risks, other agents, other causes, what is "
            "on record, and "
            "re-exposure. What is not known leaves a range.",
            "Hepatitis A, B, C and E, ultrasound, alcohol, low pressure and autoimmune tests narrow the "
            "range.",
            rule="9 or more highly probable, 6-8 probable, 3-5 possible, 1-2 unlikely, 0 or less excluded",
            inputs=inputs,
            **cited(*_rows(scale, facts.library)),
            missing=sorted(missing),
            would_change=("other causes tested", "tests after the stop"),
        )
    ]


def _scale(facts: Facts) -> str | None:
    """Which scale counts, by R at the first injury; None where the tests are not high enough."""
    numbers = facts.library.safety["labs"]
    alt, alp, bilirubin = levels("ALT", facts), levels("ALP", facts), levels("bilirubin", facts)
    top = {
        name: max((one.times for one in found), default=0.0) for name, found in (("alt", alt), ("alp", alp))
    }
    jaundice = max((one.times for one in bilirubin), default=0.0) > numbers["bilirubin"]["jaundice"].value
    enough = (
        top["alt"] >= numbers["transaminase"]["five"].value
        or top["alp"] >= numbers["alp"]["cholestasis"].value
        or (jaundice and top["alt"] >= numbers["transaminase"]["hy"].value)
    )
    if not enough:
        return None
    first_alt = next((one for one in alt if one.times > 1.0), None)
    first_alp = next((one for one in alp), None)
    if first_alt is None:
        return "cholestatic"
    if first_alp is None or first_alp.times <= 0:
        return "hepatocellular"
    r = first_alt.times / first_alp.times
    return "hepatocellular" if r >= numbers["alp"]["r_hepatocellular"].value else "cholestatic"


def answers_of(suspect: Taken, scale: str, facts: Facts) -> dict[str, str]:
    """What a case says of the items for one suspect; items that it does not tell are left out."""
    first = _first_abnormal(facts)
    if first is None:
        return {}
    begun = min(use.start_h for use in suspect.uses)
    stopped = max(use.last_h for use in suspect.uses)
    if begun >= first.observation.time_h:
        return {}
    numbers = facts.library.safety["rucam"]
    onset = _onset(first.observation.time_h, begun, stopped, scale, facts)
    answers = {"onset": onset, "rechallenge": "not done"}
    course = _course(scale, stopped, facts)
    if course:
        answers["course"] = course
    if facts.person.age_years is not None:
        answers["age"] = "yes" if facts.person.age_years >= numbers["age"].value else "no"
    if facts.has_condition("alcohol_use_disorder") or (
        scale == "cholestatic" and facts.has_condition("pregnancy")
    ):
        answers["alcohol"] = "yes"
    answers["concomitant"] = _concomitant(suspect, first.observation.time_h, facts)
    if facts.has_condition("acute_hepatitis"):
        answers["other_causes"] = "probable"
    liver = (
        facts.library.medicines[suspect.name].row["liver"] if suspect.name in facts.library.medicines else ""
    )
    labelled = liver == "well" and not suspect.is_("herb")
    answers["known"] = (
        "labelled" if labelled else "published" if liver or suspect.is_("kratom_product") else "unknown"
    )
    return answers


def _first_abnormal(facts: Facts) -> Level | None:
    found = [one for name in ("ALT", "ALP", "bilirubin") for one in levels(name, facts) if one.times > 1.0]
    return min(found, key=lambda one: one.observation.time_h, default=None)


def _onset(time_h: float, begun_h: float, stopped_h: float, scale: str, facts: Facts) -> str:
    numbers = facts.library.safety["rucam"]
    if numbers["onset_from"].to("h") <= time_h - begun_h <= numbers["onset_to"].to("h"):
        return "5-90 d"
    if 0 < time_h - stopped_h <= numbers["after_stop"][scale].to("h"):
        return "after stop"
    return "other"


def _course(scale: str, stopped_h: float, facts: Facts) -> str:
    """How the enzyme over its limit fell after the stop; empty where no later value says."""
    found = levels(SCALES[scale], facts)
    if not found:
        return ""
    peak = max(found, key=lambda one: one.times)
    after = [one for one in found if one.observation.time_h > max(peak.observation.time_h, stopped_h)]
    if not after or peak.times <= 1.0:
        return "not known"
    fall = facts.library.safety["rucam"]["fall"]
    from_h = max(stopped_h, peak.observation.time_h)
    halved = next((one for one in after if one.times - 1.0 <= (peak.times - 1.0) / 2), None)
    half_h = None if halved is None else halved.observation.time_h - from_h
    if scale == "cholestatic":
        if half_h is not None and half_h <= fall["cholestatic"].to("h"):
            return "half in 180 d"
        return "less in 180 d" if after[-1].times < peak.times else "not known"
    if half_h is None:
        return "no fall" if after[-1].observation.time_h - from_h > fall["slow"].to("h") else "not known"
    if half_h <= fall["fast"].to("h"):
        return "half in 8 d"
    return "half in 30 d" if half_h <= fall["slow"].to("h") else "not known"


def _concomitant(suspect: Taken, time_h: float, facts: Facts) -> str:
    window_h = facts.library.safety["rucam"]["other_agent"].to("h")
    others = [
        s
        for s in facts.substances
        if s.name != suspect.name
        and any(u.start_h < time_h and time_h - u.last_h <= window_h for u in s.uses)
    ]
    if any(s.is_("hepatotoxic") for s in others):
        return "toxic"
    return "fits" if others else "none"
