"""The numbers of :mod:`.metabolism` of a group of people, a row for each compound."""

from __future__ import annotations

from typing import NamedTuple

from jaxtyping import Float

from .arrays import Values

People = Float[Values, " people"]
Rows = Float[Values, "rows people"]


class ActivityNumbers(NamedTuple):
    """Activity of several pathways together, 1 with normal enzymes, from those of each."""

    steady: Rows
    """Of those that nothing changes."""
    changing: Float[Values, "changing rows people"]
    """Of those that something does, in the person at rest."""


class LiverNumbers(NamedTuple):
    """What compounds meet in the liver."""

    intrinsic: Rows
    flow: Rows
    activity: ActivityNumbers
    per_volume: Rows
    """1 over the volume."""
    saturation: Rows
    """1 over the concentration of half clearance; 0 where it does not saturate."""


class VictimNumbers(NamedTuple):
    """All that clears compounds, and what of that the linear kinetics hold."""

    liver: LiverNumbers
    beyond: Rows
    other: Rows
    at_rest: Rows
    """Clearance in the linear kinetics."""


class FormationNumbers(NamedTuple):
    """Metabolites, of victims one after the other; zeros of one that forms none."""

    of_liver: Rows
    """Share in the liver's clearance with all pathways alike, of a metabolite that pathways form."""
    of_all: Rows
    """Share in all clearance, of any other."""
    at_rest: Rows
    """Clearance in the linear kinetics."""
    by: ActivityNumbers
    """Of the pathways that form it, over :attr:`all`."""
    all: ActivityNumbers
    """Of all pathways of the victim."""


class FirstPassNumbers(NamedTuple):
    """Metabolites formed on the way in: with normal enzymes, and in the person at rest."""

    normal: Rows
    at_rest: Rows


class WayInNumbers(NamedTuple):
    """Absorption by mouth, of all victims; zeros of one that has no such way."""

    rate: Rows
    unchanged: Rows
    """Bioavailability with normal enzymes, over what passes gut wall and liver."""
    lost_in_gut: Rows
    """What the gut wall takes with normal enzymes, over what it lets pass."""
    reach: Rows
    """What reaches the circulation in the person at rest: this is in the linear kinetics."""
    per_lost: Rows
    """1 over what does not pass gut wall and liver with normal enzymes."""
    first_pass: tuple[FirstPassNumbers, ...]
    """Of the metabolites of the network, one after the other."""


class Saturable(NamedTuple):
    """Effects of each perpetrator on each pool: ``most * I / (half + I)``."""

    most: Float[Values, "pools perpetrators people"]
    half: Float[Values, "pools perpetrators people"]


class PerpetratorNumbers(NamedTuple):
    """Effects on enzymes; concentrations are unbound."""

    liver: LiverNumbers
    """Of those that are victims themselves."""
    passing: Rows
    """What passes the liver of the person at rest."""
    level: Rows
    """Unbound concentration in plasma (nM) for each nmol."""
    inhibition: Float[Values, "changing perpetrators people"]
    """1 over the constant; 0 where it does not inhibit."""
    gut_inhibition: Rows
    inactivation: Saturable
    """Per hour."""
    induction: Saturable
    liver_inflow: tuple[tuple[People, ...], ...]
    """Per way in: unbound concentration in blood to the liver (nM) for each nmol in the depot."""
    gut_inflow: tuple[tuple[People, ...], ...]


class MetabolismNumbers(NamedTuple):
    """The numbers of a group of people."""

    bypass: People
    """Share of portal blood that meets no liver."""
    turnover: Float[Values, "pools people"]
    victims: VictimNumbers
    formations: tuple[FormationNumbers, ...]
    ways_in: tuple[WayInNumbers, ...]
    perpetrators: PerpetratorNumbers
