r"""Linear kinetics in compartments, exact over any time by the matrix exponential.

A central compartment, peripheral ones that exchange with it and with nothing else, and where there is an
absorption rate a depot before it: :math:`\dot a = K a + r` with rates :math:`r` that are constant between
events. Steady states are solved for, not iterated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .events import Bolus, Clear, Empty, Event, Input, Seed, SeedConstant, Show
from .propagators import propagators

Array = NDArray[np.float64]
Step = tuple[Array, Array]


def rate_matrix(
    clearance: float, volume: float, absorption: float | None, peripherals: Iterable[tuple[float, float]]
) -> Array:
    """Rates of change per amount, shape ``(compartments, compartments)``, per time.

    Parameters
    ----------
    clearance, volume
        Of the central compartment, in volume per time and volume.
    absorption
        Rate from depot to central compartment (per time); without one there is no depot.
    peripherals
        Flow to and volume of each peripheral compartment.
    """
    peripherals = tuple(peripherals)
    central = 0 if absorption is None else 1
    matrix = np.zeros((central + 1 + len(peripherals),) * 2)
    if absorption is not None:
        matrix[0, 0], matrix[1, 0] = -absorption, absorption
    matrix[central, central] = -clearance / volume
    for index, (flow, peripheral) in enumerate(peripherals, start=central + 1):
        matrix[central, central] -= flow / volume
        matrix[index, central] = flow / volume
        matrix[central, index] = flow / peripheral
        matrix[index, index] = -flow / peripheral
    return matrix


class Linear:
    """The kinetics of one set of parameters."""

    def __init__(self, matrix: Array) -> None:
        self.matrix = matrix
        self.steps: dict[float, Step] = {}
        """By time, what :func:`.propagators.propagators` gives."""

    def step(self, time: float) -> Step:
        """What a state becomes after ``time``, and what a unit of constant input becomes."""
        if time not in self.steps:
            prepare([(self, time)])
        return self.steps[time]

    def advance(self, state: Array, rates: Array, time: float) -> Array:
        """The state ``time`` later under constant input ``rates``."""
        kept, gained = self.step(time)
        moved: Array = kept @ state
        return moved + gained @ rates if rates.any() else moved

    def steady(self, seed: Seed) -> Array:
        """The state at the phase of a regular regimen that never began.

        Raises
        ------
        numpy.linalg.LinAlgError
            When amounts grow without end.
        """
        unit = np.zeros(len(self.matrix))
        unit[seed.compartment] = 1.0
        dose = unit * seed.amount
        if seed.duration == 0.0:
            pieces = [(seed.interval, unit * 0.0)]
        else:  # so many infusions overlap all the time, and one more for the rest of the duration
            always = int(seed.duration // seed.interval)
            longer = seed.duration - always * seed.interval
            rate = dose / seed.duration
            dose = unit * 0.0
            pieces = [(longer, (always + 1) * rate), (seed.interval - longer, always * rate)]
        gained = dose
        for time, rates in pieces:
            gained = self.advance(gained, rates, time)
        # one minus the exponential, written so that slow kinetics lose no digits
        cycle = -self.matrix @ self.step(seed.interval)[1]
        state: Array = np.asarray(np.linalg.solve(cycle, gained), dtype=np.float64)
        if seed.phase >= seed.interval:
            return state
        state, left = state + dose, seed.phase
        for time, rates in pieces:
            state = self.advance(state, rates, min(time, left))
            left -= min(time, left)
        return state

    def steady_constant(self, compartment: int, rate: float) -> Array:
        """The state under an input that never began; raises like :meth:`steady`."""
        rates = np.zeros(len(self.matrix))
        rates[compartment] = rate
        return np.asarray(np.linalg.solve(-self.matrix, rates), dtype=np.float64)


def steps_of(events: Iterable[Event], kinetics: Sequence[Linear]) -> Iterator[tuple[Linear, float]]:
    """The steps that :func:`amounts` will take between events."""
    now = 0.0
    for time, record, change in events:
        if time > now and not isinstance(change, Clear):
            yield kinetics[record], time - now
        now = time


def prepare(steps: Iterable[tuple[Linear, float]]) -> None:
    """Compute many steps at once, far faster than one by one; those that are known are left out."""
    unknown = list(dict.fromkeys((own, time) for own, time in steps if time not in own.steps))
    if unknown:
        kept, gained = propagators(
            np.array([own.matrix for own, _ in unknown]), np.array([time for _, time in unknown])
        )
        for index, (own, time) in enumerate(unknown):
            own.steps[time] = kept[index], gained[index]


def amounts(events: Iterable[Event], kinetics: Sequence[Linear]) -> Array:
    """Amounts at each ``Show``, shape ``(records, compartments)``.

    Parameters
    ----------
    events
        Of one person, from :func:`ebbtide.engine.expansion.expand`.
    kinetics
        For each record, those that hold over the interval that ends with it.

    Raises
    ------
    numpy.linalg.LinAlgError
        When there is no steady state.
    """
    size = len(kinetics[0].matrix)
    state, rates, now = np.zeros(size), np.zeros(size), 0.0
    shown = np.empty((len(kinetics), size))
    for time, record, change in events:
        own = kinetics[record]
        if isinstance(change, Clear):
            state, rates = np.zeros(size), np.zeros(size)
        elif time > now and (state.any() or rates.any()):
            state = own.advance(state, rates, time - now)
        now = time
        match change:
            case Show():
                shown[record] = state
            case Bolus(compartment, amount):
                state = state.copy()
                state[compartment] += amount
            case Input(compartment, rate):
                rates = rates.copy()
                rates[compartment] = rate
            case Seed():
                state = state + own.steady(change)
            case SeedConstant(compartment, rate):
                state = state + own.steady_constant(compartment, rate)
            case Empty(compartment):
                state = state.copy()
                state[compartment] = 0.0
            case Clear():
                pass
    return shown
