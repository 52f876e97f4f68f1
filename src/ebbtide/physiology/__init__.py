"""Floor 2: one file for one part of the body; :mod:`.body` joins them. No I/O, no clock, no numbers."""
