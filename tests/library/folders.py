"""A made-up medicine as a user would add it, and folders to put it in."""

from pathlib import Path
from typing import Any

from ebbtide.library import Library, load_library


def number(value: Any, unit: str, **more: Any) -> dict[str, Any]:
    return {"value": value, "unit": unit, "source": "GeneralKnowledge", "basis": "assumption", **more}


def medicine() -> dict[str, Any]:
    """A full agonist by mouth and vein, made of round numbers."""
    return {
        "name": "testorphine",
        "title": "Testorphine",
        "synonyms": ["TST"],
        "classes": ["opioid", "mu_agonist"],
        "molar_mass": number(300, "g/mol"),
        "disposition": {
            "volume": number(100, "L", between_cv=0.3),
            "clearance": number(20, "L/h"),
            "peripherals": [{"volume": number(200, "L"), "flow": number(30, "L/h")}],
        },
        "pathways": {"cyp3a4": number(0.5, "dimensionless")},
        "absorption": {
            "oral": {"bioavailability": number(0.4, "dimensionless"), "rate": number(1.5, "1/h")},
            "intravenous": {"bioavailability": number(1, "dimensionless")},
        },
        "receptors": {
            "mu": {
                "dissociation_constant": number(200, "nM"),
                "efficacy": number(0.9, "dimensionless", shape="logitnormal"),
            }
        },
    }


def pill() -> dict[str, Any]:
    return {
        "name": "testorphine_pill",
        "title": "Testorphine pill",
        "synonyms": ["testorphine"],
        "route": "oral",
        "active": "testorphine",
        "contents": [{"compound": "testorphine", "amount": number(10, "mg/tablet")}],
    }


def toml(value: Any) -> str:
    """A value as inline TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml(str(k))} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = "".join(c if c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in value)
        return f'"{escaped}"'
    return repr(value)


def write(folder: Path, kind: str, name: str, entry: dict[str, Any]) -> Path:
    path = folder / kind / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{toml(k)} = {toml(v)}\n" for k, v in entry.items()), encoding="utf-8")
    return folder


def library_with(folder: Path, **entries: dict[str, Any]) -> Library:
    """The shipped library and a folder with these compounds and products."""
    for name, entry in entries.items():
        write(folder, "products" if "contents" in entry else "compounds", name, entry)
    return load_library([folder])
