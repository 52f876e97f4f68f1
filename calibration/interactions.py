"""Fit what inhibitors and inducers do to enzymes to clinical index pairs.

One constant of each perpetrator (of itraconazole and of fluoxetine together with that of the metabolite) is
scaled until the ratio of areas of a probe with and without it is the published one; with two studies, until
the mean of the logarithms agrees. The study files are those of ``studies/interactions`` with
``role = "calibration"``; pairs with opioids, kratom and melatonin are not used, nor are intravenous probes.

Rounded numbers stand in the library, so that factors within about 0.7 to 1.4 of 1 are what is to be expected.
What the fit cannot tell: for inactivation and induction only the ratio of the maximal rate to its constant
matters at low concentrations, so one of the two is held at its value from the laboratory.

Run: ``python calibration/interactions.py [--people N] [NAME ...]``; with names, only those perpetrators.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ebbtide.library import Library, load_library
from ebbtide.validation.read import Study, read_study
from ebbtide.validation.run import run_study

STUDIES = Path(__file__).parent.parent / "studies" / "interactions"
CLOSE = 0.03
MOST_STEPS = 5


@dataclass(frozen=True)
class Index:
    """A number that is fitted, and the arms of the studies whose ratios it is fitted to."""

    compounds: tuple[str, ...]
    enzyme: str
    number: str
    arms: tuple[tuple[str, str], ...]
    """Study file and arm; the first comparison or ratio to a metabolite in that arm counts."""


KI, LOSS = "inhibition_constant", "inactivation_constant"
POOLED = "greenblatt2015_pooled_inhibitors"
# fmt: off
INDEX = (
    Index(("ketoconazole",), "cyp3a4", KI, ((POOLED, "ketoconazole 400 mg a day"),)),
    Index(("itraconazole", "hydroxyitraconazole"), "cyp3a4", KI, ((POOLED, "itraconazole 200 mg a day"),)),
    Index(("ritonavir",), "cyp3a4", KI, ((POOLED, "ritonavir 100 mg twice a day"),)),
    Index(("clarithromycin",), "cyp3a4", LOSS, ((POOLED, "clarithromycin 500 mg twice a day"),)),
    Index(("erythromycin",), "cyp3a4", LOSS, (("olkkola1993_erythromycin", "erythromycin"),)),
    Index(("fluvoxamine",), "cyp1a2", KI,
          (("culmmerdek2005_fluvoxamine", "fluvoxamine"), ("jeppesen1996_fluvoxamine", "fluvoxamine"),
           ("../pk_adjuncts/hartter2000_fluvoxamine", "with fluvoxamine"))),
    Index(("fluvoxamine",), "cyp3a4", KI,
          (("kashuba1998_chen2006_fluvoxamine_iv", "150 mg a day"),
           ("lam2003_ketoconazole_fluvoxamine", "fluvoxamine 100 mg twice a day"))),
    Index(("ciprofloxacin",), "cyp1a2", KI, (("healy1989_ciprofloxacin", "ciprofloxacin"),)),
    Index(("fluoxetine", "norfluoxetine"), "cyp2d6", KI, (("sager2014_fluoxetine", "fluoxetine"),)),
)
# fmt: on


def scaled(library: Library, index: Index, factor: float) -> Library:
    """The library with the numbers of ``index`` times ``factor``."""
    compounds = dict(library.compounds)
    for name in index.compounds:
        compound = compounds[name]
        effect = compound.enzymes[index.enzyme]  # type: ignore[index]
        number = getattr(effect, index.number)
        number = number.model_copy(update={"value": number.value * factor})
        effect = effect.model_copy(update={index.number: number})
        compounds[name] = compound.model_copy(update={"enzymes": {**compound.enzymes, index.enzyme: effect}})
    return replace(library, compounds=MappingProxyType(compounds))


def part_of(study: Study, arm: str) -> Study:
    """The study with ``arm`` and the arms that it is compared with, and its first row alone."""
    row = study.arms[arm].observed[0]
    kept = {arm: study.arms[arm].model_copy(update={"observed": [row]})}
    if row.arm is not None:
        kept[row.arm] = study.arms[row.arm].model_copy(update={"observed": []})
    return replace(study, arms=kept)


def ratios(library: Library, index: Index, people: int) -> list[tuple[float, float]]:
    """Predicted and observed, for each of the studies."""
    result = []
    for file, arm in index.arms:
        done = run_study(part_of(read_study(STUDIES / f"{file}.toml"), arm), library, people)
        if not done.rows or done.rows[0].predicted is None or done.rows[0].observed is None:
            raise SystemExit(f"{file}: {done.not_run or 'no number'}")
        result.append((done.rows[0].predicted, done.rows[0].observed))
    return result


def fit(miss: Callable[[float], float]) -> float:
    """The logarithm of the factor at which ``miss`` (mean log of predicted over observed) vanishes."""
    x0, y0 = 0.0, miss(0.0)
    if abs(y0) < CLOSE:
        return x0
    x1 = 0.5 * y0
    for _ in range(MOST_STEPS):
        y1 = miss(x1)
        if abs(y1) < CLOSE or abs(y1 - y0) < 1e-6:
            break
        step = float(np.clip(-y1 * (x1 - x0) / (y1 - y0), -1.5, 1.5))
        x0, y0, x1 = x1, y1, x1 + step
    return x1


def main() -> None:
    """Print each number of the library, the fitted one, and the ratios behind them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=64)
    parser.add_argument(
        "--report", action="store_true", help="ratios with the numbers of the library, no fit"
    )
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    library = load_library()
    for index in INDEX:
        if options.names and index.compounds[0] not in options.names:
            continue
        shown = ratios(library, index, options.people)

        def miss(x: float, index: Index = index) -> float:
            found = ratios(scaled(library, index, float(np.exp(x))), index, options.people)
            return float(np.mean([np.log(predicted / observed) for predicted, observed in found]))

        factor = 1.0 if options.report else float(np.exp(fit(miss)))
        numbers = [getattr(library.compounds[c].enzymes[index.enzyme], index.number) for c in index.compounds]  # type: ignore[index]
        print(
            f"{index.compounds[0]:15s} {index.enzyme} {index.number}:",
            ", ".join(f"{n.value:g} -> {n.value * factor:.3g} {n.unit}" for n in numbers),
            "; predicted, observed:",
            ", ".join(f"{p:.3g}, {o:g}" for p, o in shown),
            flush=True,
        )


if __name__ == "__main__":
    main()
