"""Workflows: a language, its definitions in versions, runs that survive every process, and their history."""
