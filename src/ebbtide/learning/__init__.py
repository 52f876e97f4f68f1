"""Floor 4: numbers of the library learned from data."""
