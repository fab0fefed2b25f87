"""What may become of a result, what its files may be, and where they may stand. Pure."""
