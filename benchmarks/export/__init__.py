"""The right-hand side of a composition as scalar equations, and texts of them for other programs."""
