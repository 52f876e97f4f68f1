"""Fit two-compartment oral parameters of kratom alkaloids to the medians of Tanna 2022 (2 g tea).

The paper's own parameter table could not be read, so the library's volumes, flows and absorption
rates are those that reproduce the published Cmax, tmax, AUCinf and half-life. Five parameters from
four medians leave one direction open; two weak pulls close it: an absorption half-life of a quarter
of tmax, and a part of the AUC under the terminal phase (40 % for mitragynine, whose half-life is long
beside its tmax, 60 % for the others; without it the fit ends at a vanishing peripheral volume).

7-Hydroxymitragynine is formed on the way in and, far less, from circulating mitragynine. The second
way hides under 1 % of the peak after one dose (half-life 5.7 h) and is seen after daily doses
(24.7 h, Huestis2024). Only the ratio of formation to clearance is known; FIRST_PASS and SYSTEMIC are
assumed so that its clearance leaves the bioavailability that hepatocytes point to (0.4).
Run: ``python calibration/kratom_tea.py``; the printed numbers stand in ``library/compounds``.
"""

import numpy as np
from scipy.linalg import expm
from scipy.optimize import least_squares

# medians: dose nmol, Cmax nM, tmax h, AUCinf nM h, half-life h; share of the AUC under the terminal phase
PUBLISHED = {
    "mitragynine": ((39e6 / 398.5, 81.9, 1.0, 420.0, 45.3), 0.4),
    "speciociliatine": ((10e6 / 398.5, 308.0, 2.5, 5120.0, 12.3), 0.4),
    "speciogynine": ((6.4e6 / 398.5, 51.4, 2.0, 477.0, 23.5), 0.6),
    "paynantheine": ((12e6 / 396.5, 61.1, 1.0, 438.0, 27.0), 0.6),
    "mitraciliatine": ((1.3e6 / 398.5, 73.5, 4.5, 1160.0, 17.8), 0.6),
    "isopaynantheine": ((1.0e6 / 396.5, 48.8, 4.5, 794.0, 14.4), 0.6),
}
BIOAVAILABILITY = {  # by which the apparent volumes and flows are multiplied
    "mitragynine": 0.21,
    "speciociliatine": 0.207,
    "speciogynine": 0.4,
    "paynantheine": 0.3,
    "mitraciliatine": 0.207,
    "isopaynantheine": 0.207,
}
FIRST_PASS = 0.045  # share of oral mitragynine that reaches the circulation as 7-hydroxymitragynine: assumed
SYSTEMIC = 0.025  # share of mitragynine's clearance that forms it from the circulation: assumed
# Cmax nM, tmax h, AUCinf nM h, half-life h: 5.67 is over all samples, here from 6 h to 18 h
METABOLITE = (16.1, 1.0, 106.0, 5.3)
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


def peak(curve: np.ndarray) -> tuple[float, float]:
    """Height and time of the highest point of a curve at ``FINE``."""
    top = int(np.argmax(curve))
    vertex = FINE[top]
    if 0 < top < FINE.size - 1:
        left, mid, right = curve[top - 1 : top + 2]
        vertex += 0.5 * (left - right) / (left - 2 * mid + right) * (FINE[1] - FINE[0])
    return float(curve[top]), float(vertex)


def amounts(matrix: np.ndarray, start: np.ndarray, index: int) -> np.ndarray:
    """Amount in compartment ``index`` at ``FINE``."""
    step = expm(matrix * (FINE[1] - FINE[0]))
    amount = expm(matrix * FINE[0]) @ start
    curve = np.empty(FINE.size)
    for i in range(FINE.size):
        curve[i] = amount[index]
        amount = step @ amount
    return curve


def predicted(log_parameters: np.ndarray, dose: float) -> np.ndarray:
    """Cmax, tmax, AUCinf and terminal half-life of one oral dose."""
    volume, matrix = rates(log_parameters)
    cmax, tmax = peak(amounts(matrix, np.array([dose, 0.0, 0.0]), 1) / volume)
    slowest = -np.max(np.linalg.eigvals(matrix).real)
    return np.array([cmax, tmax, dose / np.exp(log_parameters[0]), np.log(2) / slowest])


