"""Fit delay, sizes and half-lives of liver injury by kratom to the published cases in ``studies/liver``.

Data: the first wave of LiverTox case 6972 for the half-lives of injury and of cholestasis (before it 6 and 10
days, 0.5 of the logarithm; the person differs from the typical one as people do); then latencies (Schimmel
2020) and highest tests of seven people (Navarro 2019), who stop when bilirubin reaches 2.5 mg/dL. Extremes of
n are read as quantiles 1/(n + 1) and n/(n + 1). Weights are sampling errors; pulls to the start hold what few
people cannot tell. Run: ``python calibration/liver.py``; ``library/physiology/liver.toml`` has numbers of
earlier rounds, which lie within the printed intervals (quantiles of simulated people are no smooth function,
so that rounds differ by a fifth). The second wave of the case is left out: nothing in the model makes one.
"""

import tomllib
from pathlib import Path
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import least_squares
from scipy.stats import norm, qmc

import ebbtide.engine.integrate  # noqa: F401  (double precision)
from ebbtide.library import load_library
from ebbtide.physiology.liver import build_liver
from ebbtide.population import TYPICAL, draw_numbers

STUDIES = Path(__file__).parents[1] / "studies" / "liver"
STEP_H, DAYS, PEOPLE, JAUNDICE = 6.0, 120, 1000, 2.5
MEAN_NM, MEAN_SD = 72.0, 0.75  # mitragynine: 12 g of leaf a day over CL/F 233 L/h; how much people differ
LAST_TEST_D, RESIDUAL = 44 + 15, 0.5  # of the first wave; of the logarithm
LATENCY_D = np.log([2.0, 20.6, 49.0])  # Schimmel 2020
FITTED = ("latency.stage", "alt.rise", "ast.per_alt", "alp.rise", "bilirubin.clearance_loss")
HALVES = ("response.half_life", "cholestasis.half_life")
DRAWN = ("response.threshold", *HALVES, "alt.half_life", "alp.half_life", "bilirubin.half_life")
DRAWN += ("injury.mitragynine.half_exposure", *(f"{n}.baseline" for n in ("alt", "ast", "alp", "bilirubin")))

library = load_library()
liver = build_liver(library, ["mitragynine"])
drawn = draw_numbers(library, [], 1, 1, TYPICAL)
base = {name.removeprefix("liver."): value for name, value in drawn.items() if name.startswith("liver.")}


def spread(name: str) -> float:
    number = library.physiology["liver"]
    for key in name.split("."):
        number = number[key]
    return float(np.sqrt(np.log1p(number.between_cv**2)))


@jax.jit
def course(own, concentration, until_h):
    """The quantities every step; use ends at ``until_h`` or, if that is 0, with jaundice or after 60 days."""

    def step(carry, t):
        state, well = carry
        seen = jnp.stack(liver.observe(state, None, {}, own))
        well = well & (seen[3] < JAUNDICE)
        takes = jnp.where(until_h > 0, t < until_h, well & (t < 60 * 24))
        now = SimpleNamespace(concentration={"mitragynine": jnp.where(takes, concentration, 0.0)})

        def change(y):
            return liver.rates(own) * (liver.target(y, now, own) - y)

        k1 = change(state)
        k2 = change(state + STEP_H / 2 * k1)
        k3 = change(state + STEP_H / 2 * k2)
        k4 = change(state + STEP_H * k3)
        return (state + STEP_H / 6 * (k1 + 2 * k2 + 2 * k3 + k4), well), seen

    start = (jnp.zeros((9, own.alt.shape[0])), jnp.ones(own.alt.shape[0], dtype=bool))
    return jax.lax.scan(step, start, jnp.arange(0.0, DAYS * 24, STEP_H))[1]


def run(people: int, changed: dict[str, np.ndarray], nm: np.ndarray, until_h: float) -> np.ndarray:
    given = base | {"kratom.susceptible": 1.0} | changed
    named = {f"liver.{name}": np.broadcast_to(value, people) for name, value in given.items()}
    return np.asarray(course(liver.prepare(named), nm, until_h))


def observed(study: str, statistic: str) -> list[dict]:
    rows = tomllib.loads((STUDIES / f"{study}.toml").read_text())["arms"][0]["observed"]
    return [row for row in rows if row["statistic"] == statistic]


