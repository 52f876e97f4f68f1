"""Who is looked at: all, those who rose, or those still there by the hazards of leaving and returning."""

from __future__ import annotations

from typing import cast

import numpy as np
from numpy.typing import NDArray

from ebbtide.case.checking import checked
from ebbtide.library import InputError, unknown_name

from .course import Course
from .reading import Reading
from .schema import RawAmong, RawObserved
from .times import DAY_H, Span

Array = NDArray[np.float64]
LEAVING, RETURNING = "risk.leave_programme", "risk.return_to_use"
AMONG: dict[str, tuple[str, ...]] = {
    "all": (),
    "in_programme": (LEAVING,),
    "not_returned": (LEAVING, RETURNING),
}
"""Name of a group to the hazards (per day) that nobody in it has met."""


def read_among(row: RawObserved, where: str) -> RawAmong | tuple[str, ...]:
    """The rise that people must show, or the hazards that they must not have met.

    Raises
    ------
    InputError
        For an unknown group, or a rise without the time that it is counted from.
    """
    if isinstance(row.among, str):
        if row.among not in AMONG:
            raise unknown_name("group", row.among, AMONG, f"{where}.among")
        return AMONG[row.among]
    if row.since is None:
        raise InputError(
            "key is missing", where=f"{where}.from", allowed="the time that a rise is counted from"
        )
    return checked(RawAmong, row.among, f"{where}.among")


def event_free(course: Course, hazards: tuple[str, ...], until_h: float, from_h: float = 0.0) -> Array:
    r"""Probability of each person to have met none of ``hazards`` between two times.

    :math:`\exp(-\int h\,dt)`, with hazards a day.
    """
    total = np.zeros(len(course.people))
    for name in hazards:
        time_h, hazard = course.window(name, Span(from_h, until_h))
        total += cast(Array, np.trapezoid(hazard, time_h, axis=0)) / DAY_H
    return np.exp(-total)


def who(among: RawAmong | tuple[str, ...], reading: Reading, course: Course, visits_h: list[float]) -> Array:
    """A factor on the weight of each person at each visit, shape ``(visits, people)``."""
    if isinstance(among, tuple):
        if not among:
            return np.ones((len(visits_h), len(course.people)))
        return np.stack([event_free(course, among, time_h) for time_h in visits_h])
    assert reading.since_h is not None
    quantity = reading.row.quantity if isinstance(reading.row.quantity, str) else reading.row.quantity[0]
    _, curve = course.window(quantity, reading.span)
    if not len(curve):
        return np.zeros((len(visits_h), len(course.people)))
    rose = curve.max(axis=0) - course.at(quantity, reading.since_h) >= among.rise
    return np.broadcast_to(rose, (len(visits_h), len(rose))).astype(float)
