"""The data items of each record, checked as NONMEM's PREDPP asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ebbtide.case.telling import shown
from ebbtide.engine.events import (
    DOSE,
    MODELLED_DURATION,
    MODELLED_RATE,
    OBSERVATION,
    OTHER,
    RESET,
    RESET_AND_DOSE,
    Entry,
    Record,
)
from ebbtide.library import InputError, nearest_name

from .compound import Compound
from .reading import Item
from .spelling import ENTRY_ITEMS
from .table import MISSING, Table

DOSE_ITEMS = ("AMT", "RATE", "II", "ADDL", "SS")
DATES = ("DATE", "DAT1", "DAT2", "DAT3")
OUTPUT = (100, 1000)
"""What NONMEM also calls the output compartment, which this command does not have."""
LONGEST = 1e9


@dataclass(frozen=True)
class Person:
    """The records of one person: consecutive rows with one ID."""

    name: str
    rows: range
    records: tuple[Record, ...]


def read_people(table: Table, compound: Compound, columns: Mapping[Item, int]) -> list[Person]:
    """Check every record of a data file.

    Raises
    ------
    InputError
        For the first record that cannot be used, with line and column.
    """
    for name in DATES:
        column = table.find(name)
        if column is not None:
            raise InputError(
                "dates are not read",
                where=f"{table.where}: {table.columns[column]}",
                allowed="TIME as hours since a start that is the same for all records of a person",
            )
    reader = _Reader(table, compound, columns)
    people: list[Person] = []
    start = 0
    names = [row[reader.id] for row in table.rows]
    for row in range(1, len(names) + 1):
        if row == len(names) or not _same_person(names[row], names[start]):
            rows = range(start, row)
            people.append(Person(names[start], rows, tuple(reader.person(rows))))
            start = row
    return people


def _same_person(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        return float(one) == float(other)
    except ValueError:
        return False


class _Reader:
    def __init__(self, table: Table, compound: Compound, columns: Mapping[Item, int]) -> None:
        self.table = table
        self.compound = compound
        self.places = {name: table.find(name) for name in (*DOSE_ITEMS, "EVID", "MDV", "CMT")}
        self.id, self.time = table.place("ID", table.where), table.place("TIME", table.where)
        self.entry_columns = columns
        self.entry_numbers = {
            item: number for item, number in compound.entries.items() if not isinstance(number, str)
        }
        self.known_entries: dict[tuple[tuple[float | None, ...], ...], tuple[Entry, ...]] = {}

    def person(self, rows: range) -> Iterable[Record]:
        now = None
        for row in rows:
            if self.table.rows[row][self.id] in MISSING:
                raise InputError("a value is needed", where=self.table.at(row, self.id))
            record = self._record(row)
            if now is not None and record.time < now and record.kind not in (RESET, RESET_AND_DOSE):
                raise InputError(
                    "time goes back, which only EVID 3 and 4 may do",
                    where=self.table.at(row, self.time),
                    value=record.time,
                    allowed=f"{now:g} or later",
                )
            now = record.time
            yield record

    def _record(self, row: int) -> Record:
        time = self.table.number(row, self.time)
        if time is None:
            raise InputError("a value is needed", where=self.table.at(row, self.time))
        if abs(time) > LONGEST:
            raise InputError("impossible time", where=self.table.at(row, self.time), value=time)
        amount, rate, interval, additional, steady = (self._number(row, name) for name in DOSE_ITEMS)
        given = {
            name: value
            for name, value in zip(DOSE_ITEMS, (amount, rate, interval, additional, steady), strict=True)
            if value != 0.0
        }
        kind = self._kind(row, bool(given))
        dosed = kind in (DOSE, RESET_AND_DOSE)
        if dosed:
            self._check_dose(row, amount, rate, interval, additional, steady)
        elif given:
            name = next(iter(given))
            raise self._error(
                row,
                name,
                f"a record with EVID {kind} gives no dose",
                given[name],
                "0 or ., or EVID 1 for a dose",
            )
        compartment, off = self._compartment(row, kind)
        return Record(
            time=time,
            kind=kind,
            entries=self._entries(row, compartment if dosed else None, rate),
            compartment=compartment,
            amount=amount,
            rate=rate,
            interval=interval,
            additional=int(additional),
            steady=int(steady),
            switch_off=off,
            where=self.table.at(row),
        )

    def _number(self, row: int, name: str) -> float:
        place = self.places[name]
        return 0.0 if place is None else self.table.number(row, place) or 0.0

    def _error(self, row: int, name: str, what: str, value: object = None, allowed: str = "") -> InputError:
        place = self.places[name]
        where = f"{self.table.at(row)}: {name}" if place is None else self.table.at(row, place)
        return InputError(what, where=where, value=value, allowed=allowed)

    def _kind(self, row: int, gives_dose: bool) -> int:
        """EVID; where there is no such column as NM-TRAN supplies it."""
        missing = self._number(row, "MDV")
        if missing not in (0.0, 1.0, 100.0, 101.0):
            raise self._error(row, "MDV", "impossible value", missing, "0, 1, 100, 101")
        if self.places["EVID"] is None:
            return DOSE if gives_dose else OTHER if missing in (1.0, 101.0) else OBSERVATION
        kind = self._number(row, "EVID")
        if kind not in (OBSERVATION, DOSE, OTHER, RESET, RESET_AND_DOSE):
            raise self._error(row, "EVID", "impossible value", kind, "0, 1, 2, 3, 4")
        return int(kind)

    def _check_dose(
        self, row: int, amount: float, rate: float, interval: float, additional: float, steady: float
    ) -> None:
        if amount < 0.0:
            raise self._error(row, "AMT", "an amount is not negative", amount)
        if rate < 0.0 and rate not in (MODELLED_RATE, MODELLED_DURATION):
            raise self._error(row, "RATE", "impossible value", rate, "0, a rate above 0, -1, -2")
        if steady not in (0.0, 1.0, 2.0, 3.0):
            raise self._error(row, "SS", "impossible value", steady, "0, 1, 2 (3 is taken for 1)")
        if additional < 0.0 or additional != int(additional):
            raise self._error(row, "ADDL", "a whole number from 0 is needed", additional)
        if interval < 0.0:
            raise self._error(row, "II", "an interval is not negative", interval)
        if amount == 0.0:
            self._check_no_amount(row, rate, interval, additional, steady)
        elif (steady or additional) and interval == 0.0:
            name = "SS" if steady else "ADDL"
            raise self._error(
                row,
                "II",
                f"{name} needs an interval",
                None if self.places["II"] is None else interval,
                "above 0",
            )

    def _check_no_amount(
        self, row: int, rate: float, interval: float, additional: float, steady: float
    ) -> None:
        """AMT may be 0 in one case alone: a constant infusion at steady state, which ends with its record."""
        if not steady:
            raise self._error(row, "AMT", "a dose needs an amount", 0.0, "above 0, or SS 1 with RATE above 0")
        if rate == 0.0 or rate == MODELLED_DURATION:
            raise self._error(
                row, "RATE", "a constant infusion at steady state (AMT 0) needs a rate", rate, "above 0, -1"
            )
        for name, value in (("II", interval), ("ADDL", additional)):
            if value:
                raise self._error(
                    row, name, "a constant infusion at steady state (AMT 0) has none", value, "0"
                )

    def _compartment(self, row: int, kind: int) -> tuple[int, bool]:
        """Place of the compartment (of the default one for CMT 0), and whether it is switched off."""
        place = self.places["CMT"]
        text = "0" if place is None else self.table.rows[row][place]
        if text in MISSING or text == "0":
            return 0, False
        if text.lstrip("+-")[:1].isdecimal():
            value = self.table.number(row, place or 0) or 0.0
            if value == 0.0:
                return 0, False
            text = str(int(abs(value))) if value == int(value) else text
            off = value < 0.0
        else:
            off = False
        found = self.compound.compartment(text)
        count = len(self.compound.roles)
        dosed = kind in (DOSE, RESET_AND_DOSE)
        if found is None and not dosed and text.isdecimal() and int(text) in (count + 1, *OUTPUT):
            return 0, False
        if found is not None and not off:
            return found, False
        if off and found == 0 and self.compound.has_depot and kind in (OTHER, RESET):
            return 0, True
        names = [f"{number} or {name}" for number, name in enumerate(self.compound.compartments, 1)]
        raise InputError(
            "this compartment cannot be switched off here" if off else "no such compartment",
            where=self.table.at(row, place),
            value=shown(self.table.rows[row][place or 0]),
            allowed="-1 with EVID 2, for the depot" if off else ", ".join(names),
            nearest="" if off else nearest_name(text, self.compound.compartments),
        )

    def _entries(self, row: int, dosed: int | None, rate: float) -> tuple[Entry, ...]:
        """What the record says of doses into each compartment; ``dosed`` is the one it gives a dose to."""
        values = tuple(
            tuple(self._entry(row, item, place, dosed == place, rate) for item in ENTRY_ITEMS)
            for place in range(len(self.compound.roles))
        )
        known = self.known_entries.get(values)
        if known is None:
            known = self.known_entries[values] = tuple(Entry(*each) for each in values)
        return known

    def _entry(self, row: int, item: str, place: int, dosed: bool, rate: float) -> float | None:
        number = self.entry_numbers.get((item, place))
        column = self.entry_columns.get((item, place))
        if column is None:
            return number
        value = self.table.number(row, column)
        needed = item in ("fraction", "lag") or rate == (
            MODELLED_DURATION if item == "duration" else MODELLED_RATE
        )
        if not (dosed and needed):  # 0 fills the columns of records to which they mean nothing
            return value if value is not None and value > 0.0 else None
        if value is None:
            return number
        if value < 0.0 or (value == 0.0 and item not in ("fraction", "lag")):
            allowed = "0 or more" if item in ("fraction", "lag") else "above 0"
            raise InputError(
                "impossible value", where=self.table.at(row, column), value=value, allowed=allowed
            )
        return value
