"""Pydantic's complaints about a user's file, told in plain words as one error."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar, get_args

from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from ebbtide.library import InputError, nearest_name

from .telling import shown, shown_key

M = TypeVar("M", bound=BaseModel)

_NEEDED = {
    "string_type": "text in quotes is needed",
    "float_type": "a number is needed",
    "int_type": "a whole number is needed",
    "bool_type": "true or false is needed",
    "list_type": "a list is needed",
    "dict_type": "a table is needed",
    "model_type": "a table is needed",
    "finite_number": "a finite number is needed",
    "missing": "key is missing",
    "string_pattern_mismatch": "at most 64 letters, digits, - and _ are needed",
}


def checked(model: type[M], raw: object, where: str) -> M:
    """``model`` from what a file says.

    Raises
    ------
    InputError
        For the first thing that is wrong; an unknown key comes first, because a key that is
        missing is often only misspelt.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise _told(error, model, where) from error


def _told(error: ValidationError, model: type[BaseModel], where: str) -> InputError:
    all_wrong = error.errors(include_url=False)
    wrong = next((w for w in all_wrong if w["type"] == "extra_forbidden"), all_wrong[0])
    location = wrong["loc"]
    holder, field = _field_at(model, location)
    place = f"{where}: {_path(location)}" if location else where
    if wrong["type"] == "extra_forbidden":
        name = str(location[-1])
        known = _keys(holder) if holder else []
        return InputError(
            "unknown key", where=place, allowed=", ".join(known), nearest=nearest_name(name, known)
        )
    if wrong["type"] == "missing":
        return InputError(_NEEDED["missing"], where=place)
    value = shown(wrong["input"])
    if wrong["type"] == "literal_error":
        names = re.findall(r"'([^']*)'", str(wrong["ctx"]["expected"]))
        nearest = nearest_name(str(value), names)
        return InputError(
            "not one of the names", where=place, value=value, allowed=", ".join(names), nearest=nearest
        )
    if wrong["type"] == "list_type" and isinstance(wrong["input"], dict):
        return InputError("more than one can be given", where=place, allowed=f"[[{_path(location)}]]")
    limits = _limits(field)
    if limits and wrong["type"] in ("greater_than_equal", "less_than_equal"):
        return InputError("impossible value", where=place, value=value, allowed=limits)
    return InputError(_NEEDED.get(wrong["type"], wrong["msg"]), where=place, value=value, allowed=limits)


def _path(location: Iterable[int | str]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{shown_key(part)}" for part in location)
    return text.removeprefix(".")


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _field_at(
    model: type[BaseModel], location: Iterable[int | str]
) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The model that has (or lacks) the last key of ``location``, and the field of that key."""
    holder: type[BaseModel] | None = None
    field: FieldInfo | None = None
    inside: type[BaseModel] | None = model
    for key in location:
        if isinstance(key, int):
            continue
        holder, field = inside, None
        if holder is None:
            break
        field = next((f for name, f in holder.model_fields.items() if key == (f.alias or name)), None)
        inside = _model_of(field.annotation) if field else None
    return holder, field


def _model_of(annotation: Any) -> type[BaseModel] | None:
    """The model in ``Model`` or ``list[Model]``."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def _limits(field: FieldInfo | None) -> str:
    metadata = field.metadata if field else []
    low = next((m.ge for m in metadata if isinstance(m, Ge)), None)
    high = next((m.le for m in metadata if isinstance(m, Le)), None)
    return f"{low} to {high}" if low is not None and high is not None else ""
