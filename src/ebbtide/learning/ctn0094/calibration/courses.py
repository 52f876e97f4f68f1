"""Courses of a scale on chosen days for everybody, with derivatives: days of :mod:`.slopes`, then mornings.

Signs settle within minutes to an hour, so they are followed only from midnight to the hour of a rating; on
the way there adaptation and rebound are enough. That saves most of the time and changes nothing that can be
seen: what a sign was at midnight has faded to less than a ten-millionth by the morning.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import NDArray

from ebbtide.engine.run import CHUNKS, THREADS
from ebbtide.engine.schedule import schedules
from ebbtide.library import Library
from ebbtide.physiology.arrays import Values

from .. import tables as ctn0094
from ..cohort import Cohort, make_cohort
from ..intakes import intakes
from ..setup import set_up
from .shifts import NAMES
from .slopes import Moving, Structure, as_given, day, midnights, without_signs

Array = NDArray[np.float64]
COARSE = 0.5
"""Refinement of the mesh: errors of about 0.1 points, far below what a rating can tell."""


class Courses(NamedTuple):
    """Log odds of a scale (its points over the points that are left) at each row, and their derivatives."""

    log_odds: Float[Array, "rows scales"]
    slope: Float[Array, "rows scales directions"]


def courses(
    people: ctn0094.Tables,
    rows: pd.DataFrame,
    library: Library,
    hour: float,
    shifts: Array | None = None,
    directions: Array | None = None,
    scales: tuple[str, ...] = ("cows", "sows"),
) -> Courses:
    """Courses at ``hour`` of the days of ``rows`` (columns ``who`` and ``when``), in their order.

    Parameters
    ----------
    shifts
        Of the numbers of :data:`.shifts.NAMES`; none by default.
    directions
        Along which the courses are differentiated; by default along each shift.
    """
    shifts = np.zeros(len(NAMES)) if shifts is None else shifts
    directions = np.eye(len(NAMES)) if directions is None else directions
    people = people.of(rows["who"].to_numpy())
    taken = intakes(people, int(rows["when"].max()))
    whole = set_up(library, taken.ways, parts=())
    person = pd.Index(people.who).get_indexer(pd.Index(rows["who"]))
    on_day = rows["when"].to_numpy(np.int64) - taken.first_day
    last = np.zeros(len(people.who), dtype=np.int64)
    np.maximum.at(last, person, on_day)
    order = np.argsort(last, kind="stable")
    size = next((c for c in CHUNKS if len(order) <= c), CHUNKS[-1])
    points = np.zeros((len(rows), len(scales)))
    slope = np.zeros((len(rows), len(scales), len(directions)))

    def one(start: int) -> None:
        chosen = order[start : start + size]
        mine = np.flatnonzero(np.isin(person, chosen))
        column = np.zeros(len(people.who), dtype=np.int64)
        column[chosen] = np.arange(len(chosen))

        padded, twin = np.resize(chosen, size), np.zeros(size, dtype=np.intp)
        cohort = make_cohort(whole, taken, people, scales, padded, twin, refinement=COARSE, hours=(hour,))
        mornings = Mornings(cohort, library, shifts, directions)
        core = without_signs(cohort)
        structure = Structure.of(core, library)
        for today, now in midnights(core, structure, shifts, directions, int(last[chosen].max()) + 1):
            at = mine[on_day[mine] == today]
            mornings.add(at, column[person[at]], today, now)
        for at, seen, change in mornings.run():
            points[at], slope[at] = seen, change

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(0, len(order), size)))
    left = np.array([natural_maximum(library, scale) for scale in scales]) - points
    return Courses(np.log(points / left), slope * (1.0 / points + 1.0 / left)[..., None])


class Mornings:
    """Days with a rating, from midnight to its hour, as many at once as people in a chunk."""

    def __init__(self, cohort: Cohort, library: Library, shifts: Array, directions: Array) -> None:
        self.cohort, self.shifts, self.directions = cohort, shifts, directions
        self.structure = Structure.of(cohort, library)
        self.kept: list[tuple[NDArray[Any], ...]] = []

    def add(self, rows: NDArray[np.intp], columns: NDArray[np.int64], today: int, now: Moving) -> None:
        """The ``rows`` of one day, of the people in these ``columns``."""
        if len(rows):
            jumps = self.cohort.jumps(today)[..., columns]
            state = [np.asarray(part)[..., columns] for part in now]
            self.kept.append((rows, columns, jumps, *state))

    def run(self) -> Iterator[tuple[NDArray[np.intp], Array, Array]]:
        """Rows with points ``(rows, scales)`` and slopes ``(rows, scales, directions)``."""
        if not self.kept:
            return
        parts = [np.concatenate(part, axis=-1) for part in zip(*self.kept, strict=True)]
        count, size = len(parts[0]), self.cohort.people.count
        batch, hour = self.cohort.batch, self.cohort.hours[0]
        doses = [(at, index) for index, at in enumerate(self.cohort.setup.hours) if at < hour]
        [(plan, _)] = schedules(batch.mesh(0.0, hour, doses, (hour,)))
        for start in range(0, count, size):
            here = np.minimum(np.arange(start, start + size), count - 1)
            columns, jumps, modes, body, slope = (np.asarray(part[..., here]) for part in parts[1:])
            pick = partial(jnp.take, indices=columns, axis=-1)
            own = jax.tree.map(pick, (batch.numbers, batch.modes))
            some = replace(batch, numbers=own[0], modes=own[1], known_tables={})
            now = Moving(jnp.asarray(modes), self._whole(body), self._whole(slope))
            given = as_given(some, plan, self.shifts, self.directions)
            seen, change, _ = day(self.structure, given, jnp.asarray(jumps), now)
            kept = min(size, count - start)
            rows = parts[0][start : start + kept]
            yield (
                rows,
                np.asarray(seen)[0].T[:kept],
                np.moveaxis(np.asarray(change)[:, 0], 0, -1).swapaxes(0, 1)[:kept],
            )

    def _whole(self, body: Array) -> Float[Values, "... states people"]:
        """States of the body without signs as those of the whole body, whose signs begin at rest."""
        more = self.structure.system.size - body.shape[-2]
        rest = np.zeros((*body.shape[:-2], more, body.shape[-1]))
        return jnp.asarray(np.concatenate([body, rest], axis=-2))


def natural_maximum(library: Library, scale: str) -> float:
    """The most points of a scale."""
    return float(sum(item.maximum for item in library.scale(scale).items))
