"""Everything in one process, for one machine."""
