"""Units and titles of the quantities that results hold."""

from __future__ import annotations

UNITS = {
    "mor.occupancy": "fraction",
    "mor.signal": "fraction",
    "cows": "points",
    "sows": "points",
    "sows_gossop": "points",
    "oows": "points",
    "cina": "points",
    "mhows": "points",
    "craving": "points",
    "ventilation": "fraction of baseline",
    "activation": "fraction",
    "sedation": "fraction",
    "pupil": "mm",
    "qtc_change": "ms",
    "pain": "points",
    "pain_tolerance": "s",
    "sleep.total": "h",
    "sleep.latency": "min",
    "liver.alt": "U/L",
    "liver.ast": "U/L",
    "liver.alp": "U/L",
    "liver.bilirubin": "mg/dL",
    "serum.magnesium": "mmol/L",
    "risk.return_to_use": "1/day",
    "risk.leave_programme": "1/day",
}
TITLES = {
    "mor.occupancy": "Mu-opioid receptor occupancy",
    "mor.signal": "Mu-opioid signal",
    "cows": "COWS",
    "sows": "SOWS",
    "sows_gossop": "SOWS-Gossop",
    "oows": "OOWS",
    "cina": "CINA",
    "mhows": "MHOWS",
    "craving": "Craving (0-100)",
    "ventilation": "Ventilation",
    "activation": "Activation",
    "sedation": "Sedation",
    "pupil": "Pupil diameter",
    "qtc_change": "Change of QTc",
    "pain": "Pain (0-10)",
    "pain_tolerance": "Tolerance of ice water",
    "sleep.total": "Total sleep",
    "sleep.latency": "Time to fall asleep",
    "liver.alt": "ALT",
    "liver.ast": "AST",
    "liver.alp": "ALP",
    "liver.bilirubin": "Bilirubin",
    "serum.magnesium": "Serum magnesium",
    "risk.return_to_use": "Hazard of return to use",
    "risk.leave_programme": "Hazard of leaving the programme",
}
SCALES = {
    "cows": 48.0,
    "sows": 64.0,
    "sows_gossop": 30.0,
    "oows": 13.0,
    "cina": 31.0,
    "mhows": 14.0,
    "craving": 100.0,
    "pupil": 8.0,
    "qtc_change": 100.0,
    "pain": 10.0,
    "pain_tolerance": 300.0,
    "sleep.total": 10.0,
    "sleep.latency": 120.0,
    "liver.alt": 1000.0,
    "liver.ast": 1000.0,
    "liver.alp": 500.0,
    "liver.bilirubin": 10.0,
}
"""Largest value there can be, where it is not 1."""


def natural_scale(name: str) -> float:
    """The largest value of a quantity; 1 for fractions and, in nM, for plasma concentrations."""
    return SCALES.get(name, 1.0)


def attributes(name: str) -> dict[str, str]:
    """``units`` and ``title`` of a quantity."""
    if name.startswith("plasma."):
        return {"units": "nM", "title": f"Plasma {name.removeprefix('plasma.')}"}
    if name.startswith("symptom."):
        return {"units": "fraction", "title": name.removeprefix("symptom.").replace("_", " ").capitalize()}
    return {"units": UNITS[name], "title": TITLES[name]}
