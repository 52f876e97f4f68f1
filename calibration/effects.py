"""Fit what alpha-2 agonists, lasting opioids, buprenorphine and ethanol do, from calibration studies.

Each number of ``FITS`` is fitted to rows of calibration studies in ``studies/``, run through the engine
as ``ebbtide validate literature`` does, with fewer people: Gauss-Newton on the logarithm (logit for a
fraction), a ridge to an earlier value as wide as was thought before the data. The weight of a row is its
published standard error where there is one. Predicted: other trials of alpha-2 agonists, ice water on
methadone and kratom, pupils on other opioids, benzodiazepines. ``python calibration/effects.py [NAME ...]``
prints value and 95 % interval; they stand in ``library/physiology/`` and ``library/compounds/``.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ebbtide.library import Library, load_library
from ebbtide.library.change import with_values
from ebbtide.validation.read import read_study
from ebbtide.validation.run import run_study

STUDIES = Path(__file__).parent.parent / "studies"
PEOPLE = 96
ROUNDS = 3
STEP = 0.15
STEADY = 0.02


@dataclass(frozen=True)
class Row:
    """A published number: which row of which study, and its standard error."""

    study: str
    arm: str
    statistic: str
    at: str
    error: float


@dataclass(frozen=True)
class Fit:
    """Numbers of the library that are fitted together: earlier value, width, whether a fraction."""

    start: Mapping[str, tuple[float, float, bool]]
    rows: tuple[Row, ...]


LOFEXIDINE, USERS, OTHERS = (
    "withdrawal/fishman2019_lofexidine", "pain/pud2006_ice_water", "pain/treister2012_ice_water",
)  # fmt: skip
BUPRENORPHINE = "breathing/dahan2005_ceiling"
FITS = {
    "alpha2": Fit(
        {"relief.rebound.alpha2": (0.75, 1.0, True)},
        (
            Row(LOFEXIDINE, "2.16 mg a day", "ratio_to of value", "day 1 to day 7", 0.055),
            Row(LOFEXIDINE, "2.88 mg a day", "ratio_to of value", "day 1 to day 7", 0.055),
        ),
    ),
    "ice_water": Fit(
        {
            "pain.ice_water.tolerance": (39.0, 0.5, False),
            "pain.ice_water.hyperalgesia_gain": (1.2, 0.7, False),
            "pain.hyperalgesia.half_life": (60.0, 0.4, False),
        },
        (
            Row(OTHERS, "others", "value", "0 h", 7.3),
            Row(OTHERS, "in use", "value", "0 h", 5.1),
            Row(OTHERS, "former", "value", "0 h", 8.9),
            Row(USERS, "users", "value", "0 h", 5.3),
            Row(USERS, "users", "value", "168 h", 5.3),
            Row(USERS, "users", "value", "672 h", 5.3),
        ),
    ),
    "pupil": Fit(
        {"pupil.pupil.half_stimulus": (0.10, 0.5, False)},
        (
            Row("pain/dyer1999_pupil", "methadone", "value", "3 h", 0.4),
            Row("pain/dyer1999_pupil", "methadone", "value", "0 h", 0.5),
        ),
    ),
    "buprenorphine_breathing": Fit(
        {"buprenorphine.receptors.mu.breathing_affinity": (28.0, 0.7, False)},
        (
            Row(BUPRENORPHINE, "buprenorphine 3 ug/kg", "value", "0 h to 6 h", 0.05),
            Row(BUPRENORPHINE, "buprenorphine 6 ug/kg", "value", "0 h to 6 h", 0.05),
            Row(BUPRENORPHINE, "buprenorphine 9 ug/kg", "value", "0 h to 6 h", 0.05),
        ),
    ),
    "ethanol": Fit(
        {"breathing.gaba.potentiation": (0.5, 1.0, True)},
        (Row("breathing/vanderschrier2017_oxycodone", "oxycodone and ethanol", "ratio_to", "2 h", 0.06),),
    ),
}


def predicted(library: Library, rows: tuple[Row, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Predicted and observed numbers of ``rows``."""
    found: dict[tuple[str, ...], tuple[float | None, float | None]] = {}
    for name in dict.fromkeys(row.study for row in rows):
        result = run_study(read_study(STUDIES / f"{name}.toml"), library, PEOPLE)
        if result.not_run:
            raise SystemExit(result.not_run)
        found |= {(name, r.arm, r.statistic, r.at): (r.predicted, r.observed) for r in result.rows}
    values = [found[row.study, row.arm, row.statistic, row.at] for row in rows]
    return np.array([v[0] for v in values], float), np.array([v[1] for v in values], float)


def run(fit: Fit, library: Library) -> None:
    """Fit and print."""
    names, width = list(fit.start), np.array([w for _, w, _ in fit.start.values()])
    fraction = np.array([f for *_, f in fit.start.values()])
    start = np.array([np.log(v / (1 - v)) if f else np.log(v) for v, _, f in fit.start.values()])
    error = np.array([row.error for row in fit.rows])

    def told(x: np.ndarray) -> np.ndarray:
        return np.asarray(np.where(fraction, 1 / (1 + np.exp(-x)), np.exp(x)))

    def at(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return predicted(with_values(library, dict(zip(names, map(float, told(x)), strict=True))), fit.rows)

    x, slope = start.copy(), np.zeros((len(error), len(start)))
    for _ in range(ROUNDS):
        now, observed = at(x)
        slope = np.stack([(at(x + STEP * e)[0] - now) / STEP for e in np.eye(len(x))], axis=1)
        scaled = np.vstack([slope / error[:, None], np.diag(1 / width)])
        left = np.append((observed - now) / error, (start - x) / width)
        step = np.linalg.lstsq(scaled, left, rcond=None)[0]
        x = x + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < STEADY:
            break
    spread = np.sqrt(np.diag(np.linalg.inv(scaled.T @ scaled)))
    low, high, value = told(x - 1.96 * spread), told(x + 1.96 * spread), told(x)
    for i, name in enumerate(names):
        print(f"{name:36} {value[i]:.3g}  (95 % {low[i]:.3g} to {high[i]:.3g})")
    for row, number, seen in zip(fit.rows, *at(x), strict=True):
        print(f"    {number:.3g}, published {seen:.3g}: {row.arm}, {row.at}", flush=True)


def main() -> None:
    library = load_library()
    for name in sys.argv[1:] or FITS:
        run(FITS[name], library)


if __name__ == "__main__":
    main()
