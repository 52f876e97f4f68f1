"""One result of a laboratory: a number with its unit, a bound, or found and not found."""

from __future__ import annotations

import re

from ebbtide.library import InputError, same_kind

from .model import Measured, Quantity
from .quantities import read_quantity
from .telling import shown

EXAMPLE = '"0.8 ug/g", "1.2 ppm", "< 0.05 mg/kg", "2e4 CFU/g", "absent in 25 g", "not detected"'

_NOT_DETECTED = re.compile(
    r"(not\s+detect(ed|able)|none\s+detected|n\.?\s?d\.?|undetected|(below|<)\s*(the\s+)?"
    r"(lod|loq|lloq|limit\s+of\s+(detection|quantification|quantitation)|detection\s+limit|reporting\s+limit|rl)|"
    r"bdl|blq|bql|bloq|<\s*lod|<\s*loq|trace)",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"(absent|absence|negative|neg|not\s+found|none)(\s*(in|per|/)\s*(?P<sample>.+))?", re.IGNORECASE
)
_ABSENT_SAMPLE = re.compile(r"(not\s+detected|nd|n\.d\.)\s*(in|per|/)\s*(?P<sample>\d.+)", re.IGNORECASE)
_PRESENT = re.compile(
    r"(present|presence|positive|pos|detected|found)(\s*(in|per|/)\s*(?P<sample>.+))?", re.IGNORECASE
)
_PASSED = re.compile(
    r"(pass(ed|es)?|conform(s|ed)?|compl(ies|iant|ied)|meets(\s.*)?|within\s+limits?|ok)", re.IGNORECASE
)
_FAILED = re.compile(
    r"(fail(ed|s)?|does\s+not\s+(conform|comply|meet)(\s.*)?|non-?compliant|out\s+of\s+.*)", re.IGNORECASE
)
_TOO_MANY = re.compile(r"(tntc|too\s+numerous\s+to\s+count)", re.IGNORECASE)
_BOUND = re.compile(
    r"(?P<sign><=|>=|<|>|≤|≥|less\s+than|more\s+than|greater\s+than|nmt|nlt)\s*(?P<rest>.+)", re.IGNORECASE
)
_POWER = re.compile(
    r"(?:(?P<head>\d+(?:[.,]\d+)?)\s*(?:x|\*|×|·)\s*)?10\s*(?:\^|\*\*)\s*(?P<power>\d{1,2})", re.IGNORECASE
)
_NUMBER = re.compile(r"(?P<number>[+-]?\d[\d.,' \u00a0]*(?:[eE][+-]?\d+)?)(?P<unit>.*)", re.DOTALL)
_THOUSANDS = re.compile(r"\d{1,3}([,' \u00a0]\d{3})+(\.\d+)?")
_COLONIES = re.compile(r"\b(cfu|kbe|ufc|mpn|npp)\b", re.IGNORECASE)
_UNIT_WORDS = (
    (re.compile(r"\b(cfu|kbe|ufc|mpn|npp)\b", re.IGNORECASE), "cfu"),
    (re.compile(r"mcg", re.IGNORECASE), "ug"),
    (re.compile(r"[µμ]g"), "ug"),
    (re.compile(r"\bppm\b", re.IGNORECASE), "ppm"),
    (re.compile(r"\bppb\b", re.IGNORECASE), "ppb"),
    (
        re.compile(
            r"(?<=[\w/])\s*\(?\b(w/w|wt/wt|m/m)\b\)?|(?<=%)\s*\(?(w/w|wt/wt|m/m|by\s+(weight|mass))\)?",
            re.IGNORECASE,
        ),
        "",
    ),
    (re.compile(r"\b(of\s+)?(dry\s+(weight|matter|basis)|as\s+received|dw)\b\.?", re.IGNORECASE), ""),
    (re.compile(r"\bper\b", re.IGNORECASE), "/"),
)


