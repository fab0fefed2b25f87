"""Machines: linking them, their sessions, the list of them, and calls sent to them."""
