"""Requests to a provider, and its answers as JSON."""

from collections.abc import Mapping
from typing import Any

import httpx2
import orjson

from openclaw.domains.channels.errors import ProviderFailedError, ProviderRefusedError
from openclaw.infra.outgoing import SECONDS, Answer, ForbiddenAddressError, NoAnswerError, request
from openclaw.kit.errors import InvalidInputError

LARGEST = 2_097_152
_MAY_PASS = frozenset({408, 425, 429})


async def call(
    url: str | httpx2.URL,
    body: Any = None,
    *,
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
    may_be_private: bool = True,
    seconds: float = SECONDS,
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of an answer; an empty one for what is none.

    Addresses of providers are the operator's to say, so they may be private. The address itself may hold a secret: no
    error repeats it. Raises ProviderFailedError, ProviderRefusedError.
    """
    content = None if body is None else orjson.dumps(body)
    answer = await send(
        httpx2.URL(str(url)),
        content,
        method=method,
        headers={"Content-Type": "application/json", **(headers or {})},
        may_be_private=may_be_private,
        seconds=seconds,
    )
    try:
        found = orjson.loads(answer.body)
    except ValueError:
        found = None
    if answer.status < 400 and not isinstance(found, dict):  # a page of somebody in between
        raise ProviderFailedError(said=f"it answered {answer.status} without JSON")
    said: dict[str, Any] = found if isinstance(found, dict) else {}
    if answer.status >= 500 or answer.status in _MAY_PASS:
        wait = answer.headers.get("retry-after", "")
        seconds_asked = int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 6 else 0
        asked = said.get("parameters", {}) if isinstance(said.get("parameters"), dict) else {}
        asked_for = asked.get("retry_after", seconds_asked)
        raise ProviderFailedError(
            said=f"it answered {answer.status}", seconds=asked_for if isinstance(asked_for, int) else 0
        )
    return answer.status, said


async def send(
    url: httpx2.URL,
    content: bytes | None,
    *,
    method: str,
    headers: Mapping[str, str],
    may_be_private: bool,
    seconds: float = SECONDS,
) -> Answer:
    """The answer, whatever its status. Raises ProviderFailedError, ProviderRefusedError."""
    try:
        return await request(
            method,
            url,
            headers={"User-Agent": "OpenClaw-Channel/1", **headers},
            content=content,
            may_be_private=may_be_private,
            seconds=seconds,
            largest=LARGEST,
        )
    except ForbiddenAddressError as error:
        raise ProviderRefusedError(said=str(error)) from None
    except NoAnswerError as error:
        raise ProviderFailedError(said=f"no answer ({str(error).partition(':')[0]})") from None


def words(value: Any) -> str:
    """What a provider said, fit to be shown."""
    return " ".join(str(value).split())[:200] if value else "–"


def text_of(value: Any, field: str, *, longest: int = 200) -> str:
    """A text or number of a provider's JSON that has to be there. Raises InvalidInputError."""
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not 0 < len(str(value)) <= longest:
        raise InvalidInputError(field=field, reason="is missing or of another form")
    return str(value).replace("\0", "␀")


def object_of(value: Any) -> dict[str, Any]:
    """An object of a provider's JSON; an empty one for what is none."""
    return value if isinstance(value, dict) else {}
