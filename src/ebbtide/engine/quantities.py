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


def attributes(name: str) -> dict[str, str]:
    """``units`` and ``title`` of a quantity."""
    if name.startswith("plasma."):
        return {"units": "nM", "title": f"Plasma {name.removeprefix('plasma.')}"}
    if name.startswith("symptom."):
        return {"units": "fraction", "title": name.removeprefix("symptom.").replace("_", " ").capitalize()}
    return {"units": UNITS[name], "title": TITLES[name]}
