"""Shares of the layer for ratings, and people's own tendencies, from forecasts of left-out people.

People are dealt to five folds; each is forecast by members that learned from the other four. On these
forecasts the shares of the members minimise the ranked probability score without any rating of the person,
and the tendencies of trials 30 and 51 the log loss of each rating given those of earlier days. Both are
fitted on a half of the people too and measured on the other half: so few numbers can hardly overfit.
Prints ``library/ctn0094/ratings.toml``, and the scores by trial beside the baselines with 95 % intervals.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import astuple, fields

import numpy as np
from scipy.optimize import minimize
from scipy.special import softmax

from ebbtide.learning.ctn0094 import shipped_tables
from ebbtide.learning.ctn0094.ratings.evaluate import LAYER, LeftOut, cross_validate, measured
from ebbtide.learning.ctn0094.ratings.numbers import layer_numbers
from ebbtide.learning.ctn0094.ratings.odds import Array
from ebbtide.learning.ctn0094.ratings.scores import log_loss, ranked_probability
from ebbtide.learning.ctn0094.ratings.tendency import GRID, TendencyNumbers, given_earlier

TRIALS = (30, 51)
START = TendencyNumbers(1.2, 1.6, 40.0, 1.5, 0.6, 0.8)
FIRST_STEPS = np.array([0.3, 0.3, 0.9, 0.2, 0.5, 0.4])
COARSE = 13
NAMES = {"memory_days": "memory"}


def mixed(members: Mapping[str, Array], shares: Array) -> Array:
    return np.tensordot(shares, np.stack(list(members.values())), axes=1)


def fit_shares(left_out: LeftOut, chosen: Array) -> Array:
    answers = left_out.rows.answers()

    def loss(free: Array) -> float:
        return float(ranked_probability(mixed(left_out.members, softmax(free)), answers)[chosen].mean())

    return softmax(minimize(loss, np.zeros(len(left_out.members)), method="BFGS").x)


def forecast(left_out: LeftOut, cold: Array, numbers: TendencyNumbers, chosen: Array, grid: int) -> Array:
    rows = left_out.rows.some(chosen)
    return given_earlier(
        cold[chosen], rows.rating, rows.who, rows.rows.day, rows.before_treatment, numbers, grid
    )


def fit_tendency(left_out: LeftOut, cold: Array, chosen: Array) -> TendencyNumbers:
    answers = left_out.rows.answers()[chosen]

    def loss(free: Array) -> float:
        probability = forecast(left_out, cold, TendencyNumbers(*np.exp(free)), chosen, COARSE)
        return float(log_loss(probability, answers).mean())

    start = np.log(astuple(START))
    simplex = np.concatenate([start[None], start + np.diag(FIRST_STEPS)])
    found = minimize(
        loss, start, method="Nelder-Mead",
        options={"maxfev": 250, "xatol": 0.02, "fatol": 1e-5, "initial_simplex": simplex},
    )  # fmt: skip
    return TendencyNumbers(*np.exp(found.x))


def main() -> None:
    def tell(done: int, total: int) -> None:
        print(f"fold {done + 1} of {total}", file=sys.stderr)

    left_out = cross_validate(shipped_tables(), progress=tell)
    answers, trial, who = left_out.rows.answers(), left_out.rows.trial, left_out.rows.who
    everybody = np.ones(len(answers), dtype=bool)
    half = np.isin(who, np.random.default_rng(1).permutation(np.unique(who))[::2])
    shares = fit_shares(left_out, everybody)
    apart = [fit_shares(left_out, half), fit_shares(left_out, ~half)]
    print("[share]")
    for place, name in enumerate(left_out.members):
        print(
            f'{name} = {{ value = {shares[place]:.3f}, unit = "dimensionless", source = "CTN0094data", '
            f'basis = "fitted", note = "on halves of the people '
            f'{apart[0][place]:.2f} and {apart[1][place]:.2f}" }}'
        )
    cold = mixed(left_out.members, shares)
    other = np.where(half[:, None], mixed(left_out.members, apart[1]), mixed(left_out.members, apart[0]))
    print(
        f"# ranked probability score {ranked_probability(cold, answers).mean():.4f}; "
        f"with shares of the other half {ranked_probability(other, answers).mean():.4f}"
    )
    for number in TRIALS:
        own = trial == number
        whole = fit_tendency(left_out, cold, own)
        first, second = (fit_tendency(left_out, cold, own & part) for part in (half, ~half))
        print(f"\n[tendency.{number}]")
        for field in fields(whole):
            unit = "d" if field.name == "memory_days" else "dimensionless"
            values = [getattr(numbers, field.name) for numbers in (whole, first, second)]
            print(
                f'{NAMES.get(field.name, field.name)} = {{ value = {values[0]:.3g}, unit = "{unit}", '
                f'source = "CTN0094data", basis = "fitted", '
                f'note = "on halves of the people {values[1]:.2g} and {values[2]:.2g}" }}'
            )
        tried = {
            "of all": (whole, own),
            "of the other half": (second, own & half),
            "of their own half": (first, own & half),
        }
        for words, (numbers, part) in tried.items():
            score = ranked_probability(forecast(left_out, cold, numbers, part, GRID), answers[part]).mean()
            print(f"# ranked probability score, {part.sum()} rows, numbers {words}: {score:.4f}")
    shipped = {name: round(number.value, 3) for name, number in layer_numbers().share.items()}
    print(f"\n# With the numbers that are shipped ({LAYER} with shares {shipped}), left-out people:")
    for task in ("cold", "next"):
        table = measured(left_out.rows, left_out.of(task))
        table["shown"] = [
            f"{v:.3f} ({a:.3f}-{b:.3f})" for v, a, b in table[["value", "low", "high"]].to_numpy()
        ]
        wide = table.pivot(index=["measure", "forecast"], columns="trial", values="shown")
        print(f"\n{task}\n{wide.to_string()}")


if __name__ == "__main__":
    main()
