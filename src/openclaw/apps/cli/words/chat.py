"""Words of chat."""

CHAT: dict[str, tuple[str, str]] = {}
