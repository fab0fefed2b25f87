"""``openclaw host``: the same machine without a person at it, for runs that a workspace leases to it."""
