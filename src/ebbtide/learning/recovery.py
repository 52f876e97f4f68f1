"""Whether people with known parameters are recovered: simulation-based calibration.

A person is drawn from the prior, a record is drawn for that person with the noise of its instruments, and
the record is followed. If all is right, the true value of anything is equally likely to have any rank among
the values of the twins (Talts et al. 2018, arXiv:1804.06788), and forecasts of the record cover it as often
as they say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from ebbtide.engine.plan import Plan

from .condition import Conditioned
from .ensemble import resampled
from .follow import condition
from .likelihood import Expected, Instruments, instruments, shown
from .past import PastForecast, past_forecasts
from .readings import Reading, Record
from .twins import Twins

Array = NDArray[np.float64]
FIRST_TRUTH = 1_000_000
"""Number of the first person who is taken for a truth, far from those of any ensemble."""


@dataclass(frozen=True)
class Recovered:
    """One person who was followed with all known."""

    truth: Mapping[str, float]
    ranks: Mapping[str, int]
    """How many twins lie below the truth, by number of the library, ``log likelihood`` among them."""
    places: Mapping[str, float]
    """The truth in standard deviations of the prior, by number of the library."""
    estimates: Mapping[str, float]
    """Mean of the twins, likewise."""
    past: tuple[PastForecast, ...]
    record: Record
    conditioned: Conditioned


def drawn_record(
    record: Record, expected: Expected, degrees: float, generator: np.random.Generator
) -> Record:
    """What would be observed of one person, in place of what the record holds.

    Scores are rounded to whole points, so the record holds totals and levels only.
    """
    seen = instruments(record.readings, degrees)
    drawn = seen.drawn(expected, generator)[:, 0]
    return replace(record, readings=tuple(map(_observed, record.readings, drawn.tolist())))


def _observed(reading: Reading, drawn: float) -> Reading:
    value = shown(reading, drawn)
    if reading.low == reading.high:
        value = float(np.clip(value, reading.floor, reading.ceiling))
        return replace(reading, low=value, high=value)
    half = 0.5
    score = float(np.clip(np.rint(value), reading.floor, reading.ceiling))
    return replace(reading, low=score - half, high=score + half)


def recover(
    plan: Plan, template: Record, names: Sequence[str], people: int, number: int, seed: int = 1
) -> Recovered:
    """Person ``number``: drawn, observed as ``template`` and followed with ``people`` twins."""
    degrees = plan.library.physiology["observation"]["tails"]["degrees"].value
    generator = np.random.Generator(np.random.Philox(key=[seed, FIRST_TRUTH + number]))
    own = Twins(plan, template.readings, seed)
    truth = own.draw(1, FIRST_TRUTH + number)
    expected = own.expect(np.repeat(truth, 2, axis=1)).taken(np.array([0]))
    record = drawn_record(template, expected, degrees, generator)
    seen = instruments(record.readings, degrees)
    twins = Twins(plan, record.readings, seed)
    found = condition(record, seen, twins, twins.draw(people, number * people), generator)
    chosen = resampled(found.weight, generator)
    latent = found.state.latent[:, chosen]
    coordinates = {name: own.unknowns.places[name] for name in names}
    ranks = {name: int(np.sum(latent[i] < truth[i, 0])) for name, i in coordinates.items()}
    ranks["log likelihood"] = _rank_of_likelihood(seen, record, found, expected, chosen)
    return Recovered(
        truth={n: float(own.unknowns.number(n, truth)[0]) for n in names},
        ranks=ranks,
        places={n: float(truth[i, 0]) for n, i in coordinates.items()},
        estimates={n: float(latent[i].mean()) for n, i in coordinates.items()},
        past=past_forecasts(record.readings, found.foretold, [1.0] * len(record.readings)),
        record=record,
        conditioned=found,
    )


def _rank_of_likelihood(
    seen: Instruments, record: Record, found: Conditioned, truth: Expected, chosen: NDArray[np.intp]
) -> int:
    """A function of data and parameters, which finds faults that single parameters hide (Modrák 2023)."""
    weighed = np.array([r.weighed for r in record.readings])
    own = seen.log_likelihood(truth)[weighed].sum()
    others = seen.log_likelihood(found.state.expected)[weighed].sum(axis=0)[chosen]
    return int(np.sum(others < own))


def histogram(ranks: Sequence[int], people: int, bins: int) -> tuple[NDArray[np.intp], float]:
    """Counts of ranks 0 to ``people`` in equal bins, and the probability of counts as uneven by chance."""
    edges = np.linspace(0, people + 1, bins + 1).round().astype(int)
    counts = np.array([np.sum((np.array(ranks) >= a) & (np.array(ranks) < b)) for a, b in pairwise(edges)])
    expected = len(ranks) * np.diff(edges) / (people + 1)
    return counts, float(chi2.sf(np.sum((counts - expected) ** 2 / expected), bins - 1))
