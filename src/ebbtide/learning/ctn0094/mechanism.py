"""The mechanism over everybody at once: what it computes for each person at hours of wanted days.

What is said of a day rests on rows of that day and earlier ones alone. Adaptation, drive and all else are
those of the engine; amounts that the records do not hold are those of :mod:`.assumed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ebbtide.engine.run import CHUNKS, THREADS
from ebbtide.library import load_library
from ebbtide.physiology.adaptation import PARTS

from .cohort import HOURS, make_cohort
from .intakes import intakes
from .setup import set_up
from .tables import Tables

Array = NDArray[np.float64]
QUANTITIES = (
    "mor.occupancy",
    "mor.signal",
    "cows",
    "sows",
    "craving",
    "symptom.muscle_aches",
    "symptom.anxiety",
    "symptom.insomnia",
    "symptom.restlessness",
    "symptom.low_mood",
    "sleep.total",
    "risk.return_to_use",
    "risk.leave_programme",
    "plasma.buprenorphine",
    "plasma.methadone",
    "plasma.naltrexone",
    "plasma.morphine",
    "plasma.oxycodone",
)
AT_MIDNIGHT = (*(f"adaptation.{part}" for part in PARTS), "rebound")
"""States of the body in which a day begins."""
COLUMNS = (*(f"{name}@{hour:g}" for hour in HOURS for name in QUANTITIES), *AT_MIDNIGHT)


class _Part(NamedTuple):
    """What was found for some of the wanted rows."""

    rows: NDArray[np.intp]
    mean: NDArray[np.float32]
    """Over twins, shape ``(rows, columns)``."""
    sd: NDArray[np.float32]


def mechanism_by_day(
    tables: Tables, wanted: pd.DataFrame | None = None, *, twins: int = 1, seed: int = 1
) -> pd.DataFrame:
    """What the mechanism shows of each person on each wanted day.

    Parameters
    ----------
    wanted
        Rows with columns ``who`` and ``when``; by default every day with a rating.
    twins
        1 is the typical person of known age and sex. More are people who differ in all that is unknown (the
        same ones for everybody): columns then hold their mean, and ``sd.cows`` and ``sd.sows`` their spread
        at 08:00.

    Returns
    -------
    DataFrame
        ``who`` and ``when``, one row for each different row of ``wanted``; a column for each quantity and
        clock time (``cows@8``; plasma in nM), and the states at midnight.
    """
    wanted = tables["withdrawal"] if wanted is None else wanted
    rows = wanted[["who", "when"]].dropna().drop_duplicates()
    rows = rows[rows["who"].isin(tables.who)].sort_values(["who", "when"], ignore_index=True)
    mean = np.zeros((len(rows), len(COLUMNS)), dtype=np.float32)
    sd = np.zeros_like(mean)
    if len(rows):
        for part in _parts(tables.of(rows["who"].to_numpy()), rows, twins, seed):
            mean[part.rows], sd[part.rows] = part.mean, part.sd
    frame = pd.concat([rows, pd.DataFrame(mean, columns=list(COLUMNS))], axis=1)
    if twins > 1:
        for scale in ("cows", "sows"):
            frame[f"sd.{scale}"] = sd[:, COLUMNS.index(f"{scale}@8")]
    return frame


def _parts(tables: Tables, rows: pd.DataFrame, twins: int, seed: int) -> Iterator[_Part]:
    """Chunks of people, those who stay for as long together."""
    taken = intakes(tables, int(rows["when"].max()))
    shared = set_up(load_library(), taken.ways)
    states = [shared.composition.body.state_names.index(name) for name in AT_MIDNIGHT]
    person = pd.Index(tables.who).get_indexer(pd.Index(rows["who"]))
    day = rows["when"].to_numpy(np.int64) - taken.first_day
    last = np.zeros(len(tables.who), dtype=np.int64)
    np.maximum.at(last, person, day)
    order = np.argsort(last, kind="stable")
    size = next((c for c in CHUNKS if len(order) * twins <= c), CHUNKS[-1])
    each = max(size // twins, 1)

    def one(start: int) -> _Part:
        chosen = order[start : start + each]
        places = np.arange(each * twins)
        who = chosen[np.minimum(places // twins, len(chosen) - 1)]
        cohort = make_cohort(shared, taken, tables, QUANTITIES, who, places % twins, seed)
        mine = np.flatnonzero(np.isin(person, chosen))
        column = np.zeros(len(tables.who), dtype=np.int64)
        column[chosen] = np.arange(len(chosen)) * twins
        found = np.zeros((len(mine), twins, len(COLUMNS)), dtype=np.float32)
        for today, course, state in cohort.days(int(last[chosen].max()) + 1):
            at = np.flatnonzero(day[mine] == today)
            if not len(at):
                continue
            columns = column[person[mine[at]]][:, None] + np.arange(twins)
            seen = np.asarray(course.rows)[: len(HOURS)].reshape(-1, each * twins)
            seen = np.concatenate([seen, np.asarray(state.body)[states]])
            found[at] = np.moveaxis(seen[:, columns], 0, -1)
        return _Part(mine, found.mean(axis=1), found.std(axis=1))

    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(one, range(0, len(order), each))