def read_result(text: object, where: str, unit: str = "", bound: str = "") -> Measured:
    """A result as a certificate states it.

    Parameters
    ----------
    text
        Number with unit (``"0.8 ug/g"``), bound (``"<0.05"``), or words (``"absent in 25 g"``,
        ``"ND"``, ``"pass"``).
    where
        File and row, for errors.
    unit
        The unit of a column of its own, used where ``text`` carries none.
    bound
        The limit of detection or quantification of the row, the most that "not detected" leaves.

    Raises
    ------
    InputError
        For text that says nothing of these, a number without a unit or with an unknown one, a
        negative number, and a comma that could be decimal or of thousands.
    """
    if not isinstance(text, str) or not text.strip():
        raise InputError("a result is text", where=where, value=shown(text), allowed=EXAMPLE)
    words = " ".join(text.split())
    if match := _ABSENT_SAMPLE.fullmatch(words):
        return Measured("absent", sample=match["sample"], text=words)
    if _NOT_DETECTED.fullmatch(words):
        return _not_detected(words, unit, bound, where)
    for kind, pattern in (("absent", _ABSENT), ("present", _PRESENT)):
        if match := pattern.fullmatch(words):
            sample = (match["sample"] or _sample_of(unit)).strip()
            return Measured("absent" if kind == "absent" else "present", sample=sample, text=words)
    if _PASSED.fullmatch(words):
        return Measured("passed", text=words)
    if _FAILED.fullmatch(words):
        return Measured("failed", text=words)
    if _TOO_MANY.fullmatch(words):
        return Measured("above", text=words)
    if match := _BOUND.fullmatch(words):
        below = match["sign"].lower() in ("<", "<=", "≤", "nmt") or match["sign"].lower().startswith("less")
        quantity = _number(match["rest"], unit, where, words)
        return Measured("below" if below else "above", quantity.value, quantity.unit, text=_told(words, unit))
    quantity = _number(words, unit, where, words)
    return Measured("value", quantity.value, quantity.unit, text=_told(words, unit))


def _told(words: str, unit: str) -> str:
    """The result as written, with the unit of its column where it carries none."""
    return words if not unit.strip() or re.search(r"[A-Za-zµμ%]", words) else f"{words} {unit.strip()}"


def _not_detected(words: str, unit: str, bound: str, where: str) -> Measured:
    """Below the limit of the method, where the certificate tells it."""
    if bound.strip():
        limit = read_result(bound, where, unit)
        if limit.value is not None:
            return Measured("below", limit.value, limit.unit, text=words)
    return Measured("below", text=words, sample=_sample_of(unit))


def _sample_of(unit: str) -> str:
    """The 25 g of a unit column that says ``/25 g`` or ``in 25 g``."""
    match = re.fullmatch(r"\s*(?:in|per|/)\s*(\d.*)", unit, re.IGNORECASE)
    return match[1].strip() if match else ""


def _number(text: str, unit: str, where: str, written: str) -> Quantity:
    text = _POWER.sub(lambda m: f"{(m['head'] or '1').replace(',', '.')}e{m['power']}", text.strip())
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise InputError("not a result", where=where, value=shown(written), allowed=EXAMPLE)
    own_unit = match["unit"].strip()
    spelled = _unit(own_unit or unit)
    if not spelled:
        raise InputError("a result needs its unit", where=where, value=shown(written), allowed=EXAMPLE)
    number = _plain(match["number"].strip(), bool(_COLONIES.search(spelled)), where, written)
    quantity = read_quantity(f"{number} {spelled}", where, EXAMPLE)
    if quantity.value < 0:
        raise InputError("a content is not negative", where=where, value=shown(written))
    return quantity


def _plain(number: str, counted: bool, where: str, written: str) -> str:
    """The number as Python reads it: a comma is decimal or of thousands, and never guessed at."""
    if "," not in number and "'" not in number and " " not in number and "\u00a0" not in number:
        return number
    if _THOUSANDS.fullmatch(number):
        if counted or number.count(",") != 1 or "." in number:
            return re.sub("[,' \u00a0]", "", number)
        raise InputError(
            "the comma can be decimal or of thousands",
            where=where,
            value=shown(written),
            allowed="a decimal point, and no thousands",
        )
    if re.fullmatch(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?", number):
        return number.replace(",", ".")
    raise InputError("not a number", where=where, value=shown(written), allowed=EXAMPLE)


def _unit(text: str) -> str:
    for pattern, word in _UNIT_WORDS:
        text = pattern.sub(word, text)
    return text.strip(" ().")


def is_count(quantity: Quantity) -> bool:
    """Whether it counts colonies, per mass or volume."""
    return same_kind(quantity.unit, "cfu/g") or same_kind(quantity.unit, "cfu/mL")
