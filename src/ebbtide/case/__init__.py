"""Floor 1: what a user writes about a person, their doses and observations, read and checked."""

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
from .read import parse_case, read_case, read_toml

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
