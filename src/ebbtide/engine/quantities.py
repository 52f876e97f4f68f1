"""Units and titles of the quantities that results hold."""

from __future__ import annotations

UNITS = {
    "mor.occupancy": "fraction",
    "mor.signal": "fraction",
    "cows": "points",
    "sows": "points",
    "sows_gossop": "points",
    "craving": "points",
    "ventilation": "fraction of baseline",
}
TITLES = {
    "mor.occupancy": "Mu-opioid receptor occupancy",
    "mor.signal": "Mu-opioid signal",
    "cows": "COWS",
    "sows": "SOWS",
    "sows_gossop": "SOWS-Gossop",
    "craving": "Craving (0-100)",
    "ventilation": "Ventilation",
}
SCALES = {"cows": 48.0, "sows": 64.0, "sows_gossop": 30.0, "craving": 100.0}
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
