"""Fit two-compartment oral parameters of kratom alkaloids to the medians of Tanna 2022 (2 g tea).

The paper's own parameter table could not be read, so the library's volumes, flows and absorption
rates are those that reproduce the published Cmax, tmax, AUCinf and half-life. Five parameters from
four medians leave one direction open; two weak pulls close it: an absorption half-life of a quarter
of tmax, and 40 % of the AUC under the terminal phase (without it the fit ends at a vanishing
peripheral volume).
Run: ``python calibration/kratom_tea.py``; the printed numbers stand in ``library/compounds``.
"""

import numpy as np
from scipy.linalg import expm
from scipy.optimize import least_squares

PUBLISHED = {  # medians: dose nmol, Cmax nM, tmax h, AUCinf nM h, half-life h
    "mitragynine": (39e6 / 398.5, 81.9, 1.0, 420.0, 45.3),
    "speciociliatine": (10e6 / 398.5, 308.0, 2.5, 5120.0, 12.3),
}
FIRST_PASS = 0.10  # share of oral mitragynine that reaches the circulation as 7-hydroxymitragynine: assumed
METABOLITE = (FIRST_PASS * 39e6 / 398.5, 16.1, 1.0, 106.0, 5.67)
FINE = np.linspace(0.02, 12.0, 600)


def rates(log_parameters: np.ndarray) -> tuple[float, np.ndarray]:
    """Volume and rate matrix (depot, central, peripheral) of apparent parameters."""
    clearance, volume, flow, peripheral, ka = np.exp(log_parameters)
    matrix = np.array(
        [
            [-ka, 0.0, 0.0],
            [ka, -(clearance + flow) / volume, flow / peripheral],
            [0.0, flow / volume, -flow / peripheral],
        ]
    )
    return float(volume), matrix


def predicted(log_parameters: np.ndarray, dose: float) -> np.ndarray:
    """Cmax, tmax, AUCinf and terminal half-life of one oral dose."""
    volume, matrix = rates(log_parameters)
    step = expm(matrix * (FINE[1] - FINE[0]))
    amount = expm(matrix * FINE[0]) @ np.array([dose, 0.0, 0.0])
    curve = np.empty(FINE.size)
    for index in range(FINE.size):
        curve[index] = amount[1] / volume
        amount = step @ amount
    top = int(np.argmax(curve))
    slowest = -np.max(np.linalg.eigvals(matrix).real)
    vertex = FINE[top]
    if 0 < top < FINE.size - 1:
        left, mid, right = curve[top - 1 : top + 2]
        vertex += 0.5 * (left - right) / (left - 2 * mid + right) * (FINE[1] - FINE[0])
    return np.array([curve[top], vertex, dose / np.exp(log_parameters[0]), np.log(2) / slowest])


def terminal_share(log_parameters: np.ndarray) -> float:
    """Part of the AUC that lies under the terminal exponential."""
    _, matrix = rates(log_parameters)
    values, vectors = np.linalg.eig(matrix)
    weights = vectors[1] * np.linalg.solve(vectors, np.array([1.0, 0.0, 0.0])) / -values
    return float((weights[np.argmax(values.real)] / weights.sum()).real)


def fit(medians: tuple[float, ...], fixed_ka: float | None = None) -> np.ndarray:
    """Log of CL/F, V/F, Q/F, Vp/F and ka; a metabolite formed on the way in shares its parent's ka."""
    dose, cmax, tmax, auc, half_life = medians
    target = np.log([cmax, tmax, auc, half_life])
    clearance = dose / auc
    start = np.log([clearance, 0.6 * dose / cmax, clearance, clearance * half_life, 4 * np.log(2) / tmax])

    def residuals(x: np.ndarray) -> np.ndarray:
        if fixed_ka is not None:
            x = np.append(x[:4], np.log(fixed_ka))
        pulls = [0.1 * (x[4] - np.log(4 * np.log(2) / tmax)), (terminal_share(x) - 0.4) / 0.1]
        return np.append((np.log(predicted(x, dose)) - target) / 0.02, pulls)

    return np.asarray(least_squares(residuals, start, diff_step=1e-4).x)


def main() -> None:
    """Print what stands in the library."""
    names = ("CL/F", "V/F", "Q/F", "Vp/F", "ka")
    fits = {name: fit(medians) for name, medians in PUBLISHED.items()}
    parent_ka = float(np.exp(fits["mitragynine"][4]))
    metabolite = fit(METABOLITE, parent_ka)
    metabolite[4] = np.log(parent_ka)
    for name, x, dose in [
        *((name, x, PUBLISHED[name][0]) for name, x in fits.items()),
        ("7-hydroxymitragynine", metabolite, METABOLITE[0]),
    ]:
        values = {key: float(f"{value:.4g}") for key, value in zip(names, np.exp(x), strict=True)}
        print(name, values, "Cmax, tmax, AUC, half-life:", predicted(x, dose).round(3))


if __name__ == "__main__":
    main()
