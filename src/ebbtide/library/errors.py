"""The one error that bad input raises, wherever it comes from."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class InputError(Exception):
    """Input that cannot be used: says where, what, what is allowed and the nearest valid name.

    Parameters
    ----------
    what
        One sentence that says what is wrong.
    where
        The file, and the key or line inside it, e.g. ``case.toml: doses[2].amount``.
    value
        The value that was written, shown as the user wrote it.
    allowed
        What would be accepted, in words.
    nearest
        The closest valid name, shown as "did you mean".
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        value: object | None = None,
        allowed: str = "",
        nearest: str = "",
    ) -> None:
        self.what = what
        self.where = where
        self.value = value
        self.allowed = allowed
        self.nearest = nearest
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.value is not None:
            parts.append(f"got {self.value!r}")
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        text = "; ".join(parts)
        return f'{text}. Did you mean "{self.nearest}"?' if self.nearest else text

    def within(self, where: str) -> InputError:
        """The same error, told from further out (the file around the key)."""
        joined = f"{where}: {self.where}" if self.where else where
        return InputError(
            self.what, where=joined, value=self.value, allowed=self.allowed, nearest=self.nearest
        )


def nearest_name(name: str, choices: Iterable[str]) -> str:
    """The closest of ``choices`` to ``name``, or an empty string when none is close."""
    folded = {choice.lower(): choice for choice in choices}
    found = difflib.get_close_matches(name.lower(), list(folded), n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def unknown_name(kind: str, name: str, choices: Iterable[str], where: str = "") -> InputError:
    """An error for a name that the library does not have, with the nearest valid one."""
    names = sorted(choices)
    shown = ", ".join(names) if len(names) <= 30 else f"one of {len(names)} names"
    return InputError(
        f"unknown {kind}",
        where=where,
        value=name,
        allowed=shown,
        nearest=nearest_name(name, names),
    )
