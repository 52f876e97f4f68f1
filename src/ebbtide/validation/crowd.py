"""The people of an arm for the engine: phenotypes mixed, doses scaled to each of them, run together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import jax
import numpy as np
from numpy.typing import NDArray

from ebbtide.case import CaseProduct
from ebbtide.engine.people import Composition, People, make_people
from ebbtide.engine.regimen import DoseKind, Regimen, Stream
from ebbtide.engine.run import THREADS, Request, run_people
from ebbtide.library import Library
from ebbtide.population import BETWEEN_PERSON

from .cohort import Cohort
from .protocol import Part, Protocol

Array = NDArray[np.float64]
LAST_USE_GROUPS = 8
"""Where the last use differs between people, they are run in so many groups of one time each."""


def people_of(
    library: Library,
    composition: Composition,
    kinds: Sequence[DoseKind],
    products: Mapping[str, CaseProduct],
    cohort: Cohort,
    seed: int,
) -> People:
    """Everybody in ``cohort``; the same seed gives the same people whatever they are given."""
    people: People | None = None
    for phenotype, chosen in cohort.groups().items():
        traits = cohort.traits(*phenotype)
        group = make_people(library, composition, kinds, products, traits, seed, BETWEEN_PERSON)
        people = group if people is None else _mixed(people, group, chosen)
    assert people is not None
    return people


def run_arm(people: People, protocol: Protocol, first: int, request: Request, rates: Array) -> Array:
    """Values ``(times, quantities, people)`` of one arm, the parts of which are the kinds from ``first`` on.

    ``rates`` are the relaxation rates of the typical person.
    """
    kinds = dict(enumerate(protocol.parts, start=first))
    factor = np.ones((len(people.doses), 1, people.count))
    for kind, part in kinds.items():
        factor[kind, 0] = part.factor
    people = replace(people, doses=people.doses * factor)
    events = tuple(sorted((time_h, kind) for kind, part in kinds.items() for time_h in part.times_h))
    groups = _groups_by_last_use(protocol.parts, people.count)

    def run(group: NDArray[np.intp]) -> Array:
        streams = tuple(_stream(part, kind, group) for kind, part in kinds.items() if part.stream is not None)
        return run_people(_only(people, group), Regimen((), streams, (events,)), request, rates)[0].rows

    with ThreadPoolExecutor(THREADS) as pool:
        rows = list(pool.map(run, groups))
    return np.asarray(np.concatenate(rows, axis=-1)[..., np.argsort(np.concatenate(groups))])


def _groups_by_last_use(parts: Sequence[Part], people: int) -> list[NDArray[np.intp]]:
    """People in groups of about the same time of last use, which within a group is taken as one."""
    varying = [part for part in parts if part.last_h is not None]
    if not varying:
        return [np.arange(people)]
    own = [np.where(part.factor > 0, part.last_h, 0.0) for part in varying if part.last_h is not None]
    return np.array_split(np.argsort(np.sum(own, axis=0)), min(LAST_USE_GROUPS, people))


def _stream(part: Part, kind: int, group: NDArray[np.intp]) -> Stream:
    """The regular use of ``part`` as ``group`` has it."""
    assert part.stream is not None
    stream = replace(part.stream, kind=kind)
    if part.last_h is None:
        return stream
    users = group[part.factor[group] > 0]
    last_h = float(part.last_h[users if len(users) else group].mean())
    return replace(stream, first_h=stream.first_h + last_h - stream.last_h, last_h=last_h)


def _only(people: People, group: NDArray[np.intp]) -> People:
    """The engine's view of some of the people."""

    def pick(values: Array) -> Array:
        return np.asarray(values)[..., group]

    return replace(
        people,
        body_numbers=jax.tree.map(pick, people.body_numbers),
        kinetics=people.kinetics._replace(modes=jax.tree.map(pick, people.kinetics.modes)),
        doses=pick(people.doses),
    )


def _mixed(people: People, other: People, chosen: NDArray[np.bool_]) -> People:
    """``people``, of whom those ``chosen`` are as they are in ``other``."""

    def pick(a: Array, b: Array) -> Array:
        return np.where(chosen, b, a)

    modes = jax.tree.map(pick, people.kinetics.modes, other.kinetics.modes)
    return replace(
        people,
        body_numbers=jax.tree.map(pick, people.body_numbers, other.body_numbers),
        kinetics=people.kinetics._replace(modes=modes),
        doses=pick(people.doses, other.doses),
    )
