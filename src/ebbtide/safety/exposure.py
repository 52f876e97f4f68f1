"""What the model computes of interactions: the exposure of one substance with another, over without it.

The typical person takes the case as written, and again with the doses of one substance at nothing, on
the same mesh. Only pairs are run of which one acts on an enzyme that clears the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ebbtide.case import Case
from ebbtide.engine.accuracy import MeshError
from ebbtide.engine.first_steps import first_steps
from ebbtide.engine.people import Composition, People, make_people
from ebbtide.engine.plan import arms_of
from ebbtide.engine.regimen import Regimen, build_regimen
from ebbtide.engine.run import Request, run_people
from ebbtide.library import Library
from ebbtide.population import TYPICAL, draw_traits

from .facts import Facts, Taken, facts_of
from .findings import Finding, finding
from .interactions import together
from .laboratory import basis_of

STEP_H = 1.0
SIMULATED = "simulation with this model; not a clinical study"
Array = NDArray[np.float64]


class Computed(Protocol):
    """What is needed of the run of a case."""

    @property
    def composition(self) -> Composition:
        """Its compounds and its body."""

    @property
    def mesh_error(self) -> MeshError:
        """How fine its mesh is."""


@dataclass(frozen=True)
class Change:
    """What one substance makes of the exposure of another in the typical person."""

    by: str
    of: str
    """Names of the two substances."""
    told: str
    """In words: which compound, how many-fold, when, in which course."""
    ratio: float
    """Area under the concentration from when both are present to the end, with over without."""


def exposure_changes(case: Case, library: Library, run: Computed, seed: int = 1) -> list[Change]:
    """Changes of exposure of every pair of the case that the model can compute, each in the first course.

    Parameters
    ----------
    run
        The forecast of the case: its composition and how fine its mesh is.
    seed
        Of the forecast.
    """
    arms = arms_of(case)
    regimen = build_regimen(library, case.history, [a.doses for a in arms], [a.supports for a in arms])
    alternatives = (None, *case.alternatives)
    courses = [facts_of(case, library, alternative) for alternative in alternatives]
    found: dict[tuple[str, str], Change] = {}
    typical: People | None = None
    for index, facts in enumerate(courses):
        pairs = [p for p in _pairs(facts, run) if (p[0].name, p[1].name) not in found]
        if not pairs:
            continue
        if typical is None:
            traits = draw_traits(case.person, library, 1, seed, TYPICAL)
            typical = make_people(
                library, run.composition, regimen.kinds, case.products, traits, seed, TYPICAL
            )
        concentrations = _runner(case, run, regimen, typical, index)
        with_all = concentrations(())
        for by in {p[0].name: p[0] for p in pairs}.values():
            without = concentrations(_products(by))
            for _, of, since_h in (p for p in pairs if p[0] is by):
                change = _change(by, of, since_h, with_all, without, facts, arms[index].title, run)
                if change is not None:
                    found[by.name, of.name] = change
    return list(found.values())


def _runner(
    case: Case, run: Computed, regimen: Regimen, typical: People, arm: int
) -> Callable[[Sequence[str]], Array]:
    """Rows of plasma concentrations of one course, with the doses of some products at nothing."""
    plasma = tuple(f"plasma.{name}" for name in run.composition.compounds)
    request = Request(
        duration_h=case.duration_h,
        output_h=np.arange(0.0, case.duration_h + 1e-9, STEP_H),
        refinement=run.mesh_error.mesh.refinement,
        finer=run.mesh_error.mesh.finer,
        first_step_h=first_steps(typical),
    )
    one = replace(regimen, arms=(regimen.arms[arm],))

    def rows(left_out: Sequence[str]) -> Array:
        given = np.array([0.0 if kind.product in left_out else 1.0 for kind in regimen.kinds])[:, None, None]
        people = replace(typical, doses=typical.doses * given, dose_amounts=typical.dose_amounts * given)
        [course] = run_people(people, one, request)
        return np.asarray(course.rows[:, -len(plasma) :, 0], dtype=np.float64)

    return rows


def _pairs(facts: Facts, run: Computed) -> Iterator[tuple[Taken, Taken, float]]:
    """Substances of which the first acts on an enzyme of the second, and when both are first present."""
    for by in facts.substances:
        enzymes = {
            enzyme for name in _compounds(by, facts) for enzyme in facts.library.compound(name).enzymes
        }
        for of in facts.substances:
            active = _active(of, facts)
            if not enzymes or by is of or active is None or active not in run.composition.compounds:
                continue
            if set(_products(by)) & set(_products(of)):
                continue
            cleared_by = set(facts.library.compound(active).pathways)
            since_h = together(by, of) if enzymes & cleared_by else None
            if since_h is not None:
                yield by, of, max(since_h, 0.0)


def _products(s: Taken) -> tuple[str, ...]:
    return tuple(dict.fromkeys(use.product for use in s.uses))


def _contents(s: Taken, facts: Facts) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Active compound and contents of each product of a substance that the library can simulate."""
    for name in _products(s):
        own = facts.case.products.get(name)
        product = own.product if own is not None else facts.library.products.get(name)
        if product is not None:
            yield product.active, tuple(content.compound for content in product.contents)


