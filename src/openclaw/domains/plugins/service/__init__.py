"""Registries, installations, kill switches, and the running of plugins."""
