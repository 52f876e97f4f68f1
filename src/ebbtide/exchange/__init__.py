"""Floor 5: formats that other programs read and write."""
