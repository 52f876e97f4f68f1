r"""How enzymes change with time, and what that changes about clearance and first pass.

An enzyme pool :math:`E` (1 at rest) turns over, is lost to inactivation and gains by induction; reversible
inhibitors divide its activity (Fahmi 2009 combines the three):

.. math::
    \dot E = k_{deg}\Bigl(1 + \sum_i \frac{E_{max,i} I_i}{EC_{50,i} + I_i}\Bigr)
        - E \Bigl(k_{deg} + \sum_i \frac{k_{inact,i} I_i}{K_{I,i} + I_i}\Bigr), \qquad
    A = \frac{A_0 E}{1 + \sum_i I_i / K_i}

with unbound concentrations :math:`I`: in the gut wall those of plasma with what is being absorbed, in the
liver those of a well-stirred one, which takes in plasma and what arrives from the gut (:math:`R`) and leaves
behind what it does not clear:

.. math::
    I_{liver} = f_u \frac{Q C + R}{Q + CL_{int}}

Clearance and first pass follow :mod:`.enzymes`; the linear kinetics hold those of the person at rest, and
what is computed here is the difference. Numbers are those of :mod:`.metabolism_numbers`: a row for each
compound, so that a few operations serve all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Float

from .arrays import Values, added, put
from .enzymes import escaping_liver
from .metabolism_numbers import (
    ActivityNumbers,
    LiverNumbers,
    MetabolismNumbers,
    Saturable,
    VictimNumbers,
    WayInNumbers,
)
from .network import GUT_POOL, Network

AGAIN = 2
"""How often liver concentrations and clearances are put into one another where they were just known."""

Once = Callable[[Callable[[], Any]], Any]
"""Calls a function so that a compiler computes what it returns only once, however many read it."""


class Arrivals(NamedTuple):
    """What comes out of depots; there may be axes before those of compounds, as of instants."""

    absorbed: tuple[Float[Values, "*instants victims people"], ...]
    """Of each slot of ways in, nmol per hour."""
    to_liver: Float[Values, "*instants perpetrators people"]
    """What they add to unbound concentrations in blood to the liver, nM."""
    to_gut: Float[Values, "*instants perpetrators people"]


class Enzymes(NamedTuple):
    """What enzymes meet at one instant, and what is left of them."""

    passing: Float[Values, "perpetrators people"]
    """What passes the liver of those perpetrators that are victims."""
    in_liver: Float[Values, "perpetrators people"]
    """Unbound concentrations, nM."""
    in_gut: Float[Values, "perpetrators people"]
    activity: tuple[Float[Values, " people"], ...]
    """Of each pathway that changes, that over the one of the person at rest."""


class Change(NamedTuple):
    """What the linear kinetics lack, and the turnover of the pools."""

    flows: Float[Values, "flows people"]
    """Nmol per hour."""
    pools: Float[Values, "pools people"]
    """Per hour."""


def arrivals(
    network: Network, amounts: Float[Values, "*instants amounts people"], numbers: MetabolismNumbers
) -> Arrivals:
    """What comes out of depots with these ``amounts`` (nmol)."""
    none = jnp.zeros_like(amounts[..., 0, :])
    absorbed = tuple(
        way.rate * jnp.stack([none if at is None else amounts[..., at, :] for at in depots], axis=-2)
        for way, depots in zip(numbers.ways_in, network.ways_in, strict=True)
    )
    n, present = numbers.perpetrators, jnp.maximum(amounts, 0.0)

    def arriving(of: Sequence[Sequence[Values]]) -> Values:
        rows = [
            added([none, *(a * present[..., way.depot, :] for way, a in zip(who.ways_in, own, strict=True))])
            for who, own in zip(network.perpetrators, of, strict=True)
        ]
        return jnp.stack(rows, axis=-2) if rows else amounts[..., :0, :]

    return Arrivals(absorbed, arriving(n.liver_inflow), arriving(n.gut_inflow))


def react(
    network: Network,
    central: Float[Values, "centrals people"],
    arriving: Arrivals,
    pools: Float[Values, "pools people"],
    liver_function: Float[Values, " people"] | float,
    numbers: MetabolismNumbers,
    passing: Float[Values, "perpetrators people"] | None = None,
    once: Once = lambda compute: compute(),
) -> tuple[Change, Float[Values, "perpetrators people"]]:
    """What the linear kinetics lack, and what passes the liver of the perpetrators that are victims.

    Parameters
    ----------
    central
        Amounts (nmol) in the central compartments of victims, then of other perpetrators.
    pools
        Deviation from 1.
    passing
        What passed the liver a moment ago, which is near what passes now: by default not known.
    """
    now = enzymes_now(network, central, arriving, pools, liver_function, numbers, passing, once)
    change = Change(
        flows(network, central, arriving, now, pools, liver_function, numbers, once),
        pools_gain(network, pools, now, numbers),
    )
    return change, now.passing


def enzymes_now(
    network: Network,
    central: Float[Values, "centrals people"],
    arriving: Arrivals,
    pools: Float[Values, "pools people"],
    liver_function: Float[Values, " people"] | float,
    numbers: MetabolismNumbers,
    passing: Float[Values, "perpetrators people"] | None = None,
    once: Once = lambda compute: compute(),
) -> Enzymes:
    """What liver and gut wall meet, and what activity is left; as :func:`react`.

    The liver concentration of a compound follows from its own clearance, and where it inhibits that, the
    clearance from the concentration: both are brought together by putting one into the other, each time with
    an error smaller by more than the share that the liver takes out of blood.
    """
    n = numbers.perpetrators
    if not network.perpetrators:
        return Enzymes(n.passing, n.passing, n.passing, ())

    def met() -> tuple[Values, Values, Values]:
        own = jnp.stack([central[who.central] for who in network.perpetrators])
        plasma = n.level * jnp.maximum(own, 0.0)
        return own, plasma + arriving.to_liver, plasma + arriving.to_gut

    own, inflow, in_gut = once(met)
    count = network.victims_among

    def level(passing: Values, who: int) -> Values:
        return (passing[who] if who < count else n.passing[who]) * inflow[who]

    def activity(passing: Values) -> tuple[Values, ...]:
        return tuple(
            _level(network, pathway, pools)
            / (1.0 + added(of * level(passing, who) for who, of in enumerate(inhibition)))
            for pathway, inhibition in zip(network.changing, n.inhibition, strict=True)
        )

    def after(passing: Values) -> Values:
        active = liver_function * _together(n.liver.activity, activity(passing))
        return _passing(n.liver, active, own[:count])

    times = network.passes - 1 if passing is None else min(network.passes - 1, AGAIN)
    passing = n.passing[:count] if passing is None else passing
    for _ in range(times if count else 0):
        passing = once(partial(after, passing))
    in_liver = jnp.stack([level(passing, who) for who in range(len(network.perpetrators))])
    return Enzymes(passing, in_liver, in_gut, once(partial(activity, passing)))


def _level(network: Network, pool: str, pools: Values) -> Values | float:
    return 1.0 + pools[network.pools.index(pool)] if pool in network.pools else 1.0


def _together(
    numbers: ActivityNumbers, activity: Sequence[Float[Values, " people"]]
) -> Float[Values, "rows people"]:
    """Activity of pathways together."""
    return added([numbers.steady, *(of * a for of, a in zip(numbers.changing, activity, strict=True))])


def _intrinsic(numbers: LiverNumbers, active: Values, amount: Values) -> Values:
    return (
        numbers.intrinsic
        * active
        / (1.0 + numbers.saturation * jnp.maximum(amount * numbers.per_volume, 0.0))
    )


def _passing(numbers: LiverNumbers, active: Values, amount: Values) -> Values:
    """What passes the liver, bypass aside."""
    return escaping_liver(_intrinsic(numbers, active, amount), numbers.flow)


def pools_gain(
    network: Network, pools: Float[Values, "pools people"], now: Enzymes, numbers: MetabolismNumbers
) -> Float[Values, "pools people"]:
    """Change of the pools but for their turnover, per hour."""
    n = numbers.perpetrators
    own = len([pool for pool in network.pools if pool != GUT_POOL])

    def met(effect: Saturable) -> Values:
        parts = []
        for rows, levels in ((slice(own), now.in_liver), (slice(own, None), now.in_gut)):
            most, half = effect.most[rows], effect.half[rows]
            if len(most):
                parts.append(added(most[:, i] * x / (half[:, i] + x) for i, x in enumerate(levels)))
        return jnp.concatenate(parts)

    if not network.pools:
        return pools
    induced = any(who.induces for who in network.perpetrators)
    lost = any(who.inactivates for who in network.perpetrators)
    gain = numbers.turnover * met(n.induction) if induced else jnp.zeros_like(pools)
    return gain - (1.0 + pools) * met(n.inactivation) if lost else gain


def flows(
    network: Network,
    central: Float[Values, "centrals people"],
    arriving: Arrivals,
    now: Enzymes,
    pools: Float[Values, "pools people"],
    liver_function: Float[Values, " people"] | float,
    numbers: MetabolismNumbers,
    once: Once = lambda compute: compute(),
) -> Float[Values, "flows people"]:
    """What the linear kinetics lack, nmol per hour, into each compartment of :attr:`.Network.writes`."""
    n = numbers.victims
    amount = central[: len(network.victims)]
    active = once(lambda: liver_function * _together(n.liver.activity, now.activity))
    passing = once(lambda: _passing(n.liver, active, amount))
    gut = once(lambda: _gut_activity(network, now, pools, numbers))
    met = _Met(active, passing, amount * n.liver.per_volume, gut)

    def own() -> Values:
        """But for metabolites."""
        change = [(n.at_rest - _cleared(n, met, amount)[1]) * met.concentration]
        for way, absorbed in zip(numbers.ways_in, arriving.absorbed, strict=True):
            change.append((_reach(numbers, way, met)[1] - way.reach) * absorbed)
        return added(change)

    result = once(own)
    spare = len(network.writes) - len(network.victims)
    if spare:
        result = jnp.concatenate([result, jnp.zeros((spare, *result.shape[1:]), result.dtype)])
    for place, those in enumerate(network.formations):
        new = once(partial(_formed, network, place, amount, arriving, now, met, numbers))
        for row, victim in enumerate(network.victims[those]):
            if place < len(victim.formations):
                to = victim.formations[place].row
                result = put(result[to : to + 1] + new[row : row + 1], result, to)
    return result


class _Met(NamedTuple):
    """What victims meet; rows are victims."""

    active: Float[Values, "victims people"]
    """Activity of the liver."""
    passing: Float[Values, "victims people"]
    """What passes it, bypass aside."""
    concentration: Float[Values, "victims people"]
    gut: Float[Values, " people"]
    """Activity in the gut wall."""


def _cleared(
    numbers: VictimNumbers, met: _Met, amount: Float[Values, "victims people"]
) -> tuple[Float[Values, "victims people"], Float[Values, "victims people"]]:
    """Clearance by the liver, and all."""
    by_liver = _intrinsic(numbers.liver, met.active, amount) * met.passing + numbers.beyond * met.active
    return by_liver, by_liver + numbers.other


def _reach(
    numbers: MetabolismNumbers, way: WayInNumbers, met: _Met
) -> tuple[Float[Values, "victims people"], Float[Values, "victims people"]]:
    """What passes gut wall and liver, and what reaches the circulation."""
    passing = (numbers.bypass + (1.0 - numbers.bypass) * met.passing) / (1.0 + way.lost_in_gut * met.gut)
    return passing, jnp.minimum(way.unchanged * passing, 1.0)


def _formed(
    network: Network,
    place: int,
    amount: Float[Values, "victims people"],
    arriving: Arrivals,
    now: Enzymes,
    met: _Met,
    numbers: MetabolismNumbers,
) -> Float[Values, "some people"]:
    """What is formed of the metabolites of this place over what the linear kinetics hold."""

    def relative(number: int) -> Values:
        """Activity of what forms a metabolite over that of all."""
        own = numbers.formations[number]
        return _together(own.by, now.activity) / _positive(_together(own.all, now.activity))

    those, f = network.formations[place], numbers.formations[place]
    by_liver, cleared = (values[those] for values in _cleared(numbers.victims, met, amount))
    formed = jnp.minimum(f.of_liver * relative(place) * by_liver, cleared) + f.of_all * cleared
    change = [(formed - f.at_rest) * met.concentration[those]]
    for way, absorbed in zip(numbers.ways_in, arriving.absorbed, strict=True):
        passing, reach = _reach(numbers, way, met)
        room, lost = 1.0 - reach, (1.0 - passing) * way.per_lost
        part, start = jnp.zeros_like(room), 0
        for number in range(place + 1):  # the first ones first: together they are no more than what is lost
            own = network.formations[number]
            inside = slice(own.start - start, own.stop - start)
            room, start = (room - part)[inside], own.start
            part = jnp.minimum(way.first_pass[number].normal * lost[own] * relative(number), room)
        change.append((part - way.first_pass[place].at_rest) * absorbed[those])
    return added(change)


def _gut_activity(
    network: Network, now: Enzymes, pools: Values, numbers: MetabolismNumbers
) -> Float[Values, " people"]:
    if not network.perpetrators:
        return jnp.ones_like(numbers.bypass)
    inhibition = added(k * x for k, x in zip(numbers.perpetrators.gut_inhibition, now.in_gut, strict=True))
    return _level(network, GUT_POOL, pools) / (1.0 + inhibition)


def _positive(values: Values) -> Values:
    return jnp.maximum(values, jnp.finfo(values.dtype).eps)  # type: ignore[no-untyped-call]
