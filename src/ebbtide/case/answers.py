"""A file of answers to one rating scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ebbtide.library import InputError, nearest_name
from ebbtide.library.scales import Scale, folded

from .scoring import Score, score_items, score_total, with_total
from .telling import shown, shown_key

ABOUT = {
    "scale": "scale",
    "date": "date",
    "at": "date",
    "rater": "rater",
    "id": "id",
    "person": "id",
    "patient": "id",
    "note": "note",
    "notes": "note",
}
"""What a file may say besides the answers, and the field of :class:`Answers` that holds it."""
ANSWERS = ("answers", "items", "total")


@dataclass(frozen=True)
class Answers:
    """A rating as a file tells it."""

    score: Score
    date: str = ""
    """As written: a day or an instant; empty when the file does not say."""
    rater: str = ""
    id: str = ""
    note: str = ""


def parse_answers(raw: Mapping[str, Any], scale: Scale, where: str) -> Answers:
    """The rating in the tables of a file.

    The answers are a table ``[answers]`` (or ``items``), a list of all of them, or stand at the top
    of the file; or there is only a ``total``.

    Parameters
    ----------
    raw
        What the TOML file holds.
    scale
        The scale that was asked for.
    where
        The file, for errors.

    Raises
    ------
    InputError
        For an unknown key, answers that the scale does not have, or a total that is not theirs.
    """
    if isinstance(raw.get("scale"), str) and folded(raw["scale"]) not in _names(scale):
        raise InputError(
            "the file is of another scale",
            where=f"{where}: scale",
            value=shown(raw["scale"]),
            allowed=scale.name,
        )
    tables = [key for key in ("answers", "items") if key in raw]
    if len(tables) > 1:
        raise InputError("answers are given twice", where=f"{where}: {tables[1]}")
    loose = {key: value for key, value in raw.items() if key not in (*ABOUT, *ANSWERS)}
    if loose and (tables or "total" in raw):
        name = next(iter(loose))
        known = [*ABOUT, *ANSWERS]
        raise InputError(
            "unknown key",
            where=f"{where}: {shown_key(name)}",
            allowed=", ".join(known),
            nearest=nearest_name(name, known),
        )
    if tables:
        score = score_items(scale, raw[tables[0]], f"{where}: {tables[0]}")
    elif loose:
        named = next(iter(loose.items()))
        if len(loose) == 1 and isinstance(named[1], dict) and folded(named[0]) in _names(scale):
            loose, where = named[1], f"{where}: {shown_key(named[0])}"  # [cows] instead of [answers]
        score = score_items(scale, loose, where)
    elif "total" in raw:
        score = score_total(scale, raw["total"], f"{where}: total")
    else:
        raise InputError("no answers", where=where, allowed="[answers], or total")
    if tables and "total" in raw:
        score = with_total(score, raw["total"], f"{where}: total")
    about: dict[str, str] = {}
    for key, field in ABOUT.items():
        if key not in raw or field == "scale":
            continue
        if field in about:
            raise InputError(f"the {field} is given twice", where=f"{where}: {key}")
        about[field] = (_day if field == "date" else _words)(raw[key], f"{where}: {key}")
    return Answers(score, **about)


def _names(scale: Scale) -> set[str]:
    return {folded(word) for word in (scale.name, *scale.synonyms)}


def _day(value: object, where: str) -> str:
    """A day or an instant in ISO form, from a TOML date or from text."""
    if isinstance(value, date):  # also a datetime
        return value.isoformat()
    if isinstance(value, str):
        for kind in (date, datetime):
            try:
                return kind.fromisoformat(value.strip()).isoformat()
            except ValueError:
                continue
    raise InputError("not a date", where=where, value=shown(value), allowed="2026-03-02")


def _words(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise InputError("text in quotes is needed", where=where, value=shown(value))
    return value
