"""Every query of the plugins slice."""
