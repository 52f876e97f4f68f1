"""What the rules look at: the case as substances, traits and observations, each with its time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property

from ebbtide.case import Alternative, Case, DoseEvent, Intake, Observation, Person
from ebbtide.case.vocabulary import LOCAL_ROUTES
from ebbtide.library import Library, Product
from ebbtide.library.medicines import Medicine

DEPOT_WORDS = (
    "depot", "monthly", "weekly", "implant", "decanoate", "palmitate", "pamoate", "long_acting",
    "extended_release_injection",
)  # fmt: skip

DAY_H = 24.0 - 1e-6
"""Doses this far apart (h) are on different days: three times 8 h is a day in spite of rounding."""


@dataclass(frozen=True)
class Use:
    """One stretch of use of one product: a stream of the history or the doses of one entry."""

    product: str
    route: str
    planned: bool
    start_h: float
    last_h: float
    """Time of the last dose (h after the start)."""
    gone_h: float
    """Time after which it no longer counts as present (h after the start)."""
    end_h: float
    """End of the use itself: of planned doses the rest of the day counts."""
    text: str
    """Amount, how often, from when to when."""
    lasting_h: float
    masses: tuple[tuple[float, float | None], ...]
    """Time (h) and mass as labelled (mg, None where it is not known) of each planned dose; of a stream of
    the history its last time and what it brings in a day.
    """


@dataclass(frozen=True)
class Taken:
    """One substance of the case, whatever products brought it."""

    name: str
    title: str
    tags: frozenset[str]
    qt: str
    sedation: int
    serotonin: int
    uses: tuple[Use, ...]
    beside: frozenset[str] = frozenset()
    """Other compounds of the products that brought it, such as naloxone beside buprenorphine."""
    known: bool = True
    """False for a compound of a user's library that the table of medicines does not have."""

    def is_(self, selector: str) -> bool:
        """Whether a rule about ``selector`` (a name or a class) is about it."""
        return selector == self.name or selector in self.tags

    @property
    def planned(self) -> bool:
        """Whether it is among the doses of the course."""
        return any(use.planned for use in self.uses)

    @property
    def last_h(self) -> float:
        """Time of the last dose (h after the start)."""
        return max(use.last_h for use in self.uses)

    @cached_property
    def least_daily_mg(self) -> float:
        """Most of the active compound in any 24 h (mg), doses without a known mass left out."""
        before = [mass for use in self.uses if not use.planned for _, mass in use.masses]
        planned = sorted(
            (time, mass) for use in self.uses if use.planned for time, mass in use.masses if mass
        )
        return max(sum(mass or 0.0 for mass in before), _most_in_a_day(planned))

    @property
    def daily_mg(self) -> float | None:
        """The same; None where the mass of some dose is not known."""
        unknown = any(mass is None for use in self.uses for _, mass in use.masses)
        return None if unknown else self.least_daily_mg

    def regular_h(self, least_h: float) -> float:
        """How long the longest use lasted (h), 0 where it lasted less than ``least_h``."""
        longest = max(use.lasting_h for use in self.uses)
        return longest if longest >= least_h else 0.0

    @property
    def told(self) -> list[str]:
        """The uses in words, in an order that does not depend on the file."""
        return sorted(use.text for use in self.uses)


