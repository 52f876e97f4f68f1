"""Floor 3: what is dangerous, each finding with its basis; thresholds and texts are library data."""

from .emergency import emergency_texts
from .forecast_rules import forecast_findings

__all__ = ["emergency_texts", "forecast_findings"]
