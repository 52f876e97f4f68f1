"""Fit the induction of CYP3A4 by rifampicin, in liver and gut wall, and the turnover of the enzyme.

Ratios of areas and peaks of midazolam: after 5-75 mg a day by mouth and by vein (Kharasch 2011), after 28
days of 600 mg and one and two weeks later (Reitman 2011), after five days (Backman 1996). Each counts with a
deviation of a quarter, between studies far more is seen; priors keep the numbers near what was known before.

Run: ``python calibration/rifampicin.py [--people N]``; rounded, the numbers stand in
``library/compounds/rifampicin.toml`` and ``library/physiology/enzymes.toml``.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from ebbtide.library import load_library
from ebbtide.library.change import parameter_at, with_values
from ebbtide.validation.read import read_study
from ebbtide.validation.run import run_study

STUDIES = Path(__file__).parent.parent / "studies" / "interactions"
FILES = ("backman1996_rifampicin", "kharasch2011_rifampicin_doses", "reitman2011_rifampicin")
EFFECT = "rifampicin.enzymes.cyp3a4"
PRIORS = {
    f"{EFFECT}.induction_maximum": (15.0, 0.35),
    f"{EFFECT}.gut_induction_maximum": (15.0, 0.5),
    f"{EFFECT}.induction_constant": (300.0, 0.7),
    "enzymes.turnover.cyp3a4": (0.019, 0.3),
    "enzymes.turnover.cyp3a4_gut": (0.03, 0.3),
}
"""Middle, and deviation of its logarithm."""
DEVIATION = 0.25
MOST_RUNS = 110


def main() -> None:
    """Print the fitted numbers beside those of the library, and the ratios behind them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=8)
    options = parser.parse_args()
    library = load_library()
    studies = [read_study(STUDIES / f"{name}.toml") for name in FILES]

    def values(x: np.ndarray) -> dict[str, float]:
        return {
            name: middle * float(np.exp(v)) for (name, (middle, _)), v in zip(PRIORS.items(), x, strict=True)
        }

    def ratios(x: np.ndarray) -> list[tuple[str, float, float]]:
        changed = with_values(library, values(x))
        return [
            (f"{row.study}, {row.arm}: {row.statistic}", row.predicted, row.observed)
            for study in studies
            for row in run_study(study, changed, options.people).rows
            if row.domain == "interactions" and row.predicted and row.observed
        ]

    def miss(x: np.ndarray) -> float:
        off = [np.log(predicted / observed) / DEVIATION for _, predicted, observed in ratios(x)]
        prior = x / np.array([spread for _, spread in PRIORS.values()])
        return float(np.sum(np.square(off)) + np.sum(np.square(prior)))

    settings = {"maxfev": MOST_RUNS, "xtol": 0.05, "ftol": 0.01}
    best = minimize(miss, np.zeros(len(PRIORS)), method="Powell", options=settings).x
    for name, value in values(best).items():
        print(f"{name}: {value:.3g} (library {parameter_at(library, name).value:g})")
    for label, predicted, observed in ratios(best):
        print(f"{label}: {predicted:.3g}, observed {observed:g}")


if __name__ == "__main__":
    main()
