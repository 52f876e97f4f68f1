"""The mechanism fitted to ratings of people of CTN-0094, and what it alone says of such people."""

from .alone import mechanism_probabilities

__all__ = ["mechanism_probabilities"]
