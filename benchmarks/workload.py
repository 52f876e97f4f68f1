"""The workloads: real cases of about 45 states, 14 days, 200 doses and nine quantities every hour.

Nothing was used before the start, so that every solver begins at rest and has the same work.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ebbtide.case import Case, parse_case
from ebbtide.library import Library

DAYS = 14
EVERY_H = 1.0
START = "2026-03-02T08:00:00+00:00"
Dose = Mapping[str, Any]


@dataclass(frozen=True)
class Workload:
    """A case, and the nine quantities that are asked of it."""

    name: str
    title: str
    doses: tuple[Dose, ...]
    """In the grammar of a case file."""
    quantities: tuple[str, ...]
    days: float = DAYS
    history: tuple[Dose, ...] = ()
    """Regular use before the start; only the engine's own row has any."""

    def case(self, library: Library) -> Case:
        """The case; weight and all else that differs between people is unknown, so drawn."""
        raw = {
            "case": {"id": self.name, "start": START, "duration": f"{self.days:g} d"},
            "person": {"child_pugh": "none", "egfr": 100, "cyp2d6": "normal"},
            "doses": [dict(dose) for dose in self.doses],
            "history": [dict(use) for use in self.history],
        }
        return parse_case(raw, library, self.name)

    def over(self, days: float) -> Workload:
        """The course cut off after ``days``, with the doses until then."""
        doses = []
        for dose in self.doses:
            first, every = (float(dose[key].removesuffix(" h")) for key in ("at", "every"))
            left = math.ceil((days * 24.0 - first) / every)
            if left > 0:
                doses.append({**dose, "count": min(left, dose["count"])})
        return replace(self, days=days, doses=tuple(doses))


def _every(product: str, amount: str, at: str, hours: float, count: int) -> Dose:
    return {"product": product, "amount": amount, "at": at, "every": f"{hours:g} h", "count": count}


BODY = ("mor.signal", "cows", "sows", "craving", "ventilation", "pain", "sleep.total")

STANDARD = Workload(
    "standard",
    "morphine for nine days, lowered in steps and stopped; clonidine, magnesium and melatonin",
    (
        _every("morphine_oral", "60 mg", "0 h", 4, 24),
        _every("morphine_oral", "30 mg", "96 h", 4, 18),
        _every("morphine_oral", "15 mg", "168 h", 4, 12),
        _every("clonidine_tablet", "0.1 mg", "2 h", 6, 55),
        _every("magnesium_citrate", "300 mg", "3 h", 6, 55),
        _every("melatonin_tablet", "3 mg", "13 h", 12, 27),
        _every("clonidine_tablet", "0.2 mg", "217 h", 12, 9),
    ),
    ("plasma.morphine", "plasma.clonidine", *BODY),
)

SLOW_BINDER = Workload(
    "slow-binder",
    "smoked heroin for nine days under rising buprenorphine, which stays on the receptor for hours",
    (
        _every("heroin_smoked", "100 mg", "0 h", 3, 73),
        _every("buprenorphine_sublingual_tablet", "0.4 mg", "24 h", 2, 98),
        _every("buprenorphine_sublingual_tablet", "4 mg", "220 h", 4, 29),
    ),
    ("plasma.morphine", "plasma.buprenorphine", *BODY),
)

REACTIVE = Workload(
    "reactive",
    "methadone, and kratom tea from the fourth day, whose alkaloids change the enzymes",
    (
        _every("methadone_liquid", "10 mg", "0 h", 6, 56),
        _every("kratom_tea", "2 g", "73 h", 3, 80),
        _every("melatonin_tablet", "3 mg", "13 h", 12, 27),
        _every("magnesium_citrate", "300 mg", "14 h", 8, 37),
    ),
    ("plasma.methadone", "plasma.mitragynine", *BODY),
)

HISTORY: Dose = {
    "product": "morphine_oral",
    "amount": "60 mg",
    "every": "4 h",
    "for": "900 d",
    "last": "4 h before start",
}
WITH_HISTORY = replace(
    STANDARD, name="with-history", title="standard after 900 days of use", history=(HISTORY,)
)

WORKLOADS: Mapping[str, Workload] = {w.name: w for w in (STANDARD, SLOW_BINDER, REACTIVE)}


def thinned(workload: Workload, share: float) -> Workload:
    """The workload with about this share of its doses, each rule with fewer of them."""
    doses = [dict(dose, count=max(round(dose["count"] * share), 1)) for dose in workload.doses]
    return replace(workload, doses=tuple(doses))


def count_doses(doses: Sequence[Dose]) -> int:
    """How many doses the rules give."""
    return sum(int(dose["count"]) for dose in doses)
