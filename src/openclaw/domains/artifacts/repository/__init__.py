"""Every query on results."""
