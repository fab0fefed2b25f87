"""Providers, runs and approvals: what routes, gateway methods and higher slices call."""
