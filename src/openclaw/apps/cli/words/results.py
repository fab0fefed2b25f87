"""Words of results."""

RESULTS: dict[str, tuple[str, str]] = {}
