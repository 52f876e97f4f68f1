"""What enzymes meet at one instant, and what activity is left: the first half of :mod:`.metabolism`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax.numpy as jnp
from jaxtyping import Float

from .arrays import Values, added
from .enzymes import escaping_liver
from .metabolism_numbers import ActivityNumbers, LiverNumbers, MetabolismNumbers, Saturable
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
        active = liver_function * together(n.liver.activity, activity(passing))
        return passing_liver(n.liver, active, own[:count])

    times = network.passes - 1 if passing is None else min(network.passes - 1, AGAIN)
    passing = n.passing[:count] if passing is None else passing
    for _ in range(times if count else 0):
        passing = once(partial(after, passing))
    in_liver = jnp.stack([level(passing, who) for who in range(len(network.perpetrators))])
    return Enzymes(passing, in_liver, in_gut, once(partial(activity, passing)))


def _level(network: Network, pool: str, pools: Values) -> Values | float:
    return 1.0 + pools[network.pools.index(pool)] if pool in network.pools else 1.0


def gut_activity(
    network: Network, now: Enzymes, pools: Values, numbers: MetabolismNumbers
) -> Float[Values, " people"]:
    """Activity of the gut wall, 1 with normal enzymes."""
    if not network.perpetrators:
        return jnp.ones_like(numbers.bypass)
    inhibition = added(k * x for k, x in zip(numbers.perpetrators.gut_inhibition, now.in_gut, strict=True))
    return _level(network, GUT_POOL, pools) / (1.0 + inhibition)


def together(
    numbers: ActivityNumbers, activity: Sequence[Float[Values, " people"]]
) -> Float[Values, "rows people"]:
    """Activity of pathways together."""
    return added([numbers.steady, *(of * a for of, a in zip(numbers.changing, activity, strict=True))])


def intrinsic(numbers: LiverNumbers, active: Values, amount: Values) -> Values:
    """Intrinsic clearance at an activity of the liver and an ``amount`` in the central compartment."""
    return (
        numbers.intrinsic
        * active
        / (1.0 + numbers.saturation * jnp.maximum(amount * numbers.per_volume, 0.0))
    )


def passing_liver(numbers: LiverNumbers, active: Values, amount: Values) -> Values:
    """What passes the liver, bypass aside."""
    return escaping_liver(intrinsic(numbers, active, amount), numbers.flow)


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
