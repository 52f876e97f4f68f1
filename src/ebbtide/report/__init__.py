"""Floor 5: results for people and machines: ``report.html``, ``summary.json``, ``trajectory.parquet``."""

from .render import warm_up
from .write import write_results

__all__ = ["warm_up", "write_results"]