def terminal_share(log_parameters: np.ndarray) -> float:
    """Part of the AUC that lies under the terminal exponential."""
    _, matrix = rates(log_parameters)
    values, vectors = np.linalg.eig(matrix)
    weights = vectors[1] * np.linalg.solve(vectors, np.array([1.0, 0.0, 0.0])) / -values
    return float((weights[np.argmax(values.real)] / weights.sum()).real)


def fit(medians: tuple[float, ...], share: float) -> np.ndarray:
    """Log of CL/F, V/F, Q/F, Vp/F and ka."""
    dose, cmax, tmax, auc, half_life = medians
    target = np.log([cmax, tmax, auc, half_life])
    clearance = dose / auc
    start = np.log([clearance, 0.6 * dose / cmax, clearance, clearance * half_life, 4 * np.log(2) / tmax])

    def residuals(x: np.ndarray) -> np.ndarray:
        pulls = [0.1 * (x[4] - np.log(4 * np.log(2) / tmax)), (terminal_share(x) - share) / 0.1]
        return np.append((np.log(predicted(x, dose)) - target) / 0.02, pulls)

    return np.asarray(least_squares(residuals, start, diff_step=1e-4).x)


def metabolite_of(parent: np.ndarray, dose: float, log_parameters: np.ndarray) -> np.ndarray:
    """Cmax, tmax, AUCinf and half-life of 7-hydroxymitragynine after mitragynine with ``parent``."""
    volume, first = rates(parent)
    ka = np.exp(parent[4])
    oral = BIOAVAILABILITY["mitragynine"]
    clearance, central, flow, peripheral = np.exp(log_parameters)
    matrix = np.zeros((5, 5))
    matrix[:3, :3] = first
    # apparent amounts of the parent are its true amounts over its bioavailability
    matrix[3, 0] = ka * FIRST_PASS
    matrix[3, 1] = SYSTEMIC * oral * np.exp(parent[0]) / volume
    matrix[3, 3] = -(clearance + flow) / central
    matrix[3, 4] = flow / peripheral
    matrix[4, 3] = flow / central
    matrix[4, 4] = -flow / peripheral
    start = np.array([dose, 0.0, 0.0, 0.0, 0.0])
    cmax, tmax = peak(amounts(matrix, start, 3) / central)
    early, late = ((expm(matrix * t) @ start)[3] for t in (6.0, 18.0))
    auc = dose * (FIRST_PASS + SYSTEMIC * oral) / clearance
    return np.array([cmax, tmax, auc, 12.0 * np.log(2) / np.log(early / late)])


def fit_metabolite(parent: np.ndarray, dose: float) -> np.ndarray:
    """Log of CL, V, Q and Vp of 7-hydroxymitragynine; the absorption rate is the parent's."""
    clearance = dose * (FIRST_PASS + SYSTEMIC * BIOAVAILABILITY["mitragynine"]) / METABOLITE[2]
    start = np.log([clearance, 3.0 * clearance, clearance, 4.0 * clearance])
    weights = np.array([0.02, 0.2, 0.02, 0.02])  # the peak time is the parent's absorption: not free

    def residuals(x: np.ndarray) -> np.ndarray:
        return (np.log(metabolite_of(parent, dose, x)) - np.log(METABOLITE)) / weights

    return np.asarray(least_squares(residuals, start, diff_step=1e-4).x)


def main() -> None:
    """Print what stands in the library."""
    names = ("clearance", "volume", "flow", "peripheral", "ka")
    fits = {name: fit(*published) for name, published in PUBLISHED.items()}
    for name, x in fits.items():
        oral = BIOAVAILABILITY[name]
        values = np.exp(x) * np.array([oral, oral, oral, oral, 1.0])
        shown = {key: float(f"{value:.4g}") for key, value in zip(names, values, strict=True)}
        check = predicted(x, PUBLISHED[name][0][0])
        print(name, f"times F {oral}:", shown, "Cmax, tmax, AUC, half-life:", check.round(3))
    dose = PUBLISHED["mitragynine"][0][0]
    x = fit_metabolite(fits["mitragynine"], dose)
    shown = {key: float(f"{value:.4g}") for key, value in zip(names[:4], np.exp(x), strict=True)}
    print(
        "7-hydroxymitragynine",
        shown,
        "Cmax, tmax, AUC, half-life:",
        metabolite_of(fits["mitragynine"], dose, x).round(3),
    )


if __name__ == "__main__":
    main()
