"""That records are drawn as the likelihood says, with no sampler in between."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kstest

from ebbtide.learning.likelihood import Expected, instruments
from ebbtide.learning.readings import Noise, Reading, Record
from ebbtide.learning.recovery import drawn_record

DEGREES, TRUTHS, TWINS = 4.0, 400, 4000
SHARED = {"place": 0, "seen_h": 1.0, "time_h": 1.0, "title": "x", "quantity": "x", "parts": (("x", 1.0),)}
SHARED |= {"noise": (Noise("n"),), "unit": "points", "domain": "x"}
SCORE = Reading(**SHARED, low=1.5, high=2.5, floor=0.0, ceiling=4.0)  # type: ignore[arg-type]
ENDED = Reading(**SHARED, low=0.5, high=0.5, floor=0.0, ceiling=4.0)  # type: ignore[arg-type]
LEVEL = Reading(**SHARED, low=2.0, high=2.0)  # type: ignore[arg-type]
SHARE = Reading(**SHARED, low=2.0, high=2.0, relative=True, limit=0.1)  # type: ignore[arg-type]
TEMPLATE = Record((SCORE, ENDED, LEVEL, SHARE), ())


def prior(people: int, generator: np.random.Generator) -> tuple[NDArray[np.float64], Expected]:
    """Coordinates: what the centre is, what the noise is."""
    latent = generator.standard_normal((2, people))
    centre = np.stack([1.5 + 1.5 * latent[0]] * 3 + [0.5 * latent[0]])
    return latent, Expected(centre, np.repeat(np.exp(0.4 * latent[1:] - 0.5), 4, axis=0))


def test_likelihood_ratios_of_drawn_records_are_one_on_average() -> None:
    """For every other person: the expectation of p(y | other) / p(y | truth) over y given the truth is 1."""
    generator = np.random.default_rng(1)
    truth = Expected(np.array([[1.0], [0.3], [1.0], [0.2]]), np.full((4, 1), 0.8))
    others = {
        "higher": Expected(truth.centre + 0.2, truth.size),
        "quieter": Expected(truth.centre, truth.size * 0.85),
        "louder": Expected(truth.centre, truth.size * 1.15),
    }
    ratios: dict[str, list[NDArray[np.float64]]] = {name: [] for name in others}
    for _ in range(4000):
        seen = instruments(drawn_record(TEMPLATE, truth, DEGREES, generator).readings, DEGREES)
        own = seen.log_likelihood(truth)[:, 0]
        for name, other in others.items():
            ratios[name].append(np.exp(seen.log_likelihood(other)[:, 0] - own))
    for name, found in ratios.items():
        error = np.std(found, axis=0) / np.sqrt(len(found))
        assert np.all(np.abs(np.mean(found, axis=0) - 1.0) < 4 * error), name


def test_truths_have_every_rank_among_exactly_weighted_twins() -> None:
    """Of the centre, of the noise and of the likelihood, by importance sampling from the prior."""
    generator = np.random.default_rng(2)
    latent, expected = prior(TWINS, generator)
    truth, shown = prior(TRUTHS, generator)
    ranks = []
    for i in range(TRUTHS):
        own = shown.taken(np.array([i]))
        seen = instruments(drawn_record(TEMPLATE, own, DEGREES, generator).readings, DEGREES)
        log = seen.log_likelihood(expected).sum(axis=0)
        weight = np.exp(log - log.max())
        weight /= weight.sum()
        below = log < seen.log_likelihood(own).sum()
        ranks.append([*(weight @ (latent < truth[:, i : i + 1]).T), weight @ below])
    for row in np.array(ranks).T:
        assert kstest(row, "uniform").pvalue > 0.001
