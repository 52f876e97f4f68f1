"""One person of the tables as a case file: what is recorded, and which of it is assumed.

History and doses are those of :mod:`.intakes`, so that the case computes what :mod:`.mechanism` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from ebbtide.library import InputError

from .assumed import DAY_H, Way, assumptions
from .intakes import WINDOW_D, Intakes, intakes
from .tables import Tables

DAYS_AFTER = 30
DAILY = 0.75
"""A habit of at least this share of days is written as use on every day."""
SCALES = {27: "COWS", 30: "COWS", 51: "SOWS"}
HEADER = """# Person {who} of CTN-0094 (trial {project}, {arm}), de-identified and public; see
# examples/ctn0094/README.md for the licence. Recorded: days of drug use, doses of study medicine (mg),
# ratings 0-3 ({scale} bands in trial {project}). Assumed, because the records do not hold it:
# - clock times
{assumed}
# Study day 0 is day {zero} of this case; the calendar date is invented.
"""


def case_text(tables: Tables, who: int, days_after: int = DAYS_AFTER) -> str:
    """The case file of a person, from 30 days before day 0 to ``days_after`` days after it.

    Raises
    ------
    InputError
        When nobody is called ``who``.
    """
    if who not in set(tables.who.tolist()):
        raise InputError("no such person", where=str(tables.folder), value=f"who = {who}")
    own = tables.of(np.array([who]))
    taken = intakes(own, days_after - 1)
    project = int(own.project[who])
    arms = own["randomization"].sort_values("which")["treatment"].tolist()
    return "\n".join(
        [
            _header(taken, who, project, str(arms[0]) if arms else "not randomised"),
            f'[case]\nid = "ctn0094_{who}"\n'
            f'title = "Person {who} of CTN-0094: recorded use, doses and ratings"\n'
            f'start = 2010-01-01T00:00:00-05:00\nduration = "{WINDOW_D + days_after} d"\n',
            _person(own),
            *_habit(taken),
            *_doses(taken),
            *_observations(own, project, days_after),
        ]
    )


def runs(days: Iterable[int]) -> list[tuple[int, int]]:
    """First day and length of each run of consecutive days."""
    found: list[tuple[int, int]] = []
    for day in sorted(set(days)):
        if found and day == found[-1][0] + found[-1][1]:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((day, 1))
    return found


def _day(when: int) -> int:
    """The day of the case that is study day ``when``; a case begins with day 1."""
    return when + WINDOW_D + 1


def _each(way: Way) -> float:
    return way.amount_mg / len(way.hours)


def _used(taken: Intakes) -> list[Way]:
    some = (taken.amount_mg[0] > 0).any(axis=0) | (taken.habit_mg[0] > 0)
    return [way for way, used in zip(taken.ways, some, strict=True) if used and way.name != "study"]


def _header(taken: Intakes, who: int, project: int, arm: str) -> str:
    before = assumptions().clock.before.to("d")
    assumed = [f"{_each(w):g} mg every {w.every_h:g} h as {w.product} on a day of use" for w in _used(taken)]
    if not taken.reported[0]:
        assumed.append(
            "use before day 0, which is not reported: by the risk survey, else the trial's usual drug"
        )
    assumed.append(f"that use was the same for {before:g} d before this case")
    lines = "\n".join(f"# - {line}" for line in assumed)
    return HEADER.format(
        who=who, project=project, arm=arm, scale=SCALES[project], zero=_day(0), assumed=lines
    )


def _person(own: Tables) -> str:
    known = own["demographics"]
    lines = ["[person]"]
    if len(known) and np.isfinite(known["age"].iloc[0]):
        lines.append(f"age_years = {known['age'].iloc[0]:g}")
    sex = {"Yes": "male", "No": "female"}.get(known["is_male"].iloc[0]) if len(known) else None
    return "\n".join([*lines, *([f'sex = "{sex}"'] if sex else [])]) + "\n"


def _habit(taken: Intakes) -> Iterator[str]:
    """Regular use before the case: with use on few days, at longer intervals."""
    before = assumptions().clock.before.to("d")
    for way, mg in zip(taken.ways, taken.habit_mg[0], strict=True):
        if way.name == "study" or mg <= 0:
            continue
        share = float(mg) / way.amount_mg
        every = way.every_h if share >= DAILY else round(way.every_h / share)
        last = DAY_H - way.hours[-1]
        yield (
            f'[[history]]\nproduct = "{way.product}"\namount = "{_each(way):g} mg"\nevery = "{every:g} h"\n'
            f'for = "{before:g} d"\nlast = "{last:g} h before start"\n'
        )


def _doses(taken: Intakes) -> Iterator[str]:
    """Doses of equal amount on consecutive days are one rule."""
    study_h = assumptions().clock.study_dose.to("h")
    first_dose = int(taken.first_dose_day[0]) if np.isfinite(taken.first_dose_day[0]) else None
    for index, way in enumerate(taken.ways):
        mg = taken.amount_mg[0, :, index]
        for amount in np.unique(mg[mg > 0]):
            days = [int(d) - WINDOW_D for d in np.flatnonzero(mg == amount)]
            # on the day of the first study dose nobody uses before it
            late = [d for d in days if d == first_dose and way.name != "study"]
            for start, length in runs(d for d in days if d not in late):
                count = len(way.hours) * length
                yield _rule(way, float(amount), _day(start), way.hours[0], count)
            for day in late:
                hours = [h for h in way.hours if h >= study_h]
                if hours:
                    yield _rule(way, float(amount), _day(day), hours[0], len(hours))


def _rule(way: Way, amount_mg: float, day: int, hour: float, count: int) -> str:
    each = amount_mg / len(way.hours)
    minutes = round(hour * 60)
    every = "1 d" if way.every_h == DAY_H else f"{way.every_h:g} h"
    return (
        f'[[doses]]\nproduct = "{way.product}"\namount = "{each:g} mg"\n'
        f'at = "day {day} {minutes // 60:02d}:{minutes % 60:02d}"\nevery = "{every}"\ncount = {count}\n'
    )


def _observations(own: Tables, project: int, days_after: int) -> Iterator[str]:
    rows = own["withdrawal"]
    for row in rows[rows["when"].between(-WINDOW_D, days_after - 1)].itertuples():
        yield (
            f'[[observations]]\nat = "day {_day(int(row.when))} 08:00"\nscale = "{SCALES[project]}"\n'
            f"rating = {int(row.withdrawal)}\n"
        )
