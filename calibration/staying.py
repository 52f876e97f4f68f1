"""Fit the hazards of returning to use and of leaving to published rates.

The covariates (craving, COWS, lost sleep, signal, block) are those of the model's typical person, whose mu agonist is
changed for a constant or tapered concentration; the frailty of people is drawn. Data: relapse after inpatient
detoxification, which four in ten completed (Smyth 2010), and 75 % by six months (remembered), relapse of people long abstinent with and without
depot naltrexone (Lee 2016), relapse or leaving on buprenorphine (X:BOT 2018), completion of seven days of placebo
(Fishman 2019), retention on methadone and buprenorphine by dose (Hser 2014, Mattick 2014), and on depot naltrexone or
placebo after detoxification (Comer 2006). Ridges keep what they do not tell near round values.
Run: ``python calibration/staying.py``; the printed numbers stand in ``library/physiology/staying.toml``.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import least_squares
from scipy.special import ndtri
from scipy.stats import qmc

from ebbtide.library import load_library
from ebbtide.physiology.body import build_body
from ebbtide.population import TYPICAL, draw_numbers

jax.config.update("jax_enable_x64", True)
STEP_H = 0.5
LIGANDS = ("morphine", "methadone", "buprenorphine", "naloxone")
HEROIN = 250.0  # nM of morphine that stands for regular use; methadone 17 nM and buprenorphine 0.37 nM a daily mg
LOST_SLEEP = {"return_to_use": 0.1, "leave_programme": 0.05}
CAUSES = ("craving", "withdrawal", "signal", "block")
SIGN = np.array([1, 1, -1, -1])
USUAL = np.log([0.005, 1.5, 4.0, 1.5, 1.0, 0.01, 1.0, 4.0, 2.5, 0.8, 1.1])  # return, then leave, then frailty (SD)
WIDTH = np.array([2.0, 0.5, 0.15, 0.7, 0.7] * 2 + [0.2])
OWN_CV = np.array([2.0, 0.7])  # of each baseline between people, beside the frailty that both share

library = load_library()
body = build_body(library, LIGANDS)
numbers = draw_numbers(library, LIGANDS, 1, 1, TYPICAL)
ready = body.prepare(numbers)
need_h, half = (float(numbers[f"staying.person.{name}"][0]) for name in ("sleep_need", "half_withdrawal"))
Course = Callable[[np.ndarray], np.ndarray]


def leaving(t: np.ndarray) -> np.ndarray:
    return HEROIN * 0.5 ** (np.maximum(t, 0) / 4)


def cut(t: np.ndarray) -> np.ndarray:  # 36 mg/d of methadone for five days, then gone with its half-life
    return 610 * 0.5 ** (np.maximum(t - 120, 0) / 30)


@jax.jit
def run(state: jax.Array, concentrations: jax.Array) -> tuple[jax.Array, jax.Array]:
    def step(s: jax.Array, c: jax.Array) -> tuple[jax.Array, jax.Array]:
        c = c[:, None]
        k1 = body.change(s, c, ready)
        k2 = body.change(s + STEP_H / 2 * k1, c, ready)
        k3 = body.change(s + STEP_H / 2 * k2, c, ready)
        s = s + STEP_H / 6 * (k1 + 2 * k2 + 2 * k3 + body.change(s + STEP_H * k3, c, ready))
        seen = dict(zip(body.quantities, body.observe(s, c, ready), strict=True))
        now = body.moment(s, c, ready)
        lost = jnp.maximum(need_h - seen["sleep.total"], 0)
        block = jnp.maximum(now.binding.occupied - now.stimulus, 0)
        withdrawal = seen["cows"] / (seen["cows"] + half)
        return s, jnp.stack([seen["craving"] / 100, withdrawal, now.signal, block, lost])[:, 0]

    return jax.lax.scan(step, state, concentrations)


def course(days: float, start: jax.Array, **given: Course) -> np.ndarray:
    t = np.arange(0, days * 24, STEP_H)
    c = np.stack([given[x](t) * np.ones_like(t) if x in given else np.zeros_like(t) for x in body.ligands], axis=1)
    return np.asarray(run(start, jnp.asarray(c))[1])


def steady(nm: float) -> Course:
    return lambda t: np.full_like(t, nm)


def main() -> None:
    rest = jnp.zeros((body.size, 1))
    use, _ = run(rest, jnp.asarray(np.eye(len(LIGANDS))[body.ligands.index("morphine")] * HEROIN * np.ones((8640, 1))))
    at = {
        "detox": course(780, use, morphine=leaving),
        "early": course(740, use, morphine=leaving, methadone=cut),
        "ntx": course(240, use, morphine=leaving, naloxone=lambda t: np.where(t > 14 * 24, 200.0, 0.0)),
        "meth90": course(170, use, morphine=leaving, methadone=steady(1500)),
    } | {f"bup{mg}": course(170, use, morphine=leaving, buprenorphine=steady(0.37 * mg)) for mg in (4, 11, 20, 31)}
    z = ndtri(qmc.Sobol(3, seed=1).random(4096)).T
    own = np.sqrt(np.log1p(OWN_CV**2))

    def free(x: np.ndarray, who: str, first: float, last: float, *events: int) -> float:
        rows = at[who][round(first * 24 / STEP_H) : round(last * 24 / STEP_H)]
        total = np.zeros(z.shape[1])
        for event in events:
            level, *slopes = np.exp(x[5 * event : 5 * event + 5])
            log = rows[:, :4] @ (SIGN * slopes) + list(LOST_SLEEP.values())[event] * rows[:, 4]
            person = np.exp(np.exp(x[10]) * z[2] + own[event] * z[event])
            total += level * np.exp(log).sum() * STEP_H / 24 * person
        return float(np.exp(-total).mean())

    def smyth(x: np.ndarray, days: float) -> float:
        completed = free(x, "detox", 42, 42 + days, 0)
        return 0.38 * completed + 0.62 * free(x, "early", 5, 5 + days, 0)

    after = [(0.41, 7, 60), (0.29, 30, 60), (0.09, 720, 60), (0.25, 182, 30)]  # published, days, people it may weigh
    data = [  # published, who, from day, to day, events (0 return, 1 leave), how many people it may weigh
        (0.36, "detox", 60, 228, (0,), 100), (0.57, "ntx", 60, 228, (0,), 100),
        (0.43, "bup20", 0, 168, (0, 1), 100), (0.278, "detox", 0, 7, (1,), 100), (0.74, "meth90", 0, 168, (1,), 100),
        (0.46, "bup20", 0, 168, (1,), 100), (0.60, "bup31", 0, 168, (1,), 50),
        (0.39, "detox", 14, 70, (1,), 20), (0.68, "ntx", 14, 70, (1,), 20),
    ]  # fmt: skip
    ratios = [(1.16, "bup11", "bup4", 0.15), (1.21, "bup20", "bup4", 0.15)]  # retention, of a log-ratio's SE

    def residuals(x: np.ndarray) -> np.ndarray:
        rows = [
            (free(x, who, a, b, *events) - p) / np.sqrt(p * (1 - p) / n) for p, who, a, b, events, n in data
        ]
        rows += [(smyth(x, days) - p) / np.sqrt(p * (1 - p) / n) for p, days, n in after]
        rows += [np.log(free(x, u, 0, 140, 1) / free(x, v, 0, 140, 1) / r) / se for r, u, v, se in ratios]
        return np.array([*rows, *((x - USUAL) / WIDTH)])

    fit = least_squares(residuals, USUAL)
    spread = np.sqrt(np.diag(np.linalg.inv(fit.jac.T @ fit.jac)))
    names = [f"{event}.{what}" for event in LOST_SLEEP for what in ("baseline", *CAUSES)] + ["frailty SD"]
    for name, value, sd in zip(names, np.exp(fit.x), spread, strict=True):
        print(f"{name:28} {value:8.4f}  (SD of its logarithm {sd:.2f})")
    print(f"frailty between_cv {np.sqrt(np.expm1(np.exp(fit.x[10]) ** 2)):.2f}; cost {fit.cost:.1f}")
    for p, days, _ in after:
        print(f"{days} days after detoxification: {smyth(fit.x, days):.2f}; published {p}")
    for p, who, a, b, events, _ in data:
        print(f"{who:7} day {a}-{b} events {events}: {free(fit.x, who, a, b, *events):.2f}; published {p}")
    for r, u, v, _ in ratios:
        print(f"retention {u}/{v}: {free(fit.x, u, 0, 140, 1) / free(fit.x, v, 0, 140, 1):.2f}; published {r}")


if __name__ == "__main__":
    main()
