"""Records of doses, expanded into what happens to the compartments: pure, without kinetics.

The rules are those of NONMEM's PREDPP (NONMEM Users Guide VI, chapters III and V): additional and lagged
doses, infusions, steady state, resets.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ebbtide.library import InputError

from .events import (
    DOSE,
    MODELLED_DURATION,
    MODELLED_RATE,
    OTHER,
    RESET,
    RESET_AND_DOSE,
    Bolus,
    Change,
    Clear,
    Empty,
    Entry,
    Event,
    Input,
    Record,
    Seed,
    SeedConstant,
    Show,
)

MOST_DOSES = 100_000
MOST_OVERLAPPING = 1_000
SAME_TIME = 1e-11
"""Times closer than this share of their size are one time: sums of intervals and lags are not exact."""


@dataclass(slots=True)
class _Infusion:
    compartment: int
    rate: float
    ends: float
    modelled: Record | None = None
    """The dose whose rate is taken anew from each record."""
    since: float = 0.0
    left: float = 0.0
    """Amount still to enter at ``since``, for a modelled rate."""


def expand(records: Sequence[Record], moved: list[str] | None = None) -> list[Event]:
    """What happens to one person, in order, with one ``Show`` for each record.

    A dose that is due at the time of a record enters before it. Bioavailability and modelled duration are
    those of the record at or next after the time a dose enters (NONMEM's argument record), the modelled
    rate that of the record each interval ends with; where that record says nothing, those of the dose's own.

    Parameters
    ----------
    records
        Of one person.
    moved
        Takes the places of doses whose own bioavailability or duration gave way to that of a later record.

    Raises
    ------
    InputError
        When a dose lacks its modelled duration or rate, when a lag reaches the interval of a steady state,
        and for more than ``MOST_DOSES`` doses or ``MOST_OVERLAPPING`` infusions at a time.
    """
    expansion = _Expansion(records)
    events = expansion.run()
    if moved is not None:
        moved += expansion.moved
    return events


class _Expansion:
    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.events: list[Event] = []
        self.index = 0
        self.now = records[0].time if records else 0.0
        self.due: list[tuple[float, int, int, Record]] = []
        """Time of entry, order, number in its series, dose."""
        self.running: list[_Infusion] = []
        self.entered = 0
        self.moved: list[str] = []

    def run(self) -> list[Event]:
        for index, record in enumerate(self.records):
            self.index = index
            if record.kind in (RESET, RESET_AND_DOSE):
                self.now = record.time
                self._clear()
            else:
                self._advance(record.time)
            if record.kind in (DOSE, RESET_AND_DOSE):
                self._dose(record)
            elif record.kind == OTHER and record.switch_off:
                self._switch_off(record.compartment)
            self._say(Show())
        return self.events

    def _say(self, change: Change) -> None:
        self.events.append(Event(self.now, self.index, change))

    def _advance(self, time: float) -> None:
        """Let enter and end what is due until ``time``."""
        self._model_rates()
        latest = time + SAME_TIME * max(1.0, abs(time))
        while True:
            entry = self.due[0][0] if self.due else math.inf
            end = min((infusion.ends for infusion in self.running), default=math.inf)
            when = min(entry, end)
            if when > latest:
                break
            self.now = min(max(when, self.now), time)
            if end <= entry:
                self._end_infusions(end)
            else:
                _, _, number, dose = heapq.heappop(self.due)
                self._enter(dose, number)
        self.now = time

    def _model_rates(self) -> None:
        """Rates that are modelled become those of the record that ends the interval."""
        changed = set()
        for infusion in self.running:
            if infusion.modelled is None:
                continue
            rate = self._rate(infusion.modelled)
            infusion.left -= infusion.rate * (self.now - infusion.since)
            infusion.since = self.now
            if rate != infusion.rate:
                infusion.rate = rate
                infusion.ends = self.now + max(infusion.left, 0.0) / rate
                changed.add(infusion.compartment)
        self._say_inputs(changed)

    def _dose(self, record: Record) -> None:
        lag = record.entries[record.compartment].lag or 0.0
        if record.steady:
            if record.steady != 2:
                self._clear()
            if record.amount == 0.0:
                self._say(SeedConstant(record.compartment, self._rate(record)))
                return
            self._seed(record, lag)
        if lag > 0.0:
            self._await(record, 0)
        else:
            self._enter(record, 0)

    def _seed(self, record: Record, lag: float) -> None:
        """The steady state of the doses before this one, and their infusions that still run."""
        if lag >= record.interval:
            raise InputError(
                "the lag of a steady-state dose must be shorter than II",
                where=f"{record.where}: SS",
                value=f"lag {lag:g}, II {record.interval:g}",
            )
        phase = record.interval - lag
        amount, duration, rate = self._amount(record)
        self._say(Seed(record.compartment, amount, duration, record.interval, phase))
        left = duration - phase
        while left > SAME_TIME * record.interval:
            self._infuse(record, rate, left)
            left -= record.interval

    def _await(self, dose: Record, number: int) -> None:
        lag = dose.entries[dose.compartment].lag or 0.0
        time = dose.time + number * dose.interval + lag
        heapq.heappush(self.due, (time, self.entered, number, dose))
        self.entered += 1
        if self.entered > MOST_DOSES:
            raise InputError(f"more than {MOST_DOSES} doses", where=f"{dose.where}: ADDL")

    def _enter(self, dose: Record, number: int) -> None:
        amount, duration, rate = self._amount(dose)
        if duration > 0.0:
            self._infuse(dose, rate, duration)
        elif amount > 0.0:
            self._say(Bolus(dose.compartment, amount))
        if number < dose.additional:
            self._await(dose, number + 1)

    def _amount(self, dose: Record) -> tuple[float, float, float]:
        """Amount that enters, duration and rate (both 0 for a bolus) of a dose that enters now."""
        here, own = self._entries(dose)
        fraction = self._at_entry(dose, here.fraction, own.fraction)
        amount = dose.amount * (1.0 if fraction is None else fraction)
        if dose.rate == 0.0 or amount == 0.0:
            return amount, 0.0, 0.0
        if dose.rate == MODELLED_DURATION:
            duration = self._at_entry(dose, here.duration, own.duration)
            if duration is None:
                raise InputError("-2 needs a duration, and none is given", where=f"{dose.where}: RATE")
            return amount, duration, amount / duration
        rate = self._rate(dose)
        return amount, amount / rate, rate

    def _at_entry(self, dose: Record, here: float | None, own: float | None) -> float | None:
        if here is None or own is None:
            return own if here is None else here
        if here != own:
            self.moved.append(dose.where)
        return here

    def _rate(self, dose: Record) -> float:
        if dose.rate != MODELLED_RATE:
            return dose.rate
        here, own = self._entries(dose)
        rate = own.rate if here.rate is None else here.rate
        if rate is None:
            raise InputError("-1 needs a rate, and none is given", where=f"{dose.where}: RATE")
        return rate

    def _entries(self, dose: Record) -> tuple[Entry, Entry]:
        return self.records[self.index].entries[dose.compartment], dose.entries[dose.compartment]

    def _infuse(self, dose: Record, rate: float, duration: float) -> None:
        if len(self.running) >= MOST_OVERLAPPING:
            raise InputError(f"more than {MOST_OVERLAPPING} infusions run at a time", where=dose.where)
        modelled = dose if dose.rate == MODELLED_RATE else None
        self.running.append(
            _Infusion(dose.compartment, rate, self.now + duration, modelled, self.now, rate * duration)
        )
        self._say_inputs([dose.compartment])

    def _end_infusions(self, end: float) -> None:
        ended = {infusion.compartment for infusion in self.running if infusion.ends <= end}
        self.running = [infusion for infusion in self.running if infusion.ends > end]
        self._say_inputs(ended)

    def _say_inputs(self, compartments: Iterable[int]) -> None:
        for compartment in compartments:
            rates = (infusion.rate for infusion in self.running if infusion.compartment == compartment)
            self._say(Input(compartment, math.fsum(rates)))

    def _clear(self) -> None:
        self.due.clear()
        self.running.clear()
        self._say(Clear())

    def _switch_off(self, compartment: int) -> None:
        self.due = [due for due in self.due if due[3].compartment != compartment]
        heapq.heapify(self.due)
        self.running = [infusion for infusion in self.running if infusion.compartment != compartment]
        self._say(Input(compartment, 0.0))
        self._say(Empty(compartment))
