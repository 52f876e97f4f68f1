"""Floor 1: how people differ, and how little is known of the typical one."""

from .draw import (
    BETWEEN_PERSON,
    BLOCK,
    TYPICAL,
    WITH_UNCERTAINTY,
    Numbers,
    Spread,
    draw_numbers,
    draw_parameter,
    draw_product_factors,
    spread_on_scale,
)
from .traits import Traits, draw_traits

__all__ = [
    "BETWEEN_PERSON",
    "BLOCK",
    "TYPICAL",
    "WITH_UNCERTAINTY",
    "Numbers",
    "Spread",
    "Traits",
    "draw_numbers",
    "draw_parameter",
    "draw_product_factors",
    "draw_traits",
    "spread_on_scale",
]
