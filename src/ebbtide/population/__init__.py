"""Floor 1: how people differ, and how little is known of the typical one."""

from .draw import (
    BETWEEN_PERSON,
    BLOCK,
    TYPICAL,
    WITH_UNCERTAINTY,
    Numbers,
    Spread,
    content_name,
    draw_numbers,
    draw_parameter,
    draw_product_factors,
    internal_value,
    parameters_of,
    spread_on_scale,
)
from .latent import Unknowns
from .traits import WEIGHT, Traits, draw_traits

__all__ = [
    "BETWEEN_PERSON",
    "BLOCK",
    "TYPICAL",
    "WEIGHT",
    "WITH_UNCERTAINTY",
    "Numbers",
    "Spread",
    "Traits",
    "Unknowns",
    "content_name",
    "draw_numbers",
    "draw_parameter",
    "draw_product_factors",
    "draw_traits",
    "internal_value",
    "parameters_of",
    "spread_on_scale",
]
