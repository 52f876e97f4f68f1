"""Floor 6: the command line, a thin edge over the services."""

from .app import main

__all__ = ["main"]
