"""Floor 3: dose-aligned mesh, exact linear kinetics, integration of people in batches, reference solver."""
