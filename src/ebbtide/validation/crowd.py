"""The people of an arm for the engine: phenotypes mixed, doses scaled to each of them, run together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from ebbtide.case import CaseProduct
from ebbtide.engine.people import Composition, People, make_people
from ebbtide.engine.regimen import DoseKind, Regimen
from ebbtide.engine.run import THREADS, Request, run_people
from ebbtide.library import Library
from ebbtide.population import BETWEEN_PERSON

from . import steer
from .cohort import Cohort
from .groups import Group, later_by
from .protocol import Protocol

Array = NDArray[np.float64]
KINDS = 16
"""Kinds of doses are filled up to a multiple of this, so that few programs are compiled."""


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


def kinds_needed(protocols: Iterable[Protocol]) -> int:
    """Kinds of doses that every arm is filled up to, so that all run by one program."""
    most = max((len(p.parts) + steer.most_steps(p.parts) for p in protocols), default=0)
    return max(-(-most // KINDS), 1) * KINDS


def run_arm(people: People, protocol: Protocol, request: Request, kinds: int) -> Array:
    """Values ``(times, quantities, people)`` of one arm, the parts of which are the kinds of ``people``.

    ``kinds`` is that of :func:`kinds_needed`.
    """
    steered = steer.given(people, protocol.parts)
    jumps = [people.doses[i] * part.factor for i, part in enumerate(protocol.parts)]
    held = [(time_h, len(jumps) + i, part) for i, (time_h, _, _, part) in enumerate(steered)]
    jumps += [people.doses[kind] * factor for _, kind, factor, _ in steered]
    jumps += [np.zeros(people.doses.shape[1:])] * (kinds - len(jumps))
    people = replace(people, doses=np.stack(jumps))

    def run(group: Group) -> Array:
        streams = tuple(replace(stream, kind=kind) for kind, stream in group.streams)
        later = [(t + later_by(p.shift_h, p.factor, group.people), kind) for t, kind, p in held]
        events = tuple(sorted((*group.events, *later)))
        regimen = Regimen((), streams, (events,))
        return run_people(_only(people, group.people), regimen, request)[0].rows

    with ThreadPoolExecutor(THREADS) as pool:
        rows = list(pool.map(run, protocol.groups))
    order = np.argsort(np.concatenate([group.people for group in protocol.groups]))
    return np.asarray(np.concatenate(rows, axis=-1)[..., order])


def _only(people: People, group: NDArray[np.intp]) -> People:
    """The engine's view of some of the people."""

    def pick(values: Any) -> Any:
        return np.asarray(values)[..., group]

    return replace(
        people,
        body_numbers=jax.tree.map(pick, people.body_numbers),
        kinetics=people.kinetics._replace(modes=jax.tree.map(pick, people.kinetics.modes)),
        doses=pick(people.doses),
    )


def _mixed(people: People, other: People, chosen: NDArray[np.bool_]) -> People:
    """``people``, of whom those ``chosen`` are as they are in ``other``."""

    def pick(a: Any, b: Any) -> Any:
        return np.where(chosen, b, a)

    kinetics = people.kinetics
    return replace(
        people,
        numbers={name: pick(values, other.numbers[name]) for name, values in people.numbers.items()},
        body_numbers=jax.tree.map(pick, people.body_numbers, other.body_numbers),
        kinetics=kinetics._replace(
            modes=jax.tree.map(pick, kinetics.modes, other.kinetics.modes),
            to_states=pick(kinetics.to_states, other.kinetics.to_states),
            to_modes=pick(kinetics.to_modes, other.kinetics.to_modes),
        ),
        doses=pick(people.doses, other.doses),
        dose_amounts=pick(people.dose_amounts, other.dose_amounts),
    )
