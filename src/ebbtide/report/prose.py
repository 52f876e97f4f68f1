"""Answers in words, made from numbers and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from .answers import Course
from .clock import moment, span
from .compare import Outcome, difference
from .severity import SeverityScale
from .words import interval, number, percent, signed

BASIS_TITLES = {
    "between_person": "differences between people",
    "with_parameter_uncertainty": "differences between people and uncertainty of the parameters",
    "given_observations": "what the observations leave open of differences between people and uncertainty of "
    "the parameters",
}


def expectation(
    course: Course,
    severity: SeverityScale,
    start: datetime,
    duration_h: float,
    reaching: Sequence[tuple[float, str, float]],
    *,
    single: bool,
) -> str:
    """One paragraph: when withdrawal starts, when and how bad it is worst, and when it is over.

    Where ``course`` begins later than the case does, it is what comes after the last observation.

    ``reaching`` holds level, name and the fraction of people who reach it at some time.
    """
    who = "COWS of the typical person" if single else "the median COWS"
    level = f"{severity.onset:.0f}"
    band = "" if single else f" (5–95 % band {interval(course.peak_low, course.peak_high, 0)})"
    highest = f"{number(course.peak, 0)}{band}"
    peak_when = f"{span(course.peak_h)} after the start ({moment(start, course.peak_h)})"
    later = f" after the last observation ({moment(start, course.start_h)})" if course.start_h > 0 else ""
    sentences: list[str] = []
    if course.onset_h is None:
        sentences.append(
            f"Over {span(duration_h - course.start_h)}{later}, {who} never reaches {level}, the lowest score "
            "named withdrawal. "
            f"It is highest {peak_when}, at {highest}."
        )
    else:
        if course.present:
            when = "from the start" if not later else later.removeprefix(" ")
            sentences.append(f"Withdrawal is present {when}: {who} is {number(course.at_start, 0)}.")
        else:
            sentences.append(
                f"Withdrawal is expected to begin {span(course.onset_h)} after the start "
                f"({moment(start, course.onset_h)}), when {who} first reaches {level}."
            )
        name = severity.name_of(course.peak)
        sentences.append(f"It is worst {peak_when}, with a COWS of {highest}: {name}.")
        sentences.append(_ending(course, start, duration_h, level))
    told = [f"{percent(share)} reach {at:.0f} or more ({name})" for at, name, share in reaching if share > 0]
    if told and not single:
        sentences.append("Of the simulated people, " + ", ".join(told) + " at some time.")
    return " ".join(sentences)


def _ending(course: Course, start: datetime, duration_h: float, level: str) -> str:
    if course.resolved_h is None:
        return (
            f"At the end of the forecast, after {span(duration_h)}, it is still {number(course.at_end, 0)}; "
            "how long it lasts beyond that was not computed."
        )
    return (
        f"It falls below {level} again {span(course.resolved_h)} after the start "
        f"({moment(start, course.resolved_h)})."
    )


def option_change(option: Mapping[str, Outcome], reference: Mapping[str, Outcome], *, single: bool) -> str:
    """One sentence: what an option changes about withdrawal, within each person."""
    parts = []
    for key, outcome in reference.items():
        if key not in option or not (key == "cows_peak" or key.startswith("cows_hours")):
            continue
        change = difference(option[key], outcome)
        spread, places = change.spread, change.decimals
        unit = "points" if key == "cows_peak" else "h"
        people = f"{signed(spread['low'], places)} to {signed(spread['high'], places)}"
        between = "" if single else f" (5–95 % of people: {people})"
        name = outcome.title[0].lower() + outcome.title[1:]
        parts.append(f"{name} changes by {signed(spread['mean'], places)} {unit}{between}")
    if not parts:
        return ""
    mean = "," if single else ", on average,"
    return f"Against the case as written{mean} {' and '.join(parts)}."


def staying_lead(duration_h: float, *, single: bool) -> str:
    """What the figure of staying is, told once for all arms."""
    who = "for the typical person" if single else "on average over people"
    return f"After {span(24.0 * (duration_h // 24))}, the probabilities {who} are:"


def relapse_lead(former_dose: str, *, single: bool) -> str:
    """What the relapse figures are, told once for all arms."""
    who, dose = "the typical person" if single else "the median person", former_dose or "the former dose"
    return (
        f"If {dose} is taken again, breathing falls to a lowest point within 6 h. "
        f"In percent of the person’s own baseline, that is for {who}:"
    )


def relapse_words(days: Sequence[tuple[int, Mapping[str, float]]], *, single: bool) -> str:
    """How deep breathing falls on the first and on the last day computed."""
    (first, early), (last, late) = days[0], days[-1]
    words = f"{number(early['median'], 0)} % {_after(first)}"
    if last > first:
        words += f" and {number(late['median'], 0)} % {_after(last)}"
    return words if single else f"{words} (then for one person in twenty {number(late['low'], 0)} % or less)"


def _after(day: int) -> str:
    return "at the start" if day == 0 else f"after {day} day{'s' if day > 1 else ''}"


def certainty_words(between: tuple[float, float], wide: tuple[float, float], peak_h: float) -> str:
    """How much the uncertainty of parameters adds to the spread between people, at the peak."""
    narrow, broad = between[1] - between[0], wide[1] - wide[0]
    more = f", {broad / narrow:.1f} times as wide" if narrow > 0.5 else ""
    return (
        f"At the peak of the median ({span(peak_h)} after the start), 5–95 % of people lie at "
        f"{interval(*between, 0)} COWS points if the typical numbers of the model were known exactly, and at "
        f"{interval(*wide, 0)} once what is not known about those numbers is added{more}."
    )