@dataclass(frozen=True)
class Facts:
    """One course of a case: its history, its doses and those of one alternative, if any."""

    case: Case
    library: Library
    course: str = ""
    """Id of the alternative, or empty for the case as written."""
    doses: tuple[DoseEvent, ...] = ()
    substances: tuple[Taken, ...] = field(default=())

    @property
    def person(self) -> Person:
        """The person of the case."""
        return self.case.person

    @cached_property
    def present(self) -> tuple[Taken, ...]:
        """Substances that are, or still count as, present at some time from the start on."""
        return tuple(s for s in self.substances if any(use.gone_h >= 0 for use in s.uses))

    def tagged(self, selector: str) -> tuple[Taken, ...]:
        """Present substances that a name or class selects."""
        return tuple(s for s in self.present if s.is_(selector))

    def all(self, kind: str, name: str) -> tuple[Observation, ...]:
        """Observations of one kind and name, in order of time."""
        return tuple(o for o in self.case.observations if (o.kind, o.name) == (kind, name))

    def latest(self, kind: str, name: str) -> Observation | None:
        """The newest observation of a kind and name."""
        found = self.all(kind, name)
        return found[-1] if found else None

    def observed(self, *signs: str) -> tuple[Observation, ...]:
        """The newest observation of each of some signs that were seen."""
        newest = (self.latest("sign", sign) for sign in signs)
        return tuple(o for o in newest if o is not None)

    def has_condition(self, *names: str) -> bool:
        """Whether the person has any of some conditions."""
        return any(name in self.person.conditions for name in names)

    def when(self, time_h: float) -> str:
        """Local date and time of an hour after the start."""
        return f"{self.case.start + timedelta(hours=time_h):%Y-%m-%d %H:%M}"

    def seen(self, observation: Observation) -> str:
        """When an observation was made, and what it said."""
        o = observation
        if o.name == "blood_pressure":
            said = f"{o.items['systolic']}/{o.items['diastolic']} mmHg"
        elif o.value is None:
            said = f"{o.low:g} to {o.high:g} {o.unit}" if o.low is not None and o.high is not None else "seen"
        else:
            said = f"{round(o.value, 4):g}" + ("" if o.unit in ("dimensionless", "") else f" {o.unit}")
        limit = "" if o.upper_limit is None else f" (upper limit {round(o.upper_limit, 4):g})"
        return f"{said}{limit}, {self.when(o.time_h)}"


def facts_of(case: Case, library: Library, alternative: Alternative | None = None) -> Facts:
    """The facts of the case as written, or with one of its alternatives."""
    added = () if alternative is None else alternative.doses
    doses = tuple(sorted((*case.doses, *added), key=lambda dose: dose.time_h))
    frame = Facts(case, library, "" if alternative is None else alternative.id, doses)
    uses: dict[str, list[Use]] = {}
    intakes: dict[str, list[Intake]] = {}
    for intake, use in (*_of_history(case, frame), *_of_doses(doses, frame)):
        if intake.route in LOCAL_ROUTES:
            continue
        for name in intake.medicines or (_active(intake, case, library),):
            uses.setdefault(name, []).append(_lasting(use, name, library))
            intakes.setdefault(name, []).append(intake)
    substances = tuple(
        _taken(
            name, tuple(sorted(uses[name], key=lambda u: (u.start_h, u.text))), intakes[name], case, library
        )
        for name in sorted(uses)
    )
    return Facts(case, library, frame.course, doses, substances)


def _of_history(case: Case, frame: Facts) -> Iterator[tuple[Intake, Use]]:
    for h in case.history:
        text = (
            f"{h.title} {h.amount_text} every {_span(h.interval_h)} for {_span(h.duration_h)}, "
            f"last {frame.when(h.last_h)}"
        )
        mass = _labelled_mg(h, frame)
        daily = None if mass is None else mass * max(24.0 / h.interval_h, 1.0)
        yield (
            h,
            Use(
                h.product,
                h.route,
                planned=False,
                start_h=h.last_h - h.duration_h,
                last_h=h.last_h,
                gone_h=h.last_h,
                end_h=h.last_h,
                text=text,
                lasting_h=h.duration_h,
                masses=((h.last_h, daily),),
            ),
        )


