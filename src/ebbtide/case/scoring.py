"""Rating scales scored: answers checked item by item, total or range of totals, and its named range."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ebbtide.library import InputError, unknown_name
from ebbtide.library.scales import Band, Scale, ScaleItem, folded

from .telling import shown, shown_key

NOT_ANSWERED = ("", "missing", "unknown", "not answered", "not assessed", "refused", "n/a", "na", "-")
"""Words for an item without an answer; so is ``nan``."""

_ENDING = re.compile(r"[_\s-]*(score|item|rating|points)$")


@dataclass(frozen=True)
class Score:
    """One rating: complete, or with the range of totals that the missing items leave open."""

    scale: Scale
    answers: Mapping[str, int]
    """Score by key of the items that were answered, in the order of the instrument."""
    total: int | None
    """None while an item is missing and no total was given."""
    lowest: int
    highest: int
    """The totals that are possible; both are ``total`` when that is known."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys of the items whose score is not known."""
        return tuple(item.key for item in self.scale.items if item.key not in self.answers)

    @property
    def prorated(self) -> float | None:
        """The total with the mean of the answers for what is missing, where the instrument allows it."""
        rule = self.scale.proration
        if self.total is not None or rule is None or not 0 < len(self.missing) <= rule.most_missing:
            return None
        return sum(self.answers.values()) / len(self.answers) * len(self.scale.items)

    @property
    def band(self) -> Band | None:
        """The named range of the total; None for an unknown total, or one that the scale has no name for."""
        return None if self.total is None else self.scale.band(self.total)

    @property
    def possible_bands(self) -> tuple[Band, ...]:
        """All named ranges that the total may lie in."""
        return tuple(b for b in self.scale.bands if b.low <= self.highest and b.high >= self.lowest)

    def item_range(self, key: str) -> tuple[int, int]:
        """Lowest and highest score that the item ``key`` can have had, given all that is known."""
        item = next(item for item in self.scale.items if item.key == key)
        if key in self.answers:
            return self.answers[key], self.answers[key]
        others = [other for other in self.scale.items if other.key != key]
        most = sum(self.answers.get(o.key, o.maximum) for o in others)
        least = sum(self.answers.get(o.key, o.allowed[0]) for o in others)
        fits = [s for s in item.allowed if s + least <= self.highest and s + most >= self.lowest]
        return (fits[0], fits[-1]) if fits else (item.allowed[0], item.maximum)


def score_items(scale: Scale, answers: object, where: str) -> Score:
    """The score of answers: a table by item name or number, or a list of all of them in order.

    An item is named by its key, one of its synonyms or its number (``3``, ``"q3"``, ``"phq9_3"``),
    however these are spelled. One without an answer is left out or marked as such.

    Parameters
    ----------
    scale
        The instrument.
    answers
        As a TOML file holds them.
    where
        File and key, for errors.

    Raises
    ------
    InputError
        For an unknown item, one that is given twice, a score that the item does not have, or no
        answer at all.
    """
    given: dict[str, int] = {}
    seen: set[str] = set()
    for name, value in _pairs(scale, answers, where):
        item = _item(scale, name, where)
        place = f"{where}.{shown_key(name)}"
        if item.key in seen:
            raise InputError(f'the item "{item.key}" is answered twice', where=place)
        seen.add(item.key)
        if not _is_missing(value):
            given[item.key] = _allowed_score(item, value, place)
    if not given:
        raise InputError("no item is answered", where=where, allowed=", ".join(i.key for i in scale.items))
    ordered = {item.key: given[item.key] for item in scale.items if item.key in given}
    open_items = [item for item in scale.items if item.key not in ordered]
    sure = sum(ordered.values())
    lowest = sure + sum(item.allowed[0] for item in open_items)
    highest = sure + sum(item.maximum for item in open_items)
    return Score(scale, ordered, None if open_items else sure, lowest, highest)


