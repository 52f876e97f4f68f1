"""Follow one person: twins conditioned on the record of a case, and the forecast that goes on from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ebbtide.case import Case
from ebbtide.engine.crowd import Crowd
from ebbtide.engine.forecast import ArmForecast
from ebbtide.engine.plan import DEFAULT_TOLERANCE, Plan, Progress, make_plan
from ebbtide.engine.run import run_people
from ebbtide.engine.simulate import arm_forecast
from ebbtide.library import InputError, Library
from ebbtide.population import BLOCK
from ebbtide.safety.record_rules import Contradiction

from .condition import Conditioned, Conditioner, Renewal
from .contradiction import contradictions
from .ensemble import effective, resampled
from .likelihood import Instruments, instruments
from .past import Coverage, PastForecast, coverage, past_forecasts
from .readings import Record, Unused, read_record
from .twins import Twins

Array = NDArray[np.float64]
BASIS = "given_observations"
"""The name of the band: what the observations leave open of all that is unknown."""
FEWEST = 32
ALLOWED = (
    "an observation that the model computes, e.g. a COWS total; `ebbtide simulate` forecasts without any"
)


@dataclass(frozen=True)
class Following:
    """How the ensemble took in the record."""

    people: int
    effective: float
    """Effective people at the end, of which the forecast is drawn."""
    effective_lowest: float
    """The fewest at any time, before a renewal."""
    renewals: tuple[Renewal, ...]
    engine_runs: int
    """How often the ensemble went through the engine before the forecast."""
    mesh_share: float
    """Largest error, as a share of noise, of the coarser mesh that the record was weighed on; 0 where it was
    that of the forecast."""
    log_evidence: float
    """Logarithm of the probability of the record under the doses reported."""
    past: tuple[PastForecast, ...]
    coverage: Coverage
    unused: tuple[Unused, ...]
    last_h: float
    """When the last observation that was used was made (h after the start)."""

    def misfits(self, odd: float) -> tuple[PastForecast, ...]:
        """Readings that the whole record does not make likely either."""
        return tuple(p for p in self.past if p.reading.weighed and p.fits < odd)


@dataclass(frozen=True)
class Followed:
    """What following gives, before safety and provenance are added."""

    plan: Plan
    arms: tuple[ArmForecast, ...]
    following: Following
    contradictions: tuple[Contradiction, ...]


def follow(
    case: Case,
    library: Library,
    people: int,
    seed: int = 1,
    step_h: float = 1.0,
    tolerance: float = DEFAULT_TOLERANCE,
    progress: Progress = lambda what, done, total: None,
) -> Followed:
    """Condition twins on the observations of ``case`` and forecast every arm.

    Parameters
    ----------
    people
        Twins, at least 32.
    seed
        The same seed gives the same result.
    step_h
        Time between output rows, hours.
    tolerance
        Largest mesh error, as a share of each quantity's range.

    Raises
    ------
    InputError
        When there are too few people, nothing to simulate or no observation to follow.
    FloatingPointError
        When the tolerance cannot be reached, or no twin can explain the record.
    """
    if people < FEWEST:
        raise InputError(
            "too few people to follow anybody: observations choose among twins, one typical person has none",
            where="--people",
            value=people,
            allowed=f"{FEWEST} or more",
        )
    if not case.observations:
        raise InputError("nothing to follow: the case has no observations", where=case.id, allowed=ALLOWED)
    progress("checking the mesh", 0, 1)
    plan = make_plan(case, library, step_h, tolerance, people, seed)
    record = read_record(case, library, plan.names)
    if not record.readings:
        reasons = "; ".join(dict.fromkeys(f"{u.title}: {u.reason}" for u in record.unused))
        raise InputError("no observation can be used", where=case.id, value=reasons, allowed=ALLOWED)
    degrees = library.physiology["observation"]["tails"]["degrees"].value
    seen = instruments(record.readings, degrees)
    twins = Twins(plan, record.readings, seed)
    generator = np.random.Generator(np.random.Philox(key=[seed, 1]))
    found = condition(record, seen, twins, twins.draw(people), generator, progress)
    chosen = resampled(found.weight, generator)
    arms = _forecast(plan, twins, found.state.latent[:, chosen], progress)
    past = past_forecasts(record.readings, found.foretold, _fits(seen, found))
    return Followed(
        plan=plan,
        arms=arms,
        following=Following(
            people=people,
            effective=effective(found.weight),
            effective_lowest=min(found.effective),
            renewals=tuple(found.renewals),
            engine_runs=twins.runs,
            mesh_share=twins.mesh_share,
            log_evidence=found.log_evidence,
            past=past,
            coverage=coverage(past),
            unused=record.unused,
            last_h=record.readings[-1].seen_h,
        ),
        contradictions=contradictions(past),
    )


def condition(
    record: Record,
    seen: Instruments,
    twins: Twins,
    latent: Array,
    generator: np.random.Generator,
    progress: Progress = lambda what, done, total: None,
) -> Conditioned:
    """The ensemble that starts at ``latent`` after the whole record."""
    visits = record.visits
    weighed = np.array([r.weighed for r in record.readings])

    def told(visit: int) -> None:
        progress("following the record", visit, len(visits))

    twins.coarsen(latent)
    # the matrices of a surrogate are small: more threads wait for one another longer than they work
    with threadpool_limits(1, user_api="blas"):
        return Conditioner(twins, seen, weighed, latent, generator, told).run(visits)


def _forecast(
    plan: Plan, twins: Twins, latent: Array, progress: Callable[[str, int, int], None]
) -> tuple[ArmForecast, ...]:
    """Every arm for equally likely twins, to the end of the case."""
    count = latent.shape[1]
    crowds = [Crowd(count) for _ in plan.arms]
    done = 0

    def tell(finished: int) -> None:
        nonlocal done
        done += finished
        progress("forecasting", done, count * len(plan.arms))

    for first in range(0, count, BLOCK):
        some = twins.people(latent[:, first : first + BLOCK])
        for crowd, course in zip(crowds, run_people(some, plan.regimen, plan.request, tell), strict=True):
            crowd.add(course)
    return tuple(arm_forecast(plan, i, [crowd], [BASIS]) for i, crowd in enumerate(crowds))


def _fits(seen: Instruments, found: Conditioned) -> Sequence[float]:
    """Probability, both sides together, of something as far out in the eyes of twins who know the record."""
    below, up_to = seen.below(found.state.expected, found.weight)
    from_, above = seen.above(found.state.expected, found.weight)
    both = 2.0
    # on a scale, half of the probability of the score itself
    out = np.minimum((below + up_to) / 2, (from_ + above) / 2)
    return [float(p) for p in np.minimum(1.0, both * out)]
