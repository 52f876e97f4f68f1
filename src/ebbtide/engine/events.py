"""The vocabulary of event tables: records of doses, and what they do to the compartments one by one.

Records have the data items of NONMEM's PREDPP. Times share one unit, also that of lags and intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

OBSERVATION, DOSE, OTHER, RESET, RESET_AND_DOSE = range(5)
MODELLED_RATE, MODELLED_DURATION = -1.0, -2.0


@dataclass(frozen=True, slots=True)
class Entry:
    """How doses enter one compartment, as far as a record says; ``None`` where it says nothing."""

    fraction: float | None = None
    """Bioavailability; 1 where nothing is said."""
    lag: float | None = None
    """Time from dose to entry; 0 where nothing is said."""
    duration: float | None = None
    """Of infusions with ``MODELLED_DURATION``."""
    rate: float | None = None
    """Of infusions with ``MODELLED_RATE``."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of an event table, with data items checked."""

    time: float
    kind: int
    entries: tuple[Entry, ...]
    """By compartment."""
    compartment: int = 0
    """From 0. With ``OTHER`` it is switched off when ``switch_off``."""
    amount: float = 0.0
    rate: float = 0.0
    """0 for a bolus, above 0 for an infusion, or one of the two codes."""
    interval: float = 0.0
    additional: int = 0
    steady: int = 0
    switch_off: bool = False
    where: str = ""
    """File and line, for errors."""


class Show(NamedTuple):
    """The state of now is the state at the record."""


class Clear(NamedTuple):
    """All compartments become empty, inputs stop; time may jump back."""


class Empty(NamedTuple):
    """One compartment becomes empty."""

    compartment: int


class Bolus(NamedTuple):
    """An amount appears in a compartment."""

    compartment: int
    amount: float


class Input(NamedTuple):
    """From now on ``rate`` (amount per time) enters a compartment, instead of what entered before."""

    compartment: int
    rate: float


class Seed(NamedTuple):
    """Amounts of a steady state are added, ``phase`` after the last of infinitely many equal doses."""

    compartment: int
    amount: float
    duration: float
    """Of each dose, 0 for boluses; may exceed ``interval``."""
    interval: float
    phase: float
    """Above 0, up to ``interval``: there, just before the next dose."""


class SeedConstant(NamedTuple):
    """Amounts of the steady state under a constant input are added; the input itself ends now."""

    compartment: int
    rate: float


Change = Show | Clear | Empty | Bolus | Input | Seed | SeedConstant


class Event(NamedTuple):
    """A change at a time; the parameters of ``record`` govern the way there from the event before."""

    time: float
    record: int
    change: Change
