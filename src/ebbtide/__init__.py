"""Ebbtide: opioid withdrawal computed for a person or a population, every number with its source."""

__version__ = "0.1.0"