def _active(s: Taken, facts: Facts) -> str | None:
    return next((facts.library.compound(active).name for active, _ in _contents(s, facts)), None)


def _compounds(s: Taken, facts: Facts) -> set[str]:
    """Contents of the products and what the body makes of them."""
    open_, known = [name for _, contents in _contents(s, facts) for name in contents], set[str]()
    while open_:
        compound = facts.library.compound(open_.pop())
        if compound.name not in known:
            known.add(compound.name)
            open_ += [metabolite.compound for metabolite in compound.metabolites]
    return known


def _change(
    by: Taken,
    of: Taken,
    since_h: float,
    with_all: Array,
    without: Array,
    facts: Facts,
    course: str,
    run: Computed,
) -> Change | None:
    name = _active(of, facts)
    assert name is not None
    column = run.composition.compounds.index(name)
    first = int(since_h / STEP_H)
    changed, alone = with_all[first:, column], without[first:, column]
    area, area_alone = (float(np.trapezoid(values, dx=STEP_H)) for values in (changed, alone))
    if len(changed) < 2 or area_alone <= 0:
        return None
    ratio, peak = area / area_alone, float(changed.max() / alone.max())
    title = facts.library.compound(name).title
    return Change(
        by.name,
        of.name,
        f"{title} with {by.title}: exposure {ratio:.2f}-fold, peak {peak:.2f}-fold, from "
        f"{facts.when(since_h)} to {facts.when(facts.case.duration_h)}, typical person, course "
        f'"{course}"',
        ratio,
    )


def beside_table(findings: Sequence[Finding], changes: Sequence[Change]) -> list[Finding]:
    """The findings of interactions with what the model computes of their pairs beside the table's words."""
    told = []
    for found in findings:
        inputs = found["basis"]["inputs"]
        texts = [change.told for change in changes if {change.by, change.of} <= set(inputs)]
        if texts and found["id"].startswith("interaction."):
            message = f"{found['message']} Computed for this case: {'; '.join(texts)}."
            found = {**found, "message": message, "basis": {**found["basis"], "simulated": texts}}
        told.append(found)
    return told


def exposure_finding(changes: Sequence[Change], case: Case, library: Library) -> list[Finding]:
    """``forecast.exposure``: the changes that are worth a look, the largest first."""
    numbers = library.safety["forecast"]["exposure"]
    weak, strong = numbers["weak"].value, numbers["strong"].value
    sizes = {change: max(change.ratio, 1.0 / change.ratio) for change in changes if change.ratio > 0}
    told = sorted((c for c, size in sizes.items() if size >= weak), key=lambda c: -sizes[c])
    if not told:
        return []
    largest = told[0]
    inputs: dict[str, Any] = {
        "start": case.start.isoformat(timespec="minutes"),
        "ratios": {f"{c.of} with {c.by}": round(c.ratio, 3) for c in told},
    }
    return [
        finding(
            "forecast.exposure",
            "moderate" if sizes[largest] >= strong else "note",
            f"Exposure changes by an interaction: {largest.of.replace('_', ' ')} "
            f"{largest.ratio:.2f}-fold with {largest.by.replace('_', ' ')}",
            f"{'; '.join(c.told for c in told)}. What was measured in people, where it was, stands with the "
            "interaction.",
            "Watch for more or less effect when either begins, changes or stops; levels and doses with the "
            "prescriber.",
            rule=f"simulated area under the concentration, with over without the other substance, "
            f"{weak:g}-fold or more or its inverse; moderate from {strong:g}-fold",
            inputs=inputs,
            sources=basis_of([numbers["weak"], numbers["strong"]])["sources"],
            evidence=f"{SIMULATED}; limits of practice (remembered, not read)",
            missing=("how far this person differs from the typical one", "levels that were measured"),
            would_change=("another plan", "a measured level"),
        )
    ]
