"""Which scenarios are in use, by what was read and stated."""
