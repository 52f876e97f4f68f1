"""Fit the numbers of adaptation, rebound and symptoms to published courses of withdrawal.

Candidates are drawn around the library's numbers and run through the engine side by side: each is a person.
Every target below is then a curve in the numbers (linear and square terms by least squares over the
candidates), and the sum of squared differences from what is published, in units of the tolerance, and of the
prior is brought to its minimum on these curves; candidates around that point give better curves. Printed:
the best numbers, 90 % intervals (normal approximation), and how much narrower they are than what was known
before; above 0.7 a number was not learned and keeps its wide prior.

Tied numbers move together: buprenorphine's efficacy with the stimulus that halves breathing (ceiling near
half of ventilation, Dahan 2005), and with it fentanyl's constant (half ventilation at 0.42 ng/mL, Algera
2021).

Run: ``python calibration/withdrawal.py`` (about two minutes).
"""

from __future__ import annotations

import sys

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import qmc

from ebbtide.case import parse_case
from ebbtide.engine.people import compose, make_people
from ebbtide.engine.plan import arms_of
from ebbtide.engine.regimen import build_regimen, inputs_of
from ebbtide.engine.run import Request, run_people
from ebbtide.library import load_library
from ebbtide.library.change import parameter_at
from ebbtide.population import TYPICAL, Traits, draw_traits

CANDIDATES, SEED = 256, 1
SPREADS = (0.8, 0.5, 0.35, 0.25)
"""Of the candidates of each round, in widths of the prior."""
BREATHING_PER_EFFICACY, C50_NM = 0.95, 0.42 / 336.5e-3
FITTED = (
    "adaptation.acute.half_life",
    "adaptation.acute.share",
    "adaptation.fast.half_life",
    "adaptation.fast.share",
    "adaptation.slow.share",
    "adaptation.protracted.share",
    "withdrawal.rebound.half_life",
    "withdrawal.person.sensitivity",
    "receptor.reserve",
    "buprenorphine.receptors.mu.efficacy",
    "methadone.receptors.mu.dissociation_constant",
    "morphine.receptors.mu.dissociation_constant",
    "GAIN",
    "STEEPNESS",
    "RATE",
)
"""Paths, and factors on symptoms: of the gain of the rebound, of the steepness, and of the rate of signs."""
FACTOR_CV = {"GAIN": 0.3, "STEEPNESS": 0.15, "RATE": 0.3}
SIGN_RATE = 0.9
"""Signs follow faster than this (per hour); sleep, mood and fatigue, which do not, keep their rates."""


def use(product: str, amount: str, every: str, days: int, **more: str) -> dict[str, str]:
    return {
        "product": product,
        "amount": amount,
        "every": every,
        "for": f"{days} d",
        "last": "0 h before start",
        **more,
    }


LATE = (14, 16, 18, 20, 22, 24, 28)
"""Hours at which buprenorphine is given; of each candidate the first counts at which COWS is 13 or more."""
FILM = {"product": "buprenorphine_naloxone_film", "amount": "8 mg"}
COURSES = {
    "heroin 200": ([use("heroin_smoked", "200 mg", "6 h", 900)], [], "11 d"),
    "heroin 100": ([use("heroin_smoked", "100 mg", "6 h", 900)], [], "4 d"),
    "heroin 60": ([use("heroin_smoked", "60 mg", "6 h", 900)], [], "8 d"),
    "methadone": ([use("methadone_liquid", "80 mg", "24 h", 900)], [], "14 d"),
    "morphine": ([use("morphine_injection", "30 mg", "6 h", 9, route="intramuscular")], [], "8 d"),
    "naloxone": (
        [use("morphine_injection", "30 mg", "6 h", 9, route="intramuscular")],
        [{"product": "naloxone_injection", "amount": "0.4 mg", "route": "intramuscular", "at": "3 h"}],
        "7 h",
    ),
    "fentanyl": ([use("fentanyl_smoked", "2 mg", "4 h", 700)], [], "6 d"),
    "fentanyl early": ([use("fentanyl_smoked", "2 mg", "4 h", 700)], [FILM | {"at": "2 h"}], "10 h"),
    **{
        f"fentanyl late {hour}": (
            [use("fentanyl_smoked", "2 mg", "4 h", 700)],
            [FILM | {"at": f"{hour} h"}],
            f"{hour + 8} h",
        )
        for hour in LATE
    },
    "buprenorphine": ([use("buprenorphine_naloxone_film", "8 mg", "24 h", 36)], [], "9 d"),
}


