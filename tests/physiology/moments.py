"""Moments made by hand, for parts that are tested alone."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ebbtide.physiology import actions
from ebbtide.physiology.part import Moment
from ebbtide.physiology.receptor import Binding

SYMPTOMS = ("insomnia", "restlessness", "muscle_aches", "anxiety", "low_mood", "craving")


def at_rest(people: int = 1, **changes: object) -> Moment:
    """A person without any drug, with ``changes`` of the fields."""
    zero = np.zeros(people)
    rest = Moment(
        concentration={},
        binding=Binding(free=np.ones(people), fast=np.zeros((0, people)), occupied=zero),
        stimulus=zero,
        breathing_stimulus=zero,
        signal=zero,
        level=dict.fromkeys((*actions.TARGETS, *actions.LINEAR), zero),
        support={},
        adapted=zero,
        drive=zero,
        rebound=zero,
        symptom=dict.fromkeys(SYMPTOMS, zero),
    )
    return replace(rest, **changes)


def levels(**given: float) -> Mapping[str, np.ndarray]:
    """Levels at targets, 0 where not given."""
    return at_rest().level | {name: np.array([value]) for name, value in given.items()}


def symptoms(**given: float) -> Mapping[str, np.ndarray]:
    """Symptoms, 0 where not given."""
    return at_rest().symptom | {name: np.array([value]) for name, value in given.items()}
