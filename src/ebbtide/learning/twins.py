"""Twins of one person as points in the space of what is not known, and what each would show at the record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from ebbtide.engine.accuracy import LEFT_OUT, Fineness, halved
from ebbtide.engine.people import People, contents_of, people_with
from ebbtide.engine.plan import Plan
from ebbtide.engine.run import THREADS, run_people
from ebbtide.physiology.scales import reported
from ebbtide.population import (
    WEIGHT,
    WITH_UNCERTAINTY,
    Numbers,
    Unknowns,
    content_name,
    draw_traits,
    internal_value,
    parameters_of,
)

from .likelihood import SMALLEST_LEVEL, Expected
from .readings import SYMPTOM, Noise, Reading

Array = NDArray[np.float64]
REPORTING = "withdrawal.person.reporting"
COARSE = (0.5, 1.0, 2.0)
"""Refinements of even meshes that are tried for the record, the coarsest first."""
MESH_SHARE = 0.02
"""Largest error of such a mesh in any reading of any twin, as a share of the noise of the reading."""
A_THREAD = 256
"""People for whom a thread of their own is worth while."""


@dataclass
class Twins:
    """The simulator behind an ensemble: coordinates in, expected readings out.

    ``runs`` counts how often a whole ensemble went through the engine. ``mesh`` is that of the plan until
    :meth:`coarsen` finds a coarser one that is good enough beside noise.
    """

    plan: Plan
    readings: Sequence[Reading]
    seed: int
    told: Callable[[int], None] = lambda runs: None
    runs: int = field(default=0, init=False)
    mesh: Fineness = field(init=False)
    mesh_share: float = field(default=0.0, init=False)
    """Error of a coarser mesh, told from halving its steps, as a share of noise."""

    def __post_init__(self) -> None:
        """The mesh of the plan."""
        self.mesh = Fineness(self.plan.request.refinement, self.plan.request.finer)

    @cached_property
    def unknowns(self) -> Unknowns:
        """What is not known: the body, the compounds, contents of products, and weight where not given."""
        plan, library = self.plan, self.plan.library
        parameters = parameters_of(library, plan.composition.compounds, plan.composition.forms)
        for product, contents in self._contents.items():
            parameters |= {content_name(product, compound): amount for compound, amount in contents.items()}
        if plan.case.person.weight_kg is None:
            parameters[WEIGHT] = library.physiology["population"]["weight"]["typical"]
        return Unknowns(parameters, self.seed, WITH_UNCERTAINTY)

    def draw(self, people: int, first: int = 0) -> Float[Array, "unknown people"]:
        """Coordinates of the twins that ``simulate`` would draw."""
        return self.unknowns.draw(people, first)

    def people(self, latent: Float[Array, "unknown people"]) -> People:
        """The twins at these coordinates, ready to run."""
        plan, numbers = self.plan, self.unknowns.numbers(latent)
        count = latent.shape[-1]
        traits = draw_traits(plan.case.person, plan.library, count, self.seed, WITH_UNCERTAINTY)
        if WEIGHT in numbers:
            traits = replace(traits, weight_kg=numbers[WEIGHT])
        factors = {
            (product, compound): numbers[content_name(product, compound)] / internal_value(amount)
            for product, contents in self._contents.items()
            for compound, amount in contents.items()
        }
        kinds = plan.regimen.kinds
        return people_with(plan.library, plan.composition, kinds, traits, numbers, factors)

    def coarsen(self, latent: Float[Array, "unknown people"]) -> None:
        """Choose the coarsest mesh that changes what these twins show by next to nothing beside noise.

        Readings have noise of points, so that what a forecast is computed on is finer than weighing needs.
        """
        of_plan = self.mesh
        for refinement in COARSE:
            self.mesh = Fineness(refinement)
            coarse = self.expect(latent)
            self.mesh = halved(self.mesh)
            fine = self.expect(latent)
            share = LEFT_OUT * float(np.max(np.abs(coarse.centre - fine.centre) / fine.size))
            if share <= MESH_SHARE:
                self.mesh, self.mesh_share = Fineness(refinement), share
                return
        self.mesh = of_plan

    def expect(self, latent: Float[Array, "unknown people"]) -> Expected:
        """What each twin would show at each reading: one run of the engine, to the last reading."""
        self.runs += 1
        times = np.unique([r.time_h for r in self.readings])
        wanted = tuple(dict.fromkeys(name for r in self.readings for name, _ in r.parts))
        request = replace(
            self.plan.request,
            duration_h=max(float(times[-1]), float(times[0]) + 1.0),
            output_h=times,
            probe_days=(),
            probe_kind=None,
            quantities=wanted,
            refinement=self.mesh.refinement,
            finer=self.mesh.finer,
            halved=self.mesh.halved,
        )
        # only the course as written: what was observed happened under it
        regimen = replace(self.plan.regimen, arms=self.plan.regimen.arms[:1])
        threads = max(1, min(THREADS, latent.shape[1] // A_THREAD))
        [course] = run_people(self.people(latent), regimen, request, threads=threads)
        rows = {name: course.rows[:, i].astype(np.float64) for i, name in enumerate(wanted)}
        at = {time: i for i, time in enumerate(times.tolist())}
        centre = [
            self._centre(r, {n: rows[n][at[r.time_h]] for n, _ in r.parts}, latent) for r in self.readings
        ]
        self.told(self.runs)
        return Expected(np.stack(centre), self.sizes(latent))

    def sizes(self, latent: Float[Array, "unknown people"]) -> Float[Array, "reading people"]:
        """Standard deviation of the noise of each reading: known without a run."""
        named = {noise.number for r in self.readings for noise in r.noise}
        numbers = {name: self._in_own_unit(name, latent) for name in named}
        return np.stack([_size(r.noise, numbers) for r in self.readings])

    @cached_property
    def size_coordinates(self) -> NDArray[np.intp]:
        """The coordinates that the noise depends on."""
        places = self.unknowns.places
        named = {noise.number for r in self.readings for noise in r.noise}
        return np.array(sorted(places[name] for name in named if name in places), dtype=np.intp)

    def _centre(self, reading: Reading, shown: Numbers, latent: Array) -> Array:
        if reading.told:
            tendency = self.unknowns.number(REPORTING, latent)
            shown = {
                name: reported(values[None], tendency)[0] if name.startswith(SYMPTOM) else values / 100.0
                for name, values in shown.items()
            }
        centre: Array = sum((weight * shown[name] for name, weight in reading.parts), np.zeros(()))
        if reading.offset:
            centre = centre + self._in_own_unit(reading.offset, latent)
        if reading.relative:
            return np.asarray(np.log(np.maximum(centre + reading.limit, SMALLEST_LEVEL)))
        return np.asarray(centre)

    def _in_own_unit(self, name: str, latent: Array) -> Array:
        """A number in the unit that the library has it in."""
        parameter = self.unknowns.parameters[name]
        return self.unknowns.number(name, latent) * (parameter.value / internal_value(parameter))

    @cached_property
    def _contents(self) -> dict[str, dict[str, Any]]:
        return contents_of(self.plan.library, self.plan.regimen.kinds, self.plan.case.products)


def _size(noise: Sequence[Noise], numbers: Numbers) -> Array:
    """Independent sources together; a coefficient of variation is near the deviation of the logarithm."""
    return np.asarray(np.sqrt(sum((numbers[n.number] * n.factor) ** 2 for n in noise)))
