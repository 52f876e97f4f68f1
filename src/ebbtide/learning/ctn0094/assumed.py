"""What the records do not hold and a simulation needs: amounts, routes, clock times (library data)."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import NamedTuple

from pydantic import Field, ValidationError

from ebbtide.library import InputError, Parameter
from ebbtide.library.parameter import Entry, Hours

from .tables import SHIPPED

DAY_H = 24.0


class Clock(Entry):
    """When things happen on a day, and for how long use had been regular."""

    first_use: Hours
    study_dose: Hours
    before: Parameter


class Depot(Entry):
    """The injection that some arms give."""

    product: str
    arm: str
    """Part of the name of those arms."""
    amount: Parameter


class Use(Entry):
    """How a drug is used on a day that a report names."""

    drugs: tuple[str, ...]
    """Its names in the table ``all_drugs``."""
    product: str
    injected: str = ""
    """The product of people who inject; ``product`` where empty."""
    amount: Parameter
    """A day (mg)."""
    every: Hours


class Unknown(Entry):
    """Use before the start of people who report none."""

    drug: dict[int, str]
    """By trial, a name of :attr:`Assumed.use`."""
    share: Parameter
    """Of days."""


class Way(NamedTuple):
    """A product taken at regular hours of a day."""

    name: str
    """The drug as the assumptions call it, or ``study``."""
    product: str
    first_h: float
    every_h: float
    amount_mg: float
    """Of a whole day; 0 where the records hold it."""

    @property
    def hours(self) -> tuple[float, ...]:
        """Clock times (h) of the doses of one day, equal parts of the amount."""
        count = max(round(DAY_H / self.every_h), 1)
        return tuple(self.first_h + i * self.every_h for i in range(count))


class Assumed(Entry):
    """The assumptions as a whole."""

    clock: Clock
    depot: Depot
    arms: dict[str, str] = Field(min_length=1)
    """Part of an arm's name, and the product that its amounts are of."""
    use: dict[str, Use]
    unknown: Unknown

    @property
    def ways(self) -> tuple[Way, ...]:
        """Every way of taking something: reported use, then what the study gives."""
        first, study = self.clock.first_use.to("h"), self.clock.study_dose.to("h")
        result = []
        for name, use in self.use.items():
            for product in dict.fromkeys(p for p in (use.product, use.injected) if p):
                result.append(Way(name, product, first, use.every.to("h"), use.amount.to("mg")))
        products = (*self.arms.values(), self.depot.product)
        return (*result, *(Way("study", product, study, DAY_H, 0.0) for product in products))

    def study_product(self, arm: str) -> str:
        """The product that amounts of an arm are of; ``""`` for an arm that is not known."""
        if self.depot.arm in arm:
            return self.depot.product
        return next((product for part, product in self.arms.items() if part in arm), "")


@lru_cache(maxsize=1)
def assumptions() -> Assumed:
    """Those that come with the library, ``library/ctn0094/assumptions.toml``."""
    path = SHIPPED / "assumptions.toml"
    try:
        return Assumed.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise InputError(str(error), where=str(path)) from error
