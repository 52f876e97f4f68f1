"""A forecast made of closed-form curves, in the form that the engine hands over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import xarray as xr

from ebbtide.engine.forecast import ArmForecast, Forecast

PERCENTILES = (5, 25, 50, 75, 95)
SYMPTOMS = (
    "nausea",
    "vomiting",
    "diarrhoea",
    "muscle_aches",
    "anxiety",
    "insomnia",
    "restlessness",
    "sweating",
    "fatigue",
    "low_mood",
    "tachycardia",
    "chills",
)
UNITS = {"cows": "points", "sows": "points", "craving": "of 100", "ventilation": "1", "mor.occupancy": "1"}


@dataclass(frozen=True)
class Person:
    age_years: float | None = 34.0
    sex: str | None = "male"
    weight_kg: float | None = None
    conditions: tuple[str, ...] = ("hepatitis_c",)


@dataclass(frozen=True)
class Stream:
    title: str = "heroin, smoked"
    amount_text: str = "200 mg"
    interval_h: float = 6.0
    duration_h: float = 900 * 24.0
    last_h: float = -10.0


@dataclass(frozen=True)
class Seen:
    time_h: float
    kind: str
    name: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""


@dataclass(frozen=True)
class Case:
    id: str = "example"
    title: str = "Man of 34, smoked heroin for two and a half years, stops with kratom tea"
    start: datetime = datetime(2026, 3, 2, 8, tzinfo=timezone(timedelta(hours=1)))
    duration_h: float = 336.0
    person: Any = Person()
    history: tuple[Any, ...] = (Stream(),)
    observations: tuple[Any, ...] = (
        Seen(10.0, "scale", "COWS", 4.0),
        Seen(25.0, "scale", "COWS", 13.0),
        Seen(49.0, "scale", "COWS", low=13.0, high=24.0, text="moderate (rated 2 of 3)"),
        Seen(48.0, "lab", "ALT", 41.0, text="41 U/L"),
    )
    notes: tuple[str, ...] = ("The lot of kratom has its own assay.",)
    doses: tuple[Any, ...] = ()
    alternatives: tuple[Any, ...] = ()
    supports: tuple[Any, ...] = ()


def hump(time_h: np.ndarray, peak: float, when: float, width: float) -> np.ndarray:
    """A curve that is ``peak`` at ``when`` and half of it ``width`` hours to either side."""
    return peak * 0.5 ** (((time_h - when) / width) ** 2)


def bands_of(people: xr.Dataset, bases: tuple[str, ...]) -> xr.Dataset:
    """Percentiles over people; a second basis is the first, one and a half times as wide."""
    found = {}
    for name, variable in people.data_vars.items():
        values = np.percentile(variable.values, PERCENTILES, axis=1)
        layers = [values, values[2] + 1.5 * (values - values[2])][: len(bases)]
        highest = 100 if name == "craving" else None
        found[name] = (("basis", "percentile", "time_h"), np.clip(layers, 0, highest), variable.attrs)
    coords = {"basis": list(bases), "percentile": list(PERCENTILES), "time_h": people["time_h"].values}
    return xr.Dataset(found, coords)


def make_arm(
    arm_id: str,
    title: str,
    *,
    peak: float = 18.0,
    people: int = 200,
    hours: int = 336,
    evidence_based: bool = False,
    drugs: tuple[str, ...] = ("morphine", "six_acetylmorphine"),
    bases: tuple[str, ...] = ("between_person", "with_parameter_uncertainty"),
) -> ArmForecast:
    """An arm whose COWS is a hump at 42 h; each person has the same factor in every arm."""
    time_h = np.arange(hours + 1, dtype=np.float64)
    spread = np.exp(0.25 * np.random.default_rng(7).standard_normal(people)) if people > 1 else np.ones(1)
    late = 42 * (
        np.exp(0.15 * np.random.default_rng(8).standard_normal(people)) if people > 1 else np.ones(1)
    )
    t = time_h[:, None]
    shape = 0.5 ** (((t - late) / np.where(t < late, 22, 55)) ** 2)
    cows = np.clip(peak * spread * shape, 0, 48)
    values: dict[str, np.ndarray] = {"cows": cows, "craving": np.clip(35 + 2 * cows * spread, 0, 100)}
    for index, name in enumerate(SYMPTOMS):
        values[f"symptom.{name}"] = np.clip(
            cows / 48 * (1.6 - 0.1 * index) + (0.15 if name == "insomnia" else 0), 0, 1
        )
    for index, name in enumerate(drugs):
        doses = np.arange(0, hours if index else 30, 12.0)
        level = sum(np.where(t >= d, np.exp(-(t - d) / (5 + 9 * index)), 0) for d in doses)
        values[f"plasma.{name}"] = (80.0 / (index + 1)) * level * spread
    values["mor.occupancy"] = np.clip(
        0.75 * np.exp(-t / 20) + (0.35 if evidence_based else 0.03) * spread, 0, 1
    )
    values["mor.signal"] = values["mor.occupancy"] * 0.6
    values["ventilation"] = np.clip(1 - 0.12 * spread * np.exp(-t / 30), 0, 1.4)
    values |= {
        "pain": cows / 8,
        "pupil": 4 + cows / 12,
        "activation": 0.0 * cows,
        "sedation": 0.2 * spread * np.exp(-t / 40),
        "qtc_change": 0.5 * spread * np.exp(-t / 40),
        "sleep.total": 7 - cows / 12,
        "sleep.latency": 15 + 2 * cows,
        "liver.alt": 22 * spread + 0 * t,
        "risk.return_to_use": 0.05 * spread + 0 * t,
        "risk.leave_programme": 0.02 * spread + 0 * t,
    }
    coords = {"time_h": time_h, "person": np.arange(people)}
    data = xr.Dataset(
        {
            name: (
                ("time_h", "person"),
                v.astype(np.float32),
                {"units": UNITS.get(name, "nM" if "plasma" in name else "1"), "title": name_title(name)},
            )
            for name, v in values.items()
        },
        coords,
    )
    days = np.arange(1, hours // 24 + 1)
    kept = 0.5 if evidence_based else 0.0
    fall = 0.2 + 0.55 * (1 - np.exp(-days / 4.0)) * (1 - kept)
    lowest = np.clip(1 - fall[:, None] * spread, 0.02, 1.0)
    relapse = xr.Dataset(
        {"ventilation_minimum": (("day", "person"), lowest)},
        {"day": days},
        {"former_dose": "heroin, smoked, 200 mg", "product": "heroin_smoked"},
    )
    lines = (f"{title}, day 1 20:00, then every 24 h x 6",)
    return ArmForecast(arm_id, title, lines, data, bands_of(data, bases), relapse, evidence_based)


def name_title(name: str) -> str:
    """A title as the engine gives it."""
    fixed = {
        "cows": "COWS",
        "craving": "Craving",
        "mor.occupancy": "Receptor occupancy",
        "mor.signal": "Receptor signal",
        "ventilation": "Breathing",
    }
    return fixed.get(name, name.split(".")[-1].replace("_", " ").capitalize())


FINDINGS = (
    {
        "id": "legal.banned",
        "severity": "note",
        "title": "Kratom is banned in Alabama",
        "message": "Possession of kratom is an offence in US-AL.",
        "basis": {
            "rule": "jurisdiction lists kratom as banned",
            "inputs": {"jurisdiction": "US-AL"},
            "sources": ["Law2016"],
            "evidence": "law",
            "missing": [],
        },
        "advice": "Tell the person about the law.",
    },
    {
        "id": "interaction.kratom.benzodiazepine",
        "severity": "urgent",
        "title": "Kratom with diazepam",
        "message": "Both slow breathing; deaths with this combination are described.",
        "basis": {
            "rule": "kratom and a benzodiazepine within 24 h",
            "inputs": {"kratom": "2 g every 6 h", "diazepam": "10 mg"},
            "sources": ["Olsen2019"],
            "evidence": "case series",
            "missing": ["dose of diazepam in history"],
        },
        "advice": "Do not combine; ask a clinician about tapering.",
    },
    {
        "id": "relapse.lost_tolerance",
        "severity": "major",
        "title": "Tolerance is lost within days",
        "message": "After 10 days the former dose is forecast to halve breathing in most people.",
        "basis": {
            "rule": "ventilation_minimum below limit",
            "inputs": {"day": 10, "median": 0.42},
            "sources": ["White1999"],
            "evidence": "model",
            "missing": [],
        },
        "advice": "Give take-home naloxone.",
    },
)


def make_forecast(*, people: int = 200, hours: int = 336, arms: int = 3, **changes: Any) -> Forecast:
    """A forecast of up to three arms: as written, buprenorphine, kratom."""
    made = (
        make_arm("as-written", "As written: no medicine", people=people, hours=hours),
        make_arm(
            "kratom",
            "Kratom tea 2 g every 6 h",
            peak=13,
            people=people,
            hours=hours,
            drugs=("mitragynine", "seven_hydroxymitragynine"),
        ),
        make_arm(
            "buprenorphine",
            "Buprenorphine-naloxone film, 8 mg then 16 mg a day",
            peak=8,
            people=people,
            hours=hours,
            evidence_based=True,
            drugs=("buprenorphine", "norbuprenorphine"),
        ),
    )[:arms]
    base = Forecast(
        case=replace(Case(), duration_h=float(hours)),
        arms=made,
        findings=FINDINGS,
        emergency=(
            {
                "sign": "Cannot be woken, blue lips, slow or no breathing",
                "text": "Give naloxone, call the emergency number, breathe for the person.",
            },
            {"sign": "Seizure", "text": "Call the emergency number. Put the person on the side."},
            {"sign": "Chest pain or fainting", "text": "Call the emergency number."},
            {"sign": "Thoughts of suicide", "text": "Do not leave the person alone. Call the crisis line."},
        ),
        assumptions=(
            {
                "name": "adaptation.slow_share",
                "value": 0.35,
                "unit": "dimensionless",
                "note": "no human data; wide prior",
            },
            {
                "name": "mitragynine.efficacy",
                "value": 0.25,
                "unit": "dimensionless",
                "note": "from cells, scaled",
            },
        ),
        sources=(
            {
                "key": "Law2016",
                "citation": "State of Alabama, Act 2016-307",
                "url": "https://example.org/law",
                "used_for": "legal status",
            },
            {
                "key": "Olsen2019",
                "citation": "Olsen EO et al, 2019, MMWR 68:326",
                "url": "https://doi.org/10.15585/mmwr.mm6814a2",
                "used_for": "deaths with kratom",
            },
            {
                "key": "White1999",
                "citation": "White JM, Irvine RJ, 1999, Addiction 94:961",
                "url": "javascript:alert(1)",
                "used_for": ("tolerance", "breathing"),
            },
        ),
        missing=("weight: not given, drawn from the base population (70 kg for the typical person)",),
        not_simulated=("vitamin C 500 mg: checked for safety, no kinetics in the library",),
        provenance={
            "software_version": "0.1.0",
            "library_digest": "9f2c" * 16,
            "seed": 1,
            "people": people,
            "step_h": 1.0,
            "solver": {
                "method": "RK4 on a dose-aligned mesh",
                "error_estimate": 2.3e-5,
                "reference": "CVODE, 1e-9",
            },
        },
    )
    return replace(base, **changes)
