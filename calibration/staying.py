"""Fit the hazards of returning to use and of leaving to published rates.

The covariates are those of 48 people of the model, whose mu agonist is changed for a constant or falling
concentration; their frailty is drawn. Data: relapse after inpatient detoxification, completed by four
in ten (Smyth 2010), and 75 % by six months (remembered); relapse of the long abstinent with and without depot
naltrexone (Lee 2016); relapse or leaving on buprenorphine (X:BOT 2018); completion of seven days of placebo
(Fishman 2019); retention on methadone and buprenorphine (Hser 2014, Mattick 2014) and on depot naltrexone or
placebo (Comer 2006). Ridges keep what they do not tell near round values. ``python calibration/staying.py``
prints the numbers of ``library/physiology/staying.toml``. Fits badly: 59 % relapsed in a week and a third of
the abstinent free after 24 weeks agree only if withdrawal counts for a hundredfold; retention is too high for
the buprenorphine of Hser and too low for depot naltrexone.
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
from ebbtide.population import BETWEEN_PERSON, draw_numbers

jax.config.update("jax_enable_x64", True)
STEP_H, HELD_H = 0.25, 2.0  # of integration, and what is kept: means
PEOPLE, SPREAD = 48, 0.48  # SD of the logarithm of concentrations
LIGANDS = ("morphine", "methadone", "buprenorphine", "naloxone")
HEROIN = 250.0  # nM of morphine for regular use; methadone 14.6 nM a daily mg, buprenorphine 4.5 nM at 16 mg
LOST_SLEEP = {"return_to_use": 0.1, "leave_programme": 0.05}
DOSES = (4, 11, 16, 31)  # of buprenorphine, mg a day
CAUSES = ("craving", "withdrawal", "signal", "block")
SIGN = np.array([1, 1, -1, -1])
USUAL = np.log([0.005, 1.5, 4.0, 1.5, 1.0, 0.01, 1.0, 4.0, 2.5, 0.8, 1.1])  # return, leave, SD of frailty
WIDTH = np.array([2.0, 0.5, 0.15, 0.7, 0.7] * 2 + [0.2])
OWN_CV = np.array([2.0, 0.7])  # of each baseline between people, beside the frailty that both share
AFTER = [(0.41, 7, 60), (0.29, 30, 60), (0.09, 720, 60), (0.25, 182, 30)]  # free, days, people it may weigh
FREE = [  # published, who, from day, to day, events (0 return, 1 leave), people it may weigh
    (0.36, "detox", 60, 228, (0,), 100), (0.57, "ntx", 60, 228, (0,), 100),
    (0.43, "bup16", 1, 169, (0, 1), 100), (0.278, "detox", 0.5, 7.5, (1,), 100),
    (0.74, "meth90", 0.5, 168.5, (1,), 100), (0.46, "bup16", 1, 169, (1,), 100),
    (0.60, "bup31", 1, 169, (1,), 50), (0.39, "detox", 14, 70, (1,), 20), (0.68, "ntx", 14, 70, (1,), 20),
]  # fmt: skip
RATIOS = [(1.16, "bup11", "bup4", 0.17), (1.21, "bup16", "bup4", 0.18)]  # of retention, SE

body = build_body(load_library(), LIGANDS)
numbers = draw_numbers(load_library(), LIGANDS, PEOPLE, 1, BETWEEN_PERSON)
ready = body.prepare(numbers)
need_h, half = (numbers[f"staying.person.{name}"] for name in ("sleep_need", "half_withdrawal"))
exposure = np.exp(SPREAD * ndtri(qmc.Sobol(len(LIGANDS), seed=2).random(64)[:PEOPLE])).T
STOPPED: dict[str, Callable] = {"morphine": lambda t: HEROIN * 0.5 ** (t / 4)}
COURSES: dict[str, dict[str, Callable]] = {
    "detox": STOPPED,
    "early": STOPPED | {"methadone": lambda t: 525 * 0.5 ** (np.maximum(t - 120, 0) / 30)},  # 36 mg, 5 days
    "ntx": STOPPED | {"naloxone": lambda t: 200.0 * (t > 14 * 24)},
    "meth90": STOPPED | {"methadone": lambda t: (440 + 870 * (t > 84)) * -np.expm1((12 - t) / 43) * (t > 12)},
} | {f"bup{mg}": STOPPED | {"buprenorphine": lambda t, mg=mg: 0.62 * mg**0.71 * (t > 24)} for mg in DOSES}


@jax.jit
def run(state: jax.Array, concentrations: jax.Array) -> tuple[jax.Array, jax.Array]:
    def step(s: jax.Array, c: jax.Array) -> tuple[jax.Array, jax.Array]:
        c = c[:, None] * exposure
        s = s + STEP_H * body.change(s + STEP_H / 2 * body.change(s, c, ready), c, ready)
        seen = dict(zip(body.quantities, body.observe(s, c, ready), strict=True))
        now = body.moment(s, c, ready)
        withdrawal = seen["cows"] / (seen["cows"] + half)
        block = jnp.maximum(now.binding.occupied - now.stimulus, 0)
        lost = jnp.maximum(need_h - seen["sleep.total"], 0)
        return s, jnp.stack([seen["craving"] / 100, withdrawal, now.signal, block, lost])

    def steps(s: jax.Array, c: jax.Array) -> tuple[jax.Array, jax.Array]:
        s, rows = jax.lax.scan(step, s, c)
        return s, rows.mean(axis=0)

    return jax.lax.scan(steps, state, concentrations.reshape(-1, round(HELD_H / STEP_H), len(LIGANDS)))


def main() -> None:
    t = np.arange(0, 780 * 24, STEP_H)
    users = np.where(np.array(body.ligands) == "morphine", HEROIN, 0.0) * np.ones((20_000, 1))
    use, _ = run(jnp.zeros((body.size, PEOPLE)), jnp.asarray(users))
    at = {}
    for who, given in COURSES.items():
        columns = np.stack([given[x](t) if x in given else 0 * t for x in body.ligands], axis=1)
        at[who] = np.asarray(run(use, jnp.asarray(columns))[1])
    own, z = np.sqrt(np.log1p(OWN_CV**2)), ndtri(qmc.Sobol(3, seed=1).random(512)).T

    def free(x: np.ndarray, who: str, first: float, last: float, *events: int) -> float:
        rows = at[who][round(first * 24 / HELD_H) : round(last * 24 / HELD_H)]
        total = np.zeros((PEOPLE, z.shape[1]))
        for event in events:
            level, *slopes = np.exp(x[5 * event : 5 * event + 5])
            log = np.einsum("tcp,c->tp", rows, [*(SIGN * slopes), list(LOST_SLEEP.values())[event]])
            frailty = np.exp(np.exp(x[10]) * z[2] + own[event] * z[event])
            total += np.outer(level * np.exp(log).sum(axis=0) * HELD_H / 24, frailty)
        return float(np.exp(-total).mean())

    def predicted(x: np.ndarray) -> np.ndarray:
        parts = [(free(x, "detox", 42, 42 + d, 0), free(x, "early", 5, 5 + d, 0)) for _, d, _ in AFTER]
        rows = [0.38 * a + 0.62 * b for a, b in parts] + [free(x, *row[1:4], *row[4]) for row in FREE]
        return np.array([*rows, *(free(x, u, 1, 141, 1) / free(x, v, 1, 141, 1) for _, u, v, _ in RATIOS)])

    published = np.array([row[0] for row in (*AFTER, *FREE, *RATIOS)])
    se = [np.sqrt(row[0] * (1 - row[0]) / row[-1]) for row in (*AFTER, *FREE)] + [row[-1] for row in RATIOS]
    fit = least_squares(lambda x: np.hstack([(predicted(x) - published) / se, (x - USUAL) / WIDTH]), USUAL)
    spread = np.sqrt(np.diag(np.linalg.inv(fit.jac.T @ fit.jac)))
    names = [f"{event}.{what}" for event in LOST_SLEEP for what in ("baseline", *CAUSES)] + ["frailty SD"]
    for name, value, sd in zip(names, np.exp(fit.x), spread, strict=True):
        print(f"{name:28} {value:8.4f}  (SD of its logarithm {sd:.2f})")
    print(f"frailty between_cv {np.sqrt(np.expm1(np.exp(fit.x[10]) ** 2)):.2f}")
    for row, value in zip((*AFTER, *FREE, *RATIOS), predicted(fit.x), strict=True):
        print(f"{value:.2f}, published {row[0]}: {row[1:-1]}")


if __name__ == "__main__":
    main()
