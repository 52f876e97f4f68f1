"""What a library file may say: one class a kind of entry, every number with unit, spread and source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from .parameter import Concentration, Entry, Flow, Fraction, Hours, MolarMass, Parameter, Rate, Ratio, Volume

Route = Literal[
    "oral",
    "sublingual",
    "buccal",
    "intranasal",
    "intravenous",
    "intramuscular",
    "subcutaneous",
    "smoked",
    "transdermal",
]

Enzyme = Literal["cyp3a4", "cyp2d6", "cyp2b6", "cyp2c8", "cyp2c9", "cyp2c19", "cyp1a2", "ugt"]
"""Enzymes whose activity differs between people and that other compounds inhibit or induce."""

LiverPathway = Literal[
    "cyp3a4", "cyp2d6", "cyp2b6", "cyp2c8", "cyp2c9", "cyp2c19", "cyp1a2", "ugt", "hepatic"
]
"""What clears a compound in the liver: an enzyme, or anything else (``hepatic``)."""

Pathway = Literal[LiverPathway, "renal"]
"""What clears a compound: the liver, or the kidney; what no pathway claims is the same in all people."""

Target = Literal[
    "alpha2", "kappa_block", "nmda", "melatonin", "gaba", "activation", "sedation", "gut", "smooth_muscle"
]
"""Sites other than mu receptors at which compounds compete: adrenergic alpha-2 agonism, block of kappa
receptors, block of NMDA receptors, melatonin receptors, GABA-A and alike (benzodiazepines, ethanol,
gabapentinoids), activation (serotonin, adrenaline), sedation of any other kind, opioid receptors of the
gut, relaxation of muscle.
"""

LinearTarget = Literal["qtc"]
"""Effects in proportion to concentration: change of QTc (ms)."""

Name = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=80)]


class Peripheral(Entry):
    """A tissue volume that exchanges with the central one."""

    volume: Volume
    flow: Flow


class DoseDependence(Entry):
    """Bioavailability that falls with the dose: ``at_1_mg + per_decade * log10(dose/mg)``."""

    at_1_mg: Ratio
    per_decade: Ratio
    lowest: Fraction


class AbsorptionPart(Entry):
    """One of several ways in at once: a depot of its own for ``share`` of the dose."""

    share: Fraction
    rate: Rate
    release_rate: Rate | None = None
    lag: Hours | None = None


class Absorption(Entry):
    """How a compound enters by one route; an intravenous dose needs only its bioavailability of 1.

    What is absorbed leaves a depot with ``rate``; ``release_rate`` puts a first-order release before it,
    ``parts`` several depots beside one another. ``lag`` delays everything by a time that is the same in all
    people. ``gut_availability`` is the fraction of what is absorbed that CYP3A4 of the gut wall lets through.
    ``swallowed`` is the share of a dose under the tongue, in the cheek or in the nose that goes down: it is
    absorbed as the compound says for a dose by mouth, gut wall and liver included. The bioavailability holds
    both ways, as studies measure it.
    """

    bioavailability: Fraction | None = None
    dose_dependence: DoseDependence | None = None
    rate: Rate | None = None
    release_rate: Rate | None = None
    lag: Hours | None = None
    gut_availability: Fraction | None = None
    swallowed: Fraction | None = None
    parts: tuple[AbsorptionPart, ...] = Field(default=(), max_length=4)

    @model_validator(mode="after")
    def _one_way(self) -> Absorption:
        if (self.bioavailability is None) == (self.dose_dependence is None):
            raise ValueError("give either bioavailability or dose_dependence")
        if self.parts and (self.rate or self.release_rate or self.lag):
            raise ValueError("rate, release_rate and lag belong into each of the parts")
        if self.parts and abs(sum(part.share.to("dimensionless") for part in self.parts) - 1.0) > 1e-6:
            raise ValueError("the shares of the parts sum to 1")
        return self


class Metabolite(Entry):
    """A compound formed from this one: by systemic clearance, and on the way in by mouth.

    One enzyme forms it (``pathway``) or several (``pathways``, with the share of each while all are normal);
    with neither, formation keeps its share of the clearance whatever happens.
    """

    compound: str
    fraction_of_clearance: Fraction | None = None
    first_pass_fraction: Fraction | None = None
    pathway: LiverPathway | None = None
    pathways: dict[LiverPathway, Fraction] = Field(default_factory=dict)

    @property
    def formed_by(self) -> tuple[LiverPathway, ...]:
        """What forms it."""
        return tuple(self.pathways) if self.pathway is None else (self.pathway,)

    @model_validator(mode="after")
    def _one_account(self) -> Metabolite:
        if self.pathway is not None and self.pathways:
            raise ValueError("give either pathway or pathways")
        if self.pathways and abs(sum(p.to("dimensionless") for p in self.pathways.values()) - 1.0) > 1e-6:
            raise ValueError("the shares of the pathways sum to 1")
        return self


class Disposition(Entry):
    """Volumes and clearance of the body for one compound, for 70 kg."""

    volume: Volume
    clearance: Flow
    peripherals: tuple[Peripheral, ...] = Field(default=(), max_length=3)
    saturation: Concentration | None = None
    """Total plasma concentration at which the hepatic clearance is half of that at low concentration."""


class MuReceptor(Entry):
    """Action at the mu-opioid receptor, referred to total plasma concentration at the effect site."""

    dissociation_constant: Concentration
    efficacy: Fraction
    dissociation_rate: Rate | None = None
    """Given for a slow binder, whose occupancy has a state of its own."""
    breathing_affinity: Ratio | None = None
    """Of a slow binder: affinity at the receptors that set breathing over that at those which
    ``dissociation_constant`` is about; 1 where it is not given.
    """

    @model_validator(mode="after")
    def _slow(self) -> MuReceptor:
        if self.breathing_affinity is not None and self.dissociation_rate is None:
            raise ValueError("breathing_affinity needs dissociation_rate")
        return self


class EnzymeEffect(Entry):
    """What a compound does to an enzyme, at unbound concentrations.

    Reversible inhibition (``inhibition_constant``), inactivation (rate ``inactivation_rate`` at saturation,
    half of it at ``inactivation_constant``), induction (synthesis times ``1 + induction_maximum`` at
    saturation, half at ``induction_constant``). What is said of CYP3A4 holds for the gut wall too, where
    ``gut_induction_maximum`` may differ.
    """

    inhibition_constant: Concentration | None = None
    inactivation_rate: Rate | None = None
    inactivation_constant: Concentration | None = None
    induction_maximum: Ratio | None = None
    induction_constant: Concentration | None = None
    gut_induction_maximum: Ratio | None = None

    @model_validator(mode="after")
    def _whole(self) -> EnzymeEffect:
        for a, b in (
            ("inactivation_rate", "inactivation_constant"),
            ("induction_maximum", "induction_constant"),
        ):
            if (getattr(self, a) is None) != (getattr(self, b) is None):
                raise ValueError(f"{a} and {b} go together")
        if self.gut_induction_maximum is not None and self.induction_maximum is None:
            raise ValueError("gut_induction_maximum needs induction_maximum")
        if not any((self.inhibition_constant, self.inactivation_rate, self.induction_maximum)):
            raise ValueError("says no effect")
        return self


class Action(Entry):
    """A saturable effect at a target, at total concentration in plasma or effect site.

    ``efficacy`` is the effect at saturation; compounds at the same target compete.
    """

    half_effect: Concentration
    efficacy: Fraction


class Receptors(Entry):
    """The receptors that a compound acts on."""

    mu: MuReceptor | None = None


class Compound(Entry):
    """One chemical: how the body handles it and what it does."""

    name: Name
    title: str
    synonyms: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    molar_mass: MolarMass
    unbound_fraction: Fraction | None = None
    """In plasma; needed to inhibit or induce an enzyme."""
    blood_to_plasma: Ratio | None = None
    disposition: Disposition | None = None
    pathways: dict[Pathway, Fraction] = Field(default_factory=dict)
    absorption: dict[Route, Absorption] = Field(default_factory=dict)
    metabolites: tuple[Metabolite, ...] = ()
    effect_site_rate: Rate | None = None
    receptors: Receptors = Receptors()
    enzymes: dict[Enzyme, EnzymeEffect] = Field(default_factory=dict)
    actions: dict[Target, Action] = Field(default_factory=dict)
    slopes: dict[LinearTarget, Parameter] = Field(default_factory=dict)
    """Effect per nM of total concentration in plasma or effect site, in the unit ``ms/nM`` for ``qtc``."""
    note: str = ""
    known: str = ""
    """In plain words, what is known, and what is not, of its effect in opioid withdrawal; reports show it."""

    @model_validator(mode="after")
    def _shares_sum(self) -> Compound:
        total = sum(p.value for p in self.pathways.values())
        if total > 1.0 + 1e-9:
            raise ValueError(f"pathway fractions sum to {total:.3g}, more than 1")
        formed = sum(m.fraction_of_clearance.value for m in self.metabolites if m.fraction_of_clearance)
        if formed > 1.0 + 1e-9:
            raise ValueError(f"metabolites take {formed:.3g} of the clearance, more than 1")
        for acted_on, effect in self.enzymes.items():
            if effect.gut_induction_maximum is not None and acted_on != "cyp3a4":
                raise ValueError(f'gut_induction_maximum of "{acted_on}": only CYP3A4 is in the gut wall')
        if self.enzymes and self.unbound_fraction is None:
            raise ValueError("unbound_fraction is needed to act on an enzyme")
        for metabolite in self.metabolites:
            for enzyme in metabolite.formed_by:
                if enzyme not in self.pathways:
                    raise ValueError(f'metabolite by "{enzyme}", which is no pathway of the compound')
        return self


class Content(Entry):
    """How much of a compound a product holds, per amount of product."""

    compound: str
    amount: Parameter
    """Mass per mass (``mg/g``), per volume (``mg/mL``), per unit (``mg/tablet``) or a pure fraction."""


class Product(Entry):
    """What a person takes: a form with its contents and its usual route."""

    name: Name
    title: str
    synonyms: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    route: Route
    other_routes: tuple[Route, ...] = ()
    active: str
    """The compound that an amount of a medicine is counted in."""
    contents: tuple[Content, ...] = Field(min_length=1)
    absorption: dict[str, Absorption] = Field(default_factory=dict)
    """By compound: how this product is absorbed by its own route, in place of what the compound says."""
    content_is_unknown: bool = False
    """Contents are drawn from what products on the market hold, unless a case gives an assay."""
    evidence_based: bool = False
    """A standard treatment of opioid use disorder: always shown beside alternatives."""
    amount_is_product: bool = False
    """The amount is of plant or product (g of leaf), not of the active compound."""
    note: str = ""


class Source(Entry):
    """A publication or other origin of numbers."""

    key: str
    authors: str
    year: str
    title: str
    journal: str
    doi: str = ""
    pmid: str = ""
    url: str = ""
