"""Floor 1: what a user writes about a person, their doses and observations, read and checked.

What each name needs is imported when it is asked for: scoring one rating needs no case.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model import (
        Alternative,
        Case,
        CaseProduct,
        DoseEvent,
        HistoryStream,
        Intake,
        Measured,
        Observation,
        Person,
        Quantity,
        Support,
    )
    from .read import parse_case, read_case
    from .toml_files import read_toml

_HOMES = {"parse_case": ".read", "read_case": ".read", "read_toml": ".toml_files"}
"""Where functions are; all else is in ``model``."""

__all__ = [
    "Alternative",
    "Case",
    "CaseProduct",
    "DoseEvent",
    "HistoryStream",
    "Intake",
    "Measured",
    "Observation",
    "Person",
    "Quantity",
    "Support",
    "parse_case",
    "read_case",
    "read_toml",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(_HOMES.get(name, ".model"), __name__), name)
