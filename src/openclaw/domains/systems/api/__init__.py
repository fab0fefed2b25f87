"""Routes of systems and of their vaults."""
