"""Who is let in: the checks of a request, in their order. Pure: a request in, a caller or a refusal out.

A page on the internet, another account's program, a rebound DNS name and a plain HTML form can all reach a
port on 127.0.0.1. Each check below stops one of them, and none relies on another.
"""

import json
from collections.abc import Mapping
from typing import Any, Protocol, cast
from urllib.parse import parse_qs

from openclaw.apps.bridge.localhost.refusals import (
    BadRequestError,
    BodyTooLargeError,
    ForeignOriginError,
    NavigationError,
    NotJsonError,
    TokenNeededError,
    WrongHostError,
)
from openclaw.apps.bridge.localhost.requests import Caller, Holder, Request

MAX_BODY_BYTES = 1_048_576
_MAX_QUERY_FIELDS = 8
_FETCH_MODES = {"cors", "same-origin"}
_FETCH_SITES = {"cross-site", "same-site", "same-origin"}


def check_host(request: Request, port: int) -> None:
    """The request was addressed to this bridge itself. The only thing that stops a rebound name's GET."""
    hosts = request.values("host")
    if len(hosts) != 1 or hosts[0].lower() not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
        raise WrongHostError


def check_origin(request: Request, allowed: frozenset[str]) -> str | None:
    """The page's origin if it is exactly one of ``allowed``; None for a program, which sends none."""
    origins = request.values("origin")
    if not origins:
        return None
    if len(origins) != 1 or origins[0] == "null" or origins[0] not in allowed:
        raise ForeignOriginError
    return origins[0]


def has_token(request: Request) -> bool:
    """Whether the request shows a token at all, right or wrong."""
    return bool(request.values("authorization"))


def bearer_token(request: Request) -> str | None:
    """The token that the request shows; None when it shows none. TokenNeededError for anything but one bearer."""
    if not has_token(request):
        return None
    values = request.values("authorization")
    scheme, _, given = values[0].partition(" ")
    if len(values) != 1 or scheme.lower() != "bearer":
        raise TokenNeededError
    return given.strip()


class Bearers(Protocol):
    """Who knows tokens."""

    def holder_of(self, token: str | None, origin: str | None) -> Holder | None:
        """Whose token it is; None without one. A wrong one is refused, not ignored: TokenNeededError."""
        ...


def check_fetch_metadata(request: Request) -> None:
    """If a browser says how the request came about, it is a script's CORS request and nothing else.

    A WebSocket's handshake says so by its own headers alone: Chromium sends no metadata with it.
    """
    if request.values("upgrade") or request.values("sec-websocket-key"):
        raise NavigationError
    for header, allowed in (
        ("sec-fetch-site", _FETCH_SITES),
        ("sec-fetch-mode", _FETCH_MODES),
        ("sec-fetch-dest", {"empty"}),
    ):
        values = request.values(header)
        if values and (len(values) != 1 or values[0].lower() not in allowed):
            raise NavigationError


def check_framing(request: Request) -> None:
    """The body has one length that everybody agrees on, within the limit."""
    lengths = request.values("content-length")
    if lengths and request.values("transfer-encoding"):
        raise BadRequestError(reason="both Content-Length and Transfer-Encoding")
    if len(lengths) > 1:
        raise BadRequestError(reason="more than one Content-Length")
    if lengths and int(lengths[0]) > MAX_BODY_BYTES:
        raise BodyTooLargeError(limit=MAX_BODY_BYTES)


def check_content_type(request: Request) -> None:
    """A body is declared as JSON: the types that a page may post without a preflight are out."""
    types = request.values("content-type")
    if len(types) != 1 or types[0].split(";", 1)[0].strip().lower() != "application/json":
        raise NotJsonError


def admit(request: Request, *, port: int, allowed: frozenset[str], bearers: Bearers, is_open: bool) -> Caller:
    """Every check that needs no body; ``is_open`` paths also answer programs without the token."""
    check_host(request, port)
    origin = check_origin(request, allowed)
    if origin is None and not has_token(request) and not is_open:
        raise TokenNeededError
    check_fetch_metadata(request)
    check_framing(request)
    if request.method == "POST":
        check_content_type(request)
    return Caller(origin=origin, holder=bearers.holder_of(bearer_token(request), origin))


def json_object(body: bytes) -> dict[str, Any]:
    """The one JSON object in ``body``: UTF-8, no repeated keys (two parsers would read two things)."""
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_without_repeats, parse_constant=_refused)
    except RecursionError:
        raise BadRequestError(reason="the JSON is nested too deeply") from None
    except ValueError:
        raise BadRequestError(reason="the body is not plain JSON") from None
    if not isinstance(value, dict):
        raise BadRequestError(reason="the body is not a JSON object")
    return cast("dict[str, Any]", value)


def text_field(body: Mapping[str, Any], name: str, *, longest: int = 2048) -> str:
    """The text ``name`` of ``body``."""
    value = optional_text(body, name, longest=longest)
    if value is None:
        raise BadRequestError(reason=f"{name} is missing")
    return value


def optional_text(body: Mapping[str, Any], name: str, *, longest: int = 2048) -> str | None:
    """The text ``name`` of ``body``, or None when it is absent or null."""
    value = body.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > longest or not _is_unicode(value)):
        raise BadRequestError(reason=f"{name} is not a text of at most {longest} letters")
    return value


def query_values(query: str, name: str) -> list[str]:
    """Every value of the query's field ``name``."""
    try:
        return parse_qs(query, max_num_fields=_MAX_QUERY_FIELDS).get(name, [])
    except ValueError:
        raise BadRequestError(reason=f"the query has more than {_MAX_QUERY_FIELDS} fields") from None


def only_fields(body: Mapping[str, Any], known: frozenset[str]) -> None:
    """Nothing in ``body`` but ``known`` fields."""
    if not known.issuperset(body):
        raise BadRequestError(reason="there are unknown fields")


def _is_unicode(text: str) -> bool:
    """JSON can spell half a character, which nothing further on can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("repeated key")
    return value


def _refused(_: str) -> Any:
    raise ValueError("not a JSON number")
