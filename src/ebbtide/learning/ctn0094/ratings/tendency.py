r"""A person's own tendency to rate high or low, learned from the ratings of earlier days.

The tendency has a part that stays and a part that forgets, :math:`u_t = s\,a + f\,b_t` with :math:`a` and
:math:`b_t` standard normal and :math:`b` an Ornstein-Uhlenbeck process. The probabilities of somebody of whom
nothing is known give the thresholds, moved by :math:`u_t` and sharpened, since they are means over people.
Before the first dose of a medicine both parts weigh in their own way. The distribution of
:math:`(a, b)` is kept on a grid and updated day by day by Bayes' rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray
from scipy.special import expit

from .odds import LEVELS, Array, from_cumulative, thresholds_of

GRID = 19
REACH = 3.3
"""Standard deviations that the grid reaches to."""
LEAST_CHANGE = 1e-4


@dataclass(frozen=True)
class TendencyNumbers:
    """The numbers of one trial."""

    staying: float
    """Standard deviation of the part that stays (log odds)."""
    forgetting: float
    """Standard deviation of the part that forgets (log odds)."""
    memory_days: float
    """Time constant of forgetting."""
    sharpening: float
    """What thresholds of the mean person are multiplied by to be those of one person."""
    staying_before: float
    """Weight of the part that stays before the first dose."""
    forgetting_before: float
    """Weight of the part that forgets before the first dose."""


def given_earlier(
    unconditional: Float[Array, "rows levels"],
    ratings: Float[Array, " rows"],
    who: Int[NDArray[np.int64], " rows"],
    day: Float[Array, " rows"],
    before_treatment: Bool[NDArray[np.bool_], " rows"],
    numbers: TendencyNumbers,
    grid: int = GRID,
) -> Float[Array, "rows levels"]:
    """Probabilities given the same person's ratings on earlier days, never the same or a later one.

    Where there is none, they are the unconditional ones.

    Parameters
    ----------
    unconditional
        Probabilities without any rating of the person.
    ratings
        0 to 3; NaN is predicted, and teaches nothing.
    who, day
        In any order; a person may have several ratings on a day.
    before_treatment
        Whether the row lies before the first dose or on its day.
    """
    points = np.linspace(-REACH, REACH, grid)
    start = np.exp(-0.5 * points**2)
    start /= start.sum()
    person = np.unique(who, return_inverse=True)[1]
    turn = _turns(person, day)
    weight = np.tile(start[:, None] * start[None], (person.max(initial=-1) + 1, 1, 1))
    last_day = np.full(len(weight), np.nan)
    heard = np.zeros(len(weight), dtype=bool)
    cuts = numbers.sharpening * thresholds_of(unconditional)
    stays = numbers.staying * np.where(before_treatment, numbers.staying_before, 1.0)
    forgets = numbers.forgetting * np.where(before_treatment, numbers.forgetting_before, 1.0)
    result = np.zeros((len(who), LEVELS))
    for now in range(turn.max(initial=-1) + 1):
        rows = np.flatnonzero(turn == now)
        those, first = np.unique(person[rows], return_index=True)
        if now > 0:
            kept = np.exp(-(day[rows][first] - last_day[those]) / numbers.memory_days)
            weight[those] = np.einsum("pab,pbc->pac", weight[those], _moves(points, kept))
        tendency = (
            stays[rows, None, None] * points[:, None] + forgets[rows, None, None] * points[None]
        )  # (rows, a, b)
        levels = _levels(cuts[rows], tendency)
        told = np.einsum("rlab,rab->rl", levels, weight[person[rows]])
        result[rows] = np.where(heard[person[rows], None], told, unconditional[rows])
        seen = ~np.isnan(ratings[rows])
        likely = levels[np.flatnonzero(seen), ratings[rows][seen].astype(np.intp)]
        np.multiply.at(weight, person[rows][seen], likely)
        heard[person[rows][seen]] = True
        weight[those] /= weight[those].sum(axis=(1, 2), keepdims=True)
        last_day[those] = day[rows][first]
    return result


def _turns(person: NDArray[np.intp], day: Array) -> NDArray[np.intp]:
    """For each row, how many earlier days its person has."""
    order = np.lexsort((day, person))
    p, d = person[order], day[order]
    new_person = np.append(True, p[1:] != p[:-1])
    new_day = new_person | np.append(True, d[1:] != d[:-1])
    count = np.cumsum(new_day) - 1
    starts = np.maximum.accumulate(np.where(new_person, count, 0))
    turns = np.empty(len(person), dtype=np.intp)
    turns[order] = count - starts
    return turns


def _moves(points: Array, kept: Array) -> Array:
    """Transition of the part that forgets, shape ``(people, from, to)``."""
    spread = np.maximum(1.0 - kept**2, LEAST_CHANGE)[:, None, None]
    step = points[None, None, :] - kept[:, None, None] * points[None, :, None]
    moved = np.exp(-0.5 * step**2 / spread)
    return np.asarray(moved / moved.sum(axis=2, keepdims=True))


def _levels(cuts: Array, tendency: Array) -> Array:
    """Probability of each level at each point of the grid, shape ``(rows, levels, a, b)``."""
    raised = expit(cuts[:, :, None, None] - tendency[:, None])
    return from_cumulative(raised)