def targets(
    t: dict[str, np.ndarray], cows: dict[str, np.ndarray], occupied: np.ndarray
) -> dict[str, tuple[np.ndarray, float, float]]:
    """Name: value of every candidate, published, tolerance.

    Sources as in tests/truth/test_withdrawal_courses.py; naloxone's peak at 15 min Bickel 1988,
    methadone's occupancy of 19-32 % Kling 2000.
    """

    def onset(name: str, level: float = 5.0) -> np.ndarray:
        over = cows[name] >= level
        return np.where(over.any(axis=0), t[name][over.argmax(axis=0)], t[name][-1])

    def peak(name: str) -> np.ndarray:
        return t[name][cows[name].argmax(axis=0)]

    def at(name: str, hour: float) -> np.ndarray:
        return cows[name][int(np.abs(t[name] - hour).argmin())]

    relief = np.full(occupied.shape, np.nan)
    for hour in LATE:
        name = f"fentanyl late {hour}"
        lowest = cows[name][t[name] >= hour].min(axis=0) / at(name, hour)
        relief = np.where(np.isnan(relief) & ((at(name, hour) >= 13) | (hour == LATE[-1])), lowest, relief)
    most = {name: values.max(axis=0) for name, values in cows.items()}
    window = (t["fentanyl early"] >= 3) & (t["fentanyl early"] <= 8)
    hours = t["fentanyl early"][window]
    alone = np.stack([np.interp(hours, t["fentanyl"], course) for course in cows["fentanyl"].T], axis=1)
    early = cows["fentanyl early"][window]
    rise = cows["naloxone"][(t["naloxone"] >= 3) & (t["naloxone"] <= 3.5)].max(axis=0) - at("naloxone", 3)
    risen = cows["naloxone"] - at("naloxone", 3)
    soon = risen[(t["naloxone"] >= 3) & (t["naloxone"] <= 3.26)].max(axis=0)
    most_rise = risen[t["naloxone"] >= 3].max(axis=0)
    return {
        "heroin onset, h": (onset("heroin 200"), 10, 2),
        "heroin peak, h": (peak("heroin 200"), 48, 6),
        "heroin peak, COWS": (most["heroin 200"], 26, 3),
        "heroin day 7 over peak": (at("heroin 200", 168) / most["heroin 200"], 0.2, 0.07),
        "heroin day 10 over peak": (at("heroin 200", 240) / most["heroin 200"], 0.1, 0.05),
        "heroin 100 mg peak, h": (peak("heroin 100"), 44, 5),
        "light heroin peak, h": (peak("heroin 60"), 44, 8),
        "light heroin peak, COWS": (most["heroin 60"], 20, 5),
        "methadone onset, h": (onset("methadone"), 42, 8),
        "methadone peak, h": (peak("methadone"), 120, 24),
        "methadone occupancy after the last dose": (occupied, 0.25, 0.05),
        "methadone peak over heroin's": (most["methadone"] / most["heroin 200"], 0.5, 0.08),
        "morphine peak, h": (peak("morphine"), 38, 6),
        "morphine day 7 over peak": (at("morphine", 168) / most["morphine"], 0.1, 0.05),
        "naloxone rise in 30 min": (rise, 8, 2),
        "naloxone rise in 15 min over highest": (soon / most_rise, 0.8, 0.2),
        "fentanyl onset, h": (onset("fentanyl"), 12, 3),
        "fentanyl peak, h": (peak("fentanyl"), 56, 10),
        "early buprenorphine, rise over none": ((early - alone).max(axis=0), 6, 1.5),
        "late buprenorphine, lowest over at dose": (relief, 0.8, 0.04),
        "buprenorphine stopped, peak d": (peak("buprenorphine") / 24, 4.2, 0.8),
        "buprenorphine stopped, COWS": (most["buprenorphine"], 6, 2),
    }


