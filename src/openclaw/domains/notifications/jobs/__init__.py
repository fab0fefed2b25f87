"""Delivers what is due."""