def _of_doses(doses: Sequence[DoseEvent], frame: Facts) -> Iterator[tuple[Intake, Use]]:
    day_h = frame.library.safety["presence"]["planned_day"].to("h")
    entries: dict[str, list[DoseEvent]] = {}
    for dose in doses:
        entries.setdefault(dose.label, []).append(dose)
    for events in entries.values():
        first, last = events[0], events[-1]
        last_h = last.time_h + last.over_h
        many = f"{len(events)} doses from {frame.when(first.time_h)} to {frame.when(last.time_h)}"
        yield (
            first,
            Use(
                first.product,
                first.route,
                planned=True,
                start_h=first.time_h,
                last_h=last_h,
                gone_h=last_h,
                end_h=last_h + day_h,
                text=f"{first.title} {first.amount_text}, "
                + (frame.when(first.time_h) if len(events) == 1 else many),
                lasting_h=last.time_h - first.time_h,
                masses=tuple((event.time_h, _labelled_mg(event, frame)) for event in events),
            ),
        )


def _labelled_mg(intake: Intake, frame: Facts) -> float | None:
    """Mass as labels count it (mg): of the salt, where a medicine's amount is of the salt."""
    if intake.active_mg is None or not intake.amounts_nmol:
        return intake.active_mg
    product = _product(intake, frame.case, frame.library)
    share = next((c.amount for c in product.contents if c.compound == product.active), None)
    if product.amount_is_product or share is None or share.unit != "dimensionless" or share.value <= 0:
        return intake.active_mg
    return intake.active_mg / share.value


def _most_in_a_day(masses: Sequence[tuple[float, float | None]]) -> float:
    """The largest sum (mg) of doses within 24 h; times in order."""
    most, total, first = 0.0, 0.0, 0
    for time_h, mass in masses:
        total += mass or 0.0
        while time_h - masses[first][0] >= DAY_H:
            total -= masses[first][1] or 0.0
            first += 1
        most = max(most, total)
    return most


def _lasting(use: Use, name: str, library: Library) -> Use:
    """The use with the time until which it counts as present."""
    presence = library.safety["presence"]
    days = library.medicines[name].lingers_d if name in library.medicines else presence["lingers"].to("d")
    if is_depot(use.product):
        days = max(days, presence["depot"].to("d"))
    return replace(use, gone_h=use.last_h + days * 24.0)


def is_depot(product: str) -> bool:
    """Whether a product is one that releases over weeks."""
    return any(word in product for word in DEPOT_WORDS)


def _active(intake: Intake, case: Case, library: Library) -> str:
    return library.compound(_product(intake, case, library).active).name


def _product(intake: Intake, case: Case, library: Library) -> Product:
    own = case.products.get(intake.product)
    return own.product if own is not None else library.product(intake.product)


def _taken(
    name: str, uses: tuple[Use, ...], intakes: Sequence[Intake], case: Case, library: Library
) -> Taken:
    beside = frozenset[str]().union(*(_beside(intake, case, library) for intake in intakes))
    if name in library.medicines:
        medicine: Medicine = library.medicines[name]
        return Taken(
            name,
            medicine.title,
            medicine.tags,
            medicine.qt,
            medicine.sedation,
            medicine.serotonin,
            uses,
            beside,
        )
    compound = library.compound(name)
    classes = {*compound.classes, *_product(intakes[0], case, library).classes}
    implied = library.medicines.implied
    tags = frozenset(classes).union(*(implied.get(tag, frozenset()) for tag in classes))
    return Taken(
        name,
        compound.title,
        tags,
        "known" if "qt_prolonging" in tags else "",
        1 if {"opioid", "gaba_sedative", "sedating"} & tags else 0,
        1 if "serotonergic" in tags else 0,
        uses,
        beside,
        known=False,
    )


def _beside(intake: Intake, case: Case, library: Library) -> set[str]:
    """What a product of the library or the case holds besides its active compound."""
    if intake.product not in case.products and intake.product not in library.products:
        return set()
    product = _product(intake, case, library)
    return {content.compound for content in product.contents} - {product.active}


def _span(hours: float) -> str:
    return f"{hours / 24.0:g} d" if hours >= 48.0 else f"{hours:g} h"
