"""Words of doctor."""

DOCTOR: dict[str, tuple[str, str]] = {}
