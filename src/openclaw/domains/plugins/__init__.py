"""Plugins: packages in registries, what a workspace has installed of them, kill switches, and calls of their code."""
