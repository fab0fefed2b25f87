"""What the test console shows of a delivery: its shape, and nothing that looks like a secret."""

import re
from collections.abc import Mapping
from typing import Any

from openclaw.protocol.pi.redaction import masked as without_credentials

MASK = "••••••"
LONGEST_BODY = 4_000
_SHOWN_HEADERS = frozenset(
    {"content-type", "content-length", "user-agent", "webhook-id", "webhook-timestamp", "x-github-event"}
)
_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?|secret|token|api[-_]?key|auth|credential|private|cookie|session|signature|bearer",
    re.IGNORECASE,
)
_IN_TEXT = re.compile(
    r"""((?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key|auth\w*|credential\w*|signature)["']?\s*[:=]\s*)"""
    r"""("[^"]*"|'[^']*'|[^\s,;&}"']+)""",
    re.IGNORECASE,
)
_LONGEST_VALUE = 500
_MOST_DEEP = 12


def shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of a delivery, the values of those that are not known to be harmless masked."""
    return {
        name[:100]: value[:_LONGEST_VALUE] if name in _SHOWN_HEADERS else MASK
        for name, value in list(headers.items())[:50]
    }


def shown_value(value: Any, depth: int = 0) -> Any:
    """JSON data with the values of members that are named like secrets, and credentials in texts, masked."""
    if depth > _MOST_DEEP:
        return "…"
    if isinstance(value, Mapping):
        return {
            str(key): MASK if _SECRET_NAME.search(str(key)) else shown_value(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [shown_value(item, depth + 1) for item in value]
    return shown_text(value, _LONGEST_VALUE) if isinstance(value, str) else value


def shown_text(text: str, longest: int = LONGEST_BODY) -> str:
    """A text, cut, with what looks like a credential masked."""
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return _IN_TEXT.sub(rf"\1{MASK}", without_credentials(cut))
