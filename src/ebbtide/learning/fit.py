r"""Fit numbers of the library to published studies: the most probable values, and how sure they are.

Each row of a study that names a number to agree with gives a residual, each fitted number a prior: what
the library says of it, with the uncertainty that it has there. The sum

.. math::
    \sum_r \left(\frac{p_r - o_r}{\delta_r}\right)^2
        + \sum_j \frac{(\ln\theta_j - \ln\theta_{j0})^2}{\omega_j^2}

is brought to its minimum by Levenberg and Marquardt's method with finite differences; people are the same in
every run, so that differences are of the numbers alone. Intervals are those of the normal
approximation at the minimum. A number whose interval is hardly narrower than its prior was not learned.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ebbtide.library import Library
from ebbtide.library.change import parameter_at, with_values
from ebbtide.validation import ResultRow, read_study, run_study
from ebbtide.validation.read import Study

Array = NDArray[np.float64]
STEP = 0.05
"""Of the logarithm (or log odds) of a number, for finite differences."""
ROUNDS = 6
LEARNED = 0.7
"""A number is called learned where its interval is below this share of its prior's."""
NORMAL_90 = 1.645


@dataclass(frozen=True)
class Fitted:
    """One number after a fit."""

    path: str
    unit: str
    before: float
    after: float
    low: float
    """5 % of its posterior."""
    high: float
    """95 % of its posterior."""
    narrowed_to: float
    """Width of its posterior over that of its prior, on the log scale."""

    @property
    def learned(self) -> bool:
        """Whether the studies say more than was known before."""
        return self.narrowed_to < LEARNED


@dataclass(frozen=True)
class Fit:
    """The numbers and the rows that they were fitted to."""

    numbers: tuple[Fitted, ...]
    rows: tuple[ResultRow, ...]
    residuals: Array
    """In units of what each study accepts."""
    objective_before: float
    objective_after: float


def read_studies(folder: Path, ids: Sequence[str]) -> list[Study]:
    """The studies called ``ids`` below ``folder``; only calibration studies may be fitted to.

    Raises
    ------
    ValueError
        For an id that is not there, or a study whose role is not calibration.
    """
    found = {study.head.id: study for study in map(read_study, sorted(folder.rglob("*.toml")))}
    for name in ids:
        if name not in found:
            raise ValueError(f"no study {name} in {folder}")
        if found[name].head.role != "calibration":
            raise ValueError(f"{name} is a prediction: nothing may be fitted to it")
    return [found[name] for name in ids]


def fit(
    library: Library,
    studies: Sequence[Study],
    paths: Sequence[str],
    people: int = 64,
    progress: Callable[[int, float], None] = lambda done, objective: None,
) -> Fit:
    """Fit the numbers at ``paths`` to ``studies``.

    Parameters
    ----------
    people
        Simulated people an arm.
    progress
        Told how many rounds are done and the objective.

    Raises
    ------
    ValueError
        When a number has no uncertainty, which would be its prior.
    """
    parameters = [parameter_at(library, path) for path in paths]
    for path, parameter in zip(paths, parameters, strict=True):
        if parameter.uncertainty_cv <= 0:
            raise ValueError(f"{path} has no uncertainty_cv to be fitted within")
    shapes = [parameter.shape for parameter in parameters]
    start = np.array([_free(p.value, s) for p, s in zip(parameters, shapes, strict=True)])
    width = np.array([_width(p.value, p.uncertainty_cv, p.shape) for p in parameters])

    def values(theta: Array) -> Mapping[str, float]:
        return {path: _bound(t, s) for path, t, s in zip(paths, theta, shapes, strict=True)}

    def run(theta: Array) -> tuple[tuple[ResultRow, ...], Array]:
        changed = with_values(library, values(theta))
        rows = tuple(row for study in studies for row in run_study(study, changed, people).rows)
        return rows, np.array([residual(row) for row in rows])

    def objective(residuals: Array, theta: Array) -> float:
        return float(np.sum(residuals**2) + np.sum(((theta - start) / width) ** 2))

    theta, (rows, now) = start, run(start)
    before = best = objective(now, theta)
    damping = 1.0
    slope = np.zeros((len(now), len(paths)))
    for done in range(ROUNDS):
        for j in range(len(paths)):
            moved = theta.copy()
            moved[j] += STEP
            slope[:, j] = (run(moved)[1] - now) / STEP
        prior = np.diag(1.0 / width**2)
        curvature = slope.T @ slope + prior
        downhill = -(slope.T @ now + (theta - start) / width**2)
        improved = False
        for _ in range(4):
            trial = theta + np.linalg.solve(curvature + damping * np.diag(np.diag(curvature)), downhill)
            trial_rows, trial_residuals = run(trial)
            reached = objective(trial_residuals, trial)
            if reached < best:
                improved = best - reached > 1e-3 * best
                theta, rows, now, best = trial, trial_rows, trial_residuals, reached
                damping /= 3.0
                break
            damping *= 4.0
        progress(done + 1, best)
        if not improved:
            break
    spread = np.sqrt(np.diag(np.linalg.inv(slope.T @ slope + np.diag(1.0 / width**2))))
    numbers = tuple(
        Fitted(
            path,
            p.unit,
            p.value,
            _bound(t, p.shape),
            _bound(t - NORMAL_90 * s, p.shape),
            _bound(t + NORMAL_90 * s, p.shape),
            float(s / w),
        )
        for path, p, t, s, w in zip(paths, parameters, theta, spread, width, strict=True)
    )
    return Fit(numbers, rows, now, before, best)


def residual(row: ResultRow) -> float:
    """How far a row is off in units of what its study accepts; 0 where it cannot be told."""
    if row.predicted is None or row.observed is None or not math.isfinite(row.predicted):
        return 0.0
    if row.accept_absolute is not None:
        return (row.predicted - row.observed) / row.accept_absolute
    if row.accept_fold is not None and row.predicted > 0 and row.observed > 0:
        return math.log(row.predicted / row.observed) / math.log(row.accept_fold)
    return 0.0


def _free(value: float, shape: str) -> float:
    return math.log(value / (1.0 - value)) if shape == "logitnormal" else math.log(value)


def _bound(free: float, shape: str) -> float:
    return 1.0 / (1.0 + math.exp(-free)) if shape == "logitnormal" else math.exp(free)


def _width(value: float, cv: float, shape: str) -> float:
    return cv / (1.0 - value) if shape == "logitnormal" else math.sqrt(math.log1p(cv**2))