def main() -> None:
    library = load_library()
    width = np.array(
        [
            FACTOR_CV[n]
            if n in FACTOR_CV
            else np.sqrt(np.log1p(parameter_at(library, n).uncertainty_cv ** 2))
            for n in FITTED
        ]
    )
    parameters = {n: parameter_at(library, n) for n in FITTED if n not in FACTOR_CV}
    prepared = {name: prepare(library, *course) for name, course in COURSES.items()}
    centre = np.zeros(len(FITTED))
    for turn, spread in enumerate(SPREADS):
        normal = qmc.MultivariateNormalQMC(np.zeros(len(FITTED)), seed=SEED + turn).random(CANDIDATES)
        steps = spread * np.clip(normal, -2.0, 2.0)
        steps[0] = 0.0
        seen = evaluate(library, prepared, parameters, (centre + steps) * width)
        off = np.stack(
            [(np.nan_to_num(v, nan=1e3) - want) / tolerance for v, want, tolerance in seen.values()]
        )
        misfit = (off**2).sum(axis=0) + ((centre + steps) ** 2).sum(axis=1)
        print(
            f"round {turn + 1}: misfit {misfit[0]:.1f} at the centre, {misfit.min():.1f} at best",
            file=sys.stderr,
        )
        table = np.concatenate([np.ones((CANDIDATES, 1)), steps, steps**2], axis=1)
        # candidates far off say little about the neighbourhood of the best
        weight = np.exp(-0.25 * (misfit - misfit.min()) / len(off))[:, None]
        curves = np.linalg.lstsq(table * weight, off.T * weight, rcond=None)[0]

        def residuals(
            step: np.ndarray, curves: np.ndarray = curves, centre: np.ndarray = centre
        ) -> np.ndarray:
            return np.concatenate([np.concatenate([[1.0], step, step**2]) @ curves, centre + step])

        found = least_squares(residuals, np.zeros(len(FITTED)), bounds=(-2 * spread, 2 * spread))
        centre = centre + found.x
    sure = np.sqrt(np.diag(np.linalg.inv(found.jac.T @ found.jac)))
    print(f"{'number':46s} {'library':>9s} {'best':>9s} {'90 % interval':>21s}  narrowed to")
    for j, name in enumerate(FITTED):
        value = 1.0 if name in FACTOR_CV else parameters[name].value
        best, low, high = (value * np.exp(width[j] * (centre[j] + z * sure[j])) for z in (0.0, -1.645, 1.645))
        print(f"{name:46s} {value:9.4g} {best:9.4g} {low:10.4g} -{high:10.4g}  {sure[j]:.2f}")
    seen = evaluate(library, prepared, parameters, np.stack([np.zeros(len(FITTED)), centre * width]))
    print(f"{'target':40s} {'published':>9s} {'library':>9s} {'best':>9s}")
    for name, (values, want, _) in seen.items():
        print(f"{name:40s} {want:9.3g} {values[0]:9.3g} {values[1]:9.3g}")


def prepare(library, history, doses, duration):  # type: ignore[no-untyped-def]
    raw = {
        "case": {"id": "fit", "start": "2026-03-02T08:00:00+00:00", "duration": duration},
        "person": {
            "weight_kg": 70,
            "child_pugh": "none",
            "egfr": 100,
            "cyp2d6": "normal",
            "age_years": 40,
            "sex": "male",
        },
        "history": history,
        "doses": doses,
    }
    case = parse_case(raw, library, "calibration")
    regimen = build_regimen(library, case.history, [arm.doses for arm in arms_of(case)])
    return case, regimen, compose(library, inputs_of(library, regimen.kinds))


def evaluate(library, prepared, parameters, draws):  # type: ignore[no-untyped-def]
    """Every target for every candidate."""
    count = len(draws)
    factor = dict(zip(FITTED, np.exp(draws).T, strict=True))
    fixed = {name: p.value * factor[name] * unit(p) for name, p in parameters.items()}
    half = fixed["buprenorphine.receptors.mu.efficacy"] * BREATHING_PER_EFFICACY
    full = parameter_at(library, "fentanyl.receptors.mu.efficacy").value
    fixed["breathing.breathing.half_stimulus"] = half
    fixed["fentanyl.receptors.mu.dissociation_constant"] = C50_NM * (full / half - 1.0)
    followers = [f"symptoms.{name}" for name in library.physiology["symptoms"]] + ["craving.craving"]
    for follower in followers:
        for what, name in (("rebound_gain", "GAIN"), ("steepness", "STEEPNESS"), ("rate", "RATE")):
            if what == "rate" and parameter_at(library, f"{follower}.rate").value < SIGN_RATE:
                continue
            fixed[f"{follower}.{what}"] = parameter_at(library, f"{follower}.{what}").value * factor[name]
    times, cows = {}, {}
    for name, (case, regimen, composition) in prepared.items():
        drawn = draw_traits(case.person, library, count, 1, TYPICAL)
        traits = Traits(drawn.weight_kg, "normal", "none", 100.0, (), drawn.age_years, {}, fixed)
        people = make_people(library, composition, regimen.kinds, {}, traits, 1, TYPICAL)
        step = 0.1 if case.duration_h < 12 else 1.0
        times[name] = np.arange(0.0, case.duration_h + 1e-9, step)
        [course] = run_people(people, regimen, Request(case.duration_h, times[name]))
        quantities = composition.body.quantities
        cows[name] = course.rows[:, quantities.index("cows")]
        if name == "methadone":
            occupied = course.rows[4, quantities.index("mor.occupancy")]
    return targets(times, cows, occupied)


def unit(parameter) -> float:  # type: ignore[no-untyped-def]
    from ebbtide.population.draw import internal_value

    return internal_value(parameter) / parameter.value


if __name__ == "__main__":
    main()
