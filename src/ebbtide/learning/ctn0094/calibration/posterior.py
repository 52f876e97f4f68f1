"""The fitted posterior as library data: written by ``calibration/ctn0094.py``, read to predict ratings."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ebbtide.library import InputError, Library, load_library

from ..tables import SHIPPED
from .fit import Fit
from .priors import Priors, priors
from .shifts import NAMES, moved, of_numbers

Array = NDArray[np.float64]
PATH = SHIPPED / "posterior.toml"
LEARNED = 0.8
"""A number is called learned where data leave less than this share of the prior's standard deviation."""
NINETY = 1.645
HEADER = """\
# What the ratings of CTN-0094 say: written by calibration/ctn0094.py, reported in docs/calibration.md.
# It holds for these trials, whose amounts of drugs nobody recorded; the numbers of the body in
# physiology/ stay what published courses made them. `standard` is the maximum of the posterior in
# standard deviations of the prior, `sd` the posterior's own in the same unit (1: nothing was learned);
# `low` and `high` enclose 90 %, `covariance` is that of all numbers in standard units.
"""


@dataclass(frozen=True)
class Posterior:
    """Where the fit ended, in standard units of the priors."""

    priors: Priors
    standard: Float[Array, " numbers"]
    covariance: Float[Array, "numbers numbers"]

    @property
    def sd(self) -> Float[Array, " numbers"]:
        """Of each number."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))


def learned(fit: Fit | Posterior) -> NDArray[np.bool_]:
    """Which numbers the data narrow down; where the value went is no part of the rule."""
    return np.asarray(fit.sd < LEARNED)


def table(fit: Fit | Posterior, library: Library) -> list[dict[str, object]]:
    """One row a number: name, unit, prior, value, bounds of 90 %, whether it was learned."""
    numbers = of_numbers(library)
    rows: list[dict[str, object]] = []
    known = zip(fit.priors.all, fit.standard, fit.sd, learned(fit), strict=True)
    for index, (prior, at, sd, is_learned) in enumerate(known):
        places = {"prior": 0.0, "value": at, "low": at - NINETY * sd, "high": at + NINETY * sd}
        unit = "dimensionless"
        if index < len(NAMES):
            several = numbers[prior.name]
            shifts = {key: prior.sd * place for key, place in places.items()}
            if len(several) == 1:
                unit = several[0].unit
                values = {key: moved(several[0], shift) for key, shift in shifts.items()}
            else:
                values = {key: float(np.exp(shift)) for key, shift in shifts.items()}
        else:
            values = {key: float(prior.value(np.float64(place))) for key, place in places.items()}
        rows.append(
            {
                "name": prior.name,
                "unit": unit,
                **values,
                "standard": float(at),
                "sd": float(sd),
                "learned": bool(is_learned),
            }
        )
    return rows


def write(fit: Fit, library: Library, path: Path = PATH) -> None:
    """The posterior as a file of the library."""
    people, ratings = fit.rows["who"].nunique(), len(fit.rows)
    lines = [HEADER, f"people = {people}\nratings = {ratings}"]
    lines.append(f"objective = [{', '.join(f'{value:.2f}' for value in fit.objective)}]")
    lines.append("covariance = [")
    lines += [f"  [{', '.join(f'{value:.4g}' for value in row)}]," for row in fit.covariance]
    lines.append("]\n")
    for row in table(fit, library):
        lines.append(f'[numbers."{row["name"]}"]')
        for key in ("prior", "value", "low", "high", "standard", "sd"):
            lines.append(f"{key} = {float(str(row[key])):.5g}")
        lines.append(f'unit = "{row["unit"]}"\nlearned = {str(row["learned"]).lower()}')
        lines.append('source = "Ebbtide2026"\nbasis = "fitted"\n')
    path.write_text("\n".join(lines), encoding="utf-8")


@lru_cache(maxsize=4)
def read(path: Path = PATH) -> Posterior:
    """The posterior that comes with the library.

    Raises
    ------
    InputError
        When it was written for other numbers than the library has now.
    """
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    known = priors(load_library())
    if tuple(raw["numbers"]) != known.names:
        raise InputError(
            "was fitted to other numbers", where=str(path), allowed="run calibration/ctn0094.py again"
        )
    standard = np.array([entry["standard"] for entry in raw["numbers"].values()])
    return Posterior(known, standard, np.array(raw["covariance"]))
