"""From what provider libraries raise to our errors, and whether asking again is safe and may help."""

import re
from typing import TYPE_CHECKING, Any

from openclaw.infra.jsonb import storable
from openclaw.runtime.errors import (
    ProviderAuthError,
    ProviderBadAnswerError,
    ProviderBadRequestError,
    ProviderContextExceededError,
    ProviderError,
    ProviderNotFoundError,
    ProviderRateLimitedError,
    ProviderUnavailableError,
)

if TYPE_CHECKING:
    from openclaw.runtime.models import ModelConfig

MAX_WORDS = 500
_PASSING = (408, 409, 425)  # of the refusals, those that ask to try again
# As providers print keys back, whole or masked.
_KEYS = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|ghp)[-_][\w*\-]{6,}|\bAIza[\w-]{10,}|\bBearer\s+[\w*\-]{8,}", re.ASCII
)
_CONTEXT_SIGNS = (
    "context length",
    "context_length",
    "context window",
    "maximum context",
    "too many tokens",
    "n_ctx",
)


def failure_types() -> tuple[type[Exception], ...]:
    """What a request to a provider may raise, as the libraries that are loaded declare it."""
    import httpx2
    from pydantic_ai.exceptions import AgentRunError, UserError

    return (AgentRunError, UserError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError)


def translate(error: Exception, config: "ModelConfig") -> tuple[ProviderError, bool]:
    """Our error for ``error``, and whether the same request may succeed if it is sent again."""
    said = provider_words(error, config)
    made, may_pass = _fate(error, said)
    if made is ProviderRateLimitedError:
        wait = getattr(error, "retry_after", None)
        return ProviderRateLimitedError(model=config.model, said=said, retry_after_seconds=wait), may_pass
    return made(model=config.model, said=said), may_pass


def _fate(error: Exception, said: str) -> tuple[type[ProviderError], bool]:
    from pydantic_ai import exceptions as known

    refused = isinstance(error, known.ModelRequestRejectedError)
    if refused and any(sign in said.lower() for sign in _CONTEXT_SIGNS):
        return ProviderContextExceededError, False
    for kind, made, may_pass in (
        (known.ModelAuthenticationError, ProviderAuthError, False),
        (known.ModelQuotaExceededError, ProviderRateLimitedError, False),
        (known.ModelRateLimitError, ProviderRateLimitedError, True),
        (known.ModelContextWindowExceededError, ProviderContextExceededError, False),
        (known.ModelNotFoundError, ProviderNotFoundError, False),
        (known.ModelRequestRejectedError, ProviderBadRequestError, False),
        (known.UserError, ProviderBadRequestError, False),
        (known.UnexpectedModelBehavior, ProviderBadAnswerError, True),
        (known.ModelRequestTimeout, ProviderUnavailableError, True),
        (known.ModelServerError, ProviderUnavailableError, True),
        (known.ModelUnavailableError, ProviderUnavailableError, True),
        (known.ModelConnectionError, ProviderUnavailableError, True),
    ):
        if isinstance(error, kind):
            return made, may_pass
    if isinstance(error.__cause__, ValueError):
        return ProviderBadAnswerError, True  # it could not be decoded
    status = getattr(error, "status_code", None) or getattr(error.__cause__, "status_code", None)
    if isinstance(status, int) and status < 400:
        return (
            ProviderNotFoundError,
            False,
        )  # a redirect: the address is wrong, and following would leak the key
    if isinstance(status, int) and status < 500 and status not in _PASSING:
        return ProviderBadRequestError, False
    return ProviderUnavailableError, True


def provider_words(error: Exception, config: "ModelConfig") -> str:
    """What the provider said, on one line, capped, without keys; else what the library says of it."""
    said = _said(getattr(error, "body", None))
    if not said:
        cause = error.__cause__
        said = str(error) if str(error) not in ("", "Connection error.") or cause is None else str(cause)
        deeper = getattr(cause, "__cause__", None)
        if said in ("Connection error.", "") and deeper is not None:
            said = str(deeper)
    return without_secrets(said or type(error).__name__, config)


def without_secrets(text: str, config: "ModelConfig") -> str:
    """``text`` on one line, capped, storable, with the key and whatever looks like one replaced."""
    text = storable(" ".join(text.split()))
    if len(config.api_key) >= 4:
        text = text.replace(config.api_key, "…")
    text = _KEYS.sub("…", text)
    return text if len(text) <= MAX_WORDS else text[: MAX_WORDS - 1] + "…"


def _said(body: Any) -> str:
    """The message inside an error body of any of the usual forms."""
    match body:
        case {"error": inner}:
            return _said(inner)
        case {"message": str(message)} | {"detail": str(message)}:
            return message
        case [first, *_]:
            return _said(first)
        case str(text):
            return text
        case _:
            return ""