def fit(residuals, start, names) -> np.ndarray:
    """Least squares of logarithms; prints each value with its approximate 90 % interval."""
    best = least_squares(residuals, start, diff_step=1e-2)
    error = 1.645 * np.sqrt(np.diag(np.linalg.inv(best.jac.T @ best.jac)))
    for name, x, e in zip(names, best.x, error, strict=True):
        print(f"  {name:38s} {np.exp(x):8.3g}  ({np.exp(x - e):.3g}-{np.exp(x + e):.3g})")
    return best.x


def fit_case() -> dict[str, float]:
    rows = [row for row in observed("livertox6972", "value") if float(row["at"].split()[0]) <= LAST_TEST_D]
    which = [liver.quantities.index(row["quantity"]) for row in rows]
    when = [round(float(row["at"].split()[0]) * 24 / STEP_H) for row in rows]
    own = ("latency.stage", "alt.rise", "alp.rise", "bilirubin.clearance_loss", "response.threshold", *HALVES)
    usual, width = np.log([base[name][0] for name in own]), np.array([spread(name) for name in own])
    seen, before = np.log([row["value"] for row in rows]), np.log([6 * 24, 10 * 24])

    def residuals(x: np.ndarray) -> np.ndarray:
        curves = run(1, dict(zip(own, np.exp(x[:-2]), strict=True)), np.array([MEAN_NM]), 23.0 * 24)
        pulls = (x[:-2] - np.concatenate([usual[:-2], x[-2:]])) / width
        left = np.log(curves[when, which, 0]) - seen
        return np.concatenate([left / RESIDUAL, pulls, (x[-2:] - before) / 0.5])

    print("LiverTox 6972 as one person (his numbers, then the typical ones; h, first wave):")
    x = fit(residuals, np.concatenate([usual, before]), (*own, *(f"typical {name}" for name in HALVES)))
    print("  log residuals of ALT, ALP, bilirubin by test:")
    print((residuals(x)[: len(rows)] * RESIDUAL).reshape(3, -1).round(1))
    return dict(zip(HALVES, np.exp(x[-2:]), strict=True))


def fit_people(halves: dict[str, float]) -> None:
    z = norm.ppf(qmc.Sobol(len(FITTED) + len(DRAWN) + 1, seed=1).random(1024)[:PEOPLE].T)
    seen = {row["quantity"]: row for row in observed("navarro2019_dilin", "Cmax")}
    typical = base | halves
    others = {name: typical[name] * np.exp(spread(name) * z[-i]) for i, name in enumerate(DRAWN, start=2)}

    def residuals(x: np.ndarray) -> np.ndarray:
        sized = {name: np.exp(x[2 * i] + np.exp(x[2 * i + 1]) * z[i]) for i, name in enumerate(FITTED)}
        rows = run(PEOPLE, others | sized, MEAN_NM * np.exp(MEAN_SD * z[-1]), 0.0)
        ill = (rows[:, 3] >= JAUNDICE).any(axis=0)
        onset = np.log(np.argmax(rows[:, 3] >= JAUNDICE, axis=0)[ill] * STEP_H / 24)
        parts = [(np.quantile(onset, [1 / 27, 0.5, 26 / 27]) - LATENCY_D) / [0.7, 0.15, 0.35]]
        for index, quantity in enumerate(liver.quantities):
            ends = seen[quantity]["spread"]
            target = np.log([ends["low"], seen[quantity]["value"], ends["high"]])
            error = (target[2] - target[0]) / 2.7 * np.array([0.6, 0.47, 0.6])  # 2.7 SD: range of seven
            top = np.log(rows[:, index, ill].max(axis=0))
            parts.append((np.quantile(top, [1 / 8, 0.5, 7 / 8]) - target) / error)
        residuals.told = ill.mean(), np.exp(np.quantile(onset, [0.05, 0.5, 0.95]))
        return np.concatenate([*parts, (x - start) / np.tile([1.0, 0.4], len(FITTED))])

    start = np.log([6 * 24, 0.6, 450, 0.9, 0.5, 0.4, 330, 0.6, 45, 0.7])
    print("people (typical value, then standard deviation of the logarithm between people; h):")
    x = fit(residuals, start, [f"{name}{what}" for name in FITTED for what in ("", " between people")])
    print("  residuals (low, median, high) of latency, ALT, AST, ALP, bilirubin in sampling errors:")
    print(residuals(x)[:15].reshape(-1, 3).round(1))
    print("  share of the susceptible with jaundice; latency (d) of 5, 50, 95 %:", *residuals.told)


if __name__ == "__main__":
    fit_people(fit_case())