def score_total(scale: Scale, total: object, where: str) -> Score:
    """The score of a total without its items.

    Raises
    ------
    InputError
        For anything but a whole number from 0 to the highest total.
    """
    if isinstance(total, float) and total.is_integer():
        total = int(total)
    if isinstance(total, bool) or not isinstance(total, int) or not 0 <= total <= scale.total_maximum:
        raise InputError(
            "impossible total",
            where=where,
            value=shown(total),
            allowed=f"{scale.name}: 0 to {scale.total_maximum}",
        )
    answers = {scale.items[0].key: total} if len(scale.items) == 1 else {}
    return Score(scale, answers, total, total, total)


def with_total(score: Score, total: object, where: str) -> Score:
    """The same answers with the total that was written beside them.

    Raises
    ------
    InputError
        For a total that these answers cannot have.
    """
    given = score_total(score.scale, total, where)
    if not score.lowest <= given.lowest <= score.highest:
        if score.total is not None:
            raise InputError(f"the items sum to {score.total}", where=where, value=shown(total))
        possible = f"{score.lowest} to {score.highest}"
        raise InputError("the items cannot sum to it", where=where, value=shown(total), allowed=possible)
    return replace(given, answers=score.answers)


def _pairs(scale: Scale, answers: object, where: str) -> list[tuple[str, object]]:
    if isinstance(answers, Mapping):
        return [(str(name), value) for name, value in answers.items()]
    if isinstance(answers, Sequence) and not isinstance(answers, str):
        if len(answers) != len(scale.items):
            raise InputError(
                f"a list holds all {len(scale.items)} answers in order",
                where=where,
                value=f"{len(answers)} answers",
                allowed='a missing one as ""',
            )
        return [(str(number), value) for number, value in enumerate(answers, start=1)]
    raise InputError("a table of answers is needed", where=where, value=shown(answers))


def _item(scale: Scale, name: str, where: str) -> ScaleItem:
    """The item that ``name`` means."""
    words = {folded(word): item for item in scale.items for word in (item.key, *item.synonyms)}
    for spelled in (name, _ENDING.sub("", name.lower())):
        if folded(spelled) in words:
            return words[folded(spelled)]
    number = _numbered(scale, name)
    if number is not None:
        if 1 <= number <= len(scale.items):
            return scale.items[number - 1]
        raise InputError(
            f"{scale.name} has no such item",
            where=where,
            value=shown(name),
            allowed=f"1 to {len(scale.items)}",
        )
    error = unknown_name(
        f"item of {scale.name}", name, [w for i in scale.items for w in (i.key, *i.synonyms)], where
    )
    keys = ", ".join(f"{n} {item.key}" for n, item in enumerate(scale.items, start=1))
    raise InputError(
        error.what, where=where, value=shown(name), allowed=keys, nearest=_key_of(scale, error.nearest)
    )


def _key_of(scale: Scale, name: str) -> str:
    return next((i.key for i in scale.items if name in (i.key, *i.synonyms)), "")


def _numbered(scale: Scale, name: str) -> int | None:
    """The 3 of ``"3"``, ``"q3"``, ``"item_03"``, ``"phq9_3"``; None for any other name."""
    spelled = folded(name)
    own = ("", folded(scale.name), *map(folded, scale.synonyms))
    for start in (a + b for a in own for b in ("", "item", "question", "q", "no")):
        rest = spelled.removeprefix(start)
        if spelled.startswith(start) and rest.isascii() and rest.isdigit() and len(rest) <= 2:
            return int(rest)
    return None


def _is_missing(value: object) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in NOT_ANSWERED
    return isinstance(value, float) and math.isnan(value)


def _allowed_score(item: ScaleItem, value: object, where: str) -> int:
    if isinstance(value, bool) and item.allowed == (0, 1):
        return int(value)  # present or absent
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError("a whole number is needed", where=where, value=shown(value), allowed=_scores(item))
    if value not in item.allowed:
        raise InputError("no such score", where=where, value=shown(value), allowed=_scores(item))
    return value


def _scores(item: ScaleItem) -> str:
    """The scores of an item: ``0, 1, 2, 4``, with what they stand for."""
    numbers = ", ".join(map(str, item.allowed))
    if not item.anchors:
        return numbers
    words = "; ".join(f"{s} {anchor}" for s, anchor in zip(item.allowed, item.anchors, strict=True))
    return f"{numbers} ({words})"
