"""Processes: composition only, no business rules."""
