"""The service behind ``ebbtide simulate``: engine, safety and provenance joined into one forecast."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import ebbtide
from ebbtide.case import Case
from ebbtide.engine.forecast import Forecast
from ebbtide.engine.plan import DEFAULT_TOLERANCE, Progress
from ebbtide.engine.simulate import Simulation, simulate
from ebbtide.library import Library
from ebbtide.safety import case_findings, emergency_texts, forecast_findings, joined

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
    findings = joined((*forecast_findings(case, run.arms, library), *case_findings(case, library)))
    products = {
        d.product for d in (*case.history, *case.doses, *(d for a in case.alternatives for d in a.doses))
    }
    products |= {lot.base for lot in case.products.values()}
    numbers = list(provenance.used_numbers(library, run.composition.compounds, products))
    cited = [key for f in findings for key in f["basis"]["sources"]]
    return Forecast(
        case=case,
        arms=run.arms,
        findings=findings,
        emergency=emergency_texts(library, case.person.jurisdiction),
        assumptions=provenance.assumptions(numbers),
        sources=provenance.sources(library, numbers, cited),
        missing=run.missing + drawn_contents(case, library, single=people == 1),
        not_simulated=case.unknown_products + without_effect(case, library),
        provenance=_provenance(library, people, seed, step_h, run),
    )


def _provenance(library: Library, people: int, seed: int, step_h: float, run: Simulation) -> dict[str, Any]:
    mesh_error = run.mesh_error
    return {
        "software_version": ebbtide.__version__,
        "library_digest": library.digest,
        "seed": seed,
        "people": people,
        "step_h": step_h,
        "solver": {
            "method": "exact kinetics in eigenmodes, exponential RK4 for the body, dose-aligned mesh",
            "error_of_range": mesh_error.error_of_range,
            "worst_quantity": mesh_error.quantity,
            "tolerance": mesh_error.tolerance,
            "estimated_by": "typical person, every step halved",
            "mesh_refinement": mesh_error.refinement,
            "against_reference": {"solver": "SciPy LSODA, relative tolerance 1e-10", **asdict(run.reference)}
            if run.reference
            else "not compared in this run",
        },
    }
