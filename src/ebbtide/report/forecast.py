"""The services behind ``simulate`` and ``follow``: engine, safety and provenance joined into one forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

import ebbtide
from ebbtide.case import Case
from ebbtide.engine.accuracy import MeshError, ReferenceCheck
from ebbtide.engine.forecast import ArmForecast, Forecast
from ebbtide.engine.plan import DEFAULT_TOLERANCE, Progress
from ebbtide.engine.simulate import simulate
from ebbtide.library import Library
from ebbtide.safety import case_findings, emergency_texts, forecast_findings, joined, record_findings
from ebbtide.safety.exposure import Computed, beside_table, exposure_changes, exposure_finding

from . import provenance
from .contents import drawn_contents
from .inventory import without_effect


def make_forecast(
    case: Case,
    library: Library,
    people: int = 1,
    seed: int = 1,
    step_h: float = 1.0,
    tolerance: float = DEFAULT_TOLERANCE,
    progress: Progress = lambda what, done, total: None,
    check_reference: bool | None = None,
) -> Forecast:
    """Simulate ``case`` and add what a report needs; arguments as of :func:`.simulate`."""
    run = simulate(case, library, people, seed, step_h, tolerance, progress, check_reference)
    solver = _solver(run.mesh_error, run.precision, run.reference)
    about = _provenance(library, people, seed, step_h, solver)
    return _joined(case, library, run.arms, run, run.missing, (), about)


def make_followed(
    case: Case,
    library: Library,
    people: int,
    seed: int = 1,
    step_h: float = 1.0,
    tolerance: float = DEFAULT_TOLERANCE,
    progress: Progress = lambda what, done, total: None,
) -> Forecast:
    """Follow ``case`` and add what a report needs; arguments as of :func:`ebbtide.learning.follow.follow`."""
    from ebbtide.learning.follow import follow

    run = follow(case, library, people, seed, step_h, tolerance, progress)
    found = record_findings(case, run.contradictions, library)
    precision = np.dtype(run.plan.request.precision).name
    solver = _solver(run.plan.mesh_error, precision, None)
    about = _provenance(library, people, seed, step_h, solver)
    told = _joined(case, library, run.arms, run.plan, run.plan.missing, found, about)
    return replace(told, following=run.following)


def _joined(
    case: Case,
    library: Library,
    arms: tuple[ArmForecast, ...],
    run: Computed,
    missing: tuple[str, ...],
    more: Sequence[dict[str, Any]],
    about: dict[str, Any],
) -> Forecast:
    """Everything beside the courses."""
    changes = exposure_changes(case, library, run, about["seed"])
    findings = joined(
        (
            *more,
            *forecast_findings(case, arms, library),
            *exposure_finding(changes, case, library),
            *beside_table(case_findings(case, library), changes),
        )
    )
    products = {
        d.product for d in (*case.history, *case.doses, *(d for a in case.alternatives for d in a.doses))
    }
    products |= {lot.base for lot in case.products.values()}
    numbers = list(provenance.used_numbers(library, run.composition.compounds, products))
    cited = [key for f in findings for key in f["basis"]["sources"]]
    return Forecast(
        case=case,
        arms=arms,
        findings=findings,
        emergency=emergency_texts(library, case.person.jurisdiction),
        assumptions=provenance.assumptions(numbers),
        sources=provenance.sources(library, numbers, cited),
        missing=missing + drawn_contents(case, library, single=about["people"] == 1),
        not_simulated=case.unknown_products + without_effect(case, library),
        provenance=about,
    )


def _provenance(
    library: Library, people: int, seed: int, step_h: float, solver: dict[str, Any]
) -> dict[str, Any]:
    return {
        "software_version": ebbtide.__version__,
        "library_digest": library.digest,
        "seed": seed,
        "people": people,
        "step_h": step_h,
        "solver": solver,
    }


def _solver(mesh_error: MeshError, precision: str, reference: ReferenceCheck | None) -> dict[str, Any]:
    pilot = f"{mesh_error.people} of the people; error_of_range is of nine in ten of them"
    told_from = "the typical person" if mesh_error.people == 1 else pilot
    return {
        "method": "exact kinetics in eigenmodes, exponential collocation of order six, dose-aligned mesh",
        "error_of_range": mesh_error.error_of_range,
        "largest_error_of_range": mesh_error.largest,
        "worst_quantity": mesh_error.quantity,
        "tolerance": mesh_error.tolerance,
        "estimated_by": f"every step halved for {told_from}",
        "mesh_refinement": mesh_error.mesh.refinement,
        "mesh_finer_after": list(mesh_error.mesh.finer),
        "precision": precision,
        "against_reference": {"solver": "SciPy LSODA, relative tolerance 1e-10", **asdict(reference)}
        if reference
        else "not compared in this run",
    }
