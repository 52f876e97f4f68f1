"""Doses, history and supports: tables become events and streams, with names, amounts and times resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from ebbtide.library import Compound, InputError, Library, Medicine, Product, unknown_name

from .amounts import read_amount, read_mass_mg
from .model import CaseProduct, DoseEvent, HistoryStream, Support
from .products import find_medicines, find_product
from .quantities import read_hours
from .regimen import MAX_EVENTS, SAME_INSTANT_H, elapsed, repeat
from .schema import RawDose, RawHistory, RawSupport
from .telling import shown
from .times import Clock, whole_days
from .vocabulary import MEDICINE_ROUTES, SUPPORTS

LONGEST_CASE_H = 400 * 24.0
LONGEST_USE_H = 120 * 365.25 * 24.0


class _Intake(TypedDict):
    """The fields of :class:`~ebbtide.case.model.Intake`."""

    product: str
    title: str
    route: str
    amount_text: str
    active_mg: float | None
    amounts_nmol: Mapping[str, float]
    simulated: bool
    base: str
    medicines: tuple[str, ...]


@dataclass(frozen=True)
class DoseReader:
    """Reads entries of one case; ``where`` is always the file and ``label`` the entry, e.g. ``doses[0]``."""

    library: Library
    products: Mapping[str, CaseProduct]
    clock: Clock
    duration_h: float
    weight_kg: float | None

    def doses(self, raw: Sequence[RawDose], where: str, label: str) -> tuple[DoseEvent, ...]:
        """All events of the list ``label``, in order of time.

        Raises
        ------
        InputError
            For an entry that cannot be read, or more than ``MAX_EVENTS`` events together.
        """
        events: list[DoseEvent] = []
        for index, dose in enumerate(raw):
            entry = f"{label}[{index}]"
            intake = self._intake(dose, f"{where}: {entry}")
            times_h = self._times(dose, f"{where}: {entry}")
            over_h = self._over_h(dose.over, f"{where}: {entry}.over")
            if len(events) + len(times_h) > MAX_EVENTS:
                raise InputError(
                    "too many events", where=f"{where}: {label}", allowed=f"at most {MAX_EVENTS:,}"
                )
            events.extend(
                DoseEvent(**intake, time_h=time_h, label=entry, over_h=over_h) for time_h in times_h
            )
        return tuple(sorted(events, key=lambda event: event.time_h))

    def history(self, raw: RawHistory, where: str, label: str) -> HistoryStream:
        """Regular use before the start; :class:`InputError` when it cannot be read."""
        entry = f"{where}: {label}"
        intake = self._intake(raw, entry)
        interval_h = _interval_h(raw.every, f"{entry}.every", LONGEST_USE_H)
        duration_h = read_hours(raw.lasting, f"{entry}.for", '"900 d"')
        if not interval_h <= duration_h <= LONGEST_USE_H:
            raise InputError(
                "impossible length of use",
                where=f"{entry}.for",
                value=shown(raw.lasting),
                allowed="one interval to 120 years",
            )
        last_h = self.clock.read(raw.last, f"{entry}.last", day_allowed=False).time_h
        if not -LONGEST_USE_H <= last_h <= 0:
            what = "the last dose is after the start" if last_h > 0 else "the last dose is too long ago"
            raise InputError(
                what, where=f"{entry}.last", value=shown(raw.last), allowed='"10 h before start"'
            )
        return HistoryStream(
            **intake, interval_h=interval_h, duration_h=duration_h, last_h=last_h, label=label
        )

    def _over_h(self, text: object, where: str) -> float:
        over_h = 0.0 if text is None else read_hours(text, where)
        if not (text is None or 0 < over_h <= LONGEST_CASE_H):
            raise InputError(
                "impossible length of an infusion", where=where, value=shown(text), allowed='"30 min"'
            )
        return over_h

    def support(self, raw: RawSupport, where: str) -> Support:
        """Help other than medicine; :class:`InputError` when it cannot be read."""
        if raw.kind not in SUPPORTS:
            raise unknown_name("support", raw.kind, SUPPORTS, f"{where}.kind")
        time_h = 0.0 if raw.at is None else self._in_case(raw.at, f"{where}.at", "a support")
        every_h = None if raw.every is None else _interval_h(raw.every, f"{where}.every", LONGEST_CASE_H)
        until_h = None if raw.until is None else self._in_case(raw.until, f"{where}.until", "a support")
        if until_h is not None and until_h < time_h:
            raise InputError("ends before it begins", where=f"{where}.until", value=shown(raw.until))
        return Support(kind=raw.kind, time_h=time_h, every_h=every_h, until_h=until_h)

    def compounds(self, product_name: str) -> list[Compound]:
        """The compounds that a product of the case holds."""
        product = find_product(product_name, self.products, self.library, "")
        return [self.library.compound(content.compound) for content in product.contents]

    def _intake(self, raw: RawDose | RawHistory, where: str) -> _Intake:
        if found := find_medicines(raw.product, self.products, self.library):
            return self._by_name(raw, found, where)
        product = find_product(raw.product, self.products, self.library, f"{where}.product")
        dosed = read_amount(
            raw.amount,
            product,
            self.library,
            where,
            as_compound=raw.as_compound,
            weight_kg=self.weight_kg,
        )
        return {
            "product": product.name,
            "title": product.title,
            "route": self._route(raw.route, product, f"{where}.route"),
            "amount_text": str(raw.amount),
            "active_mg": dosed.active_mg,
            "amounts_nmol": dosed.amounts_nmol,
            "simulated": any(c.disposition is not None for c in self.compounds(product.name)),
            "base": self.products[product.name].base if product.name in self.products else product.name,
            "medicines": tuple(m.name for m in self.library.medicines.find(product.active)),
        }

    def _by_name(self, raw: RawDose | RawHistory, found: Sequence[Medicine], where: str) -> _Intake:
        """A medicine without kinetics: checked for safety, not simulated."""
        if raw.route is not None and raw.route not in MEDICINE_ROUTES:
            raise unknown_name("route", raw.route, MEDICINE_ROUTES, f"{where}.route")
        if raw.as_compound is not None:
            raise InputError(
                "the library knows no compounds of it", where=f"{where}.as", value=raw.as_compound
            )
        mass_mg = None
        if raw.amount is not None:
            mass_mg = read_mass_mg(raw.amount, f"{where}.amount", self.weight_kg)
        name = "_".join(medicine.name for medicine in found)
        return {
            "product": name,
            "title": " and ".join(medicine.title for medicine in found).capitalize(),
            "route": raw.route or "not given",
            "amount_text": "amount not given" if raw.amount is None else str(raw.amount),
            "active_mg": mass_mg if len(found) == 1 else None,
            "amounts_nmol": {},
            "simulated": False,
            "base": name,
            "medicines": tuple(medicine.name for medicine in found),
        }

    def _route(self, written: str | None, product: Product, where: str) -> str:
        if written is None:
            return product.route
        routes = (product.route, *product.other_routes)
        if written not in routes:
            raise unknown_name(f'route of "{product.name}"', written, routes, where)
        for compound in self.compounds(product.name):
            if written == product.route and compound.name in product.absorption:
                continue
            if compound.disposition is not None and written not in compound.absorption:
                raise InputError(
                    f'"{compound.name}" has no absorption by this route',
                    where=where,
                    value=written,
                    allowed=", ".join(compound.absorption),
                )
        return written

    def _times(self, raw: RawDose, where: str) -> tuple[float, ...]:
        first = self.clock.read(raw.at, f"{where}.at")
        first_h = self._in_case(raw.at, f"{where}.at", "a dose")
        if raw.every is None:
            for key in ("count", "until"):
                if getattr(raw, key) is not None:
                    raise InputError('needs "every"', where=f"{where}.{key}", value=shown(getattr(raw, key)))
            return (first_h,)
        if raw.count is not None and raw.until is not None:
            raise InputError(
                "count and until exclude each other", where=f"{where}.count", allowed="one of them"
            )
        interval_h = _interval_h(raw.every, f"{where}.every", LONGEST_CASE_H)
        time_of = elapsed(first_h, interval_h)
        if first.wall is not None and (days := whole_days(raw.every, f"{where}.every")):
            time_of = self.clock.same_time_every(first.wall, days)
        try:
            if raw.count is not None:
                times_h = repeat(time_of, count=raw.count, until_h=self.duration_h)
            elif raw.until is not None:
                until_h = self._in_case(raw.until, f"{where}.until", "the end of the doses")
                times_h = repeat(time_of, until_h=until_h)
            else:
                times_h = repeat(time_of, before_h=self.duration_h)
        except InputError as error:
            raise error if error.where else error.within(f"{where}.every") from error
        if raw.count is not None and len(times_h) < raw.count:
            raise InputError(
                "doses after the end of the case",
                where=f"{where}.count",
                value=raw.count,
                allowed=f"at most {len(times_h)}",
            )
        if not times_h:
            raise InputError(
                "no dose falls between these times", where=where, value=shown(raw.until or raw.at)
            )
        return times_h

    def _in_case(self, text: object, where: str, what: str) -> float:
        """A time from the start to the end of the case (h)."""
        time_h = self.clock.read(text, where).time_h
        if time_h < 0:
            hint = " (earlier use goes into [[history]])" if what == "a dose" else ""
            raise InputError(f"{what} is before the start of the case{hint}", where=where, value=shown(text))
        if time_h > self.duration_h + SAME_INSTANT_H:
            raise InputError(
                f"{what} is after the end of the case",
                where=where,
                value=shown(text),
                allowed=f"up to {self.duration_h:g} h",
            )
        return time_h


def _interval_h(text: object, where: str, longest_h: float) -> float:
    interval_h = read_hours(text, where)
    if not 0 < interval_h <= longest_h:
        raise InputError(
            "impossible interval",
            where=where,
            value=shown(text),
            allowed=f"more than 0 to {longest_h / 24:.0f} d",
        )
    return interval_h
