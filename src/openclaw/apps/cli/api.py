"""Calls to the server's REST API as the person who logged in."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx2
import msgspec

from openclaw import __version__
from openclaw.apps.cli.addresses import is_loopback, server_address
from openclaw.apps.cli.config import DEFAULT_SERVER, language, read_settings
from openclaw.apps.cli.credentials import CredentialStore, Session, Workspace
from openclaw.apps.cli.errors import (
    NotAServerError,
    NotLoggedInError,
    ServerRefusedError,
    ServerUnreachableError,
    SessionEndedError,
)
from openclaw.apps.cli.words import say
from openclaw.kit.errors import OpenClawError

USER_AGENT = f"openclaw-cli/{__version__}"
_API = "/api/v2"
_SECONDS = 30.0
_UNAUTHORIZED = 401


class Problem(msgspec.Struct, rename="camel"):
    """A refusal as the server words it (RFC 9457)."""

    code: str = "unknown"
    title: str = ""
    detail: str | None = None
    data: dict[str, Any] | None = None
    request_id: str = ""


def open_store() -> CredentialStore:
    """The stored sessions of this person."""
    return CredentialStore(read_settings().folder)


def chosen_server(typed: str | None, store: CredentialStore) -> str:
    """The server to work with: as typed, as in OPENCLAW_SERVER, of the last login, or one on this machine."""
    wanted = typed or read_settings().server
    return server_address(wanted) if wanted else store.load().current or DEFAULT_SERVER


def connect(typed: str | None) -> "Api":
    """The API of the chosen server, as the person who is logged in. Raises NotLoggedInError."""
    store = open_store()
    server = chosen_server(typed, store)
    if store.find(server) is None:
        raise NotLoggedInError(server=server)
    return Api(server, store)


class Api:
    """One server. A spent access token is renewed on the way; nothing is sent to any other host."""

    def __init__(self, server: str, store: CredentialStore) -> None:
        self.server = server
        self._store = store
        self._session = store.find(server)
        self._http = httpx2.Client(
            timeout=_SECONDS,
            follow_redirects=False,  # a redirect would carry the tokens to another host
            trust_env=not is_loopback(server),  # no proxy between us and ourselves
            headers={"User-Agent": USER_AGENT, "Accept-Language": language()},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    @property
    def session(self) -> Session:
        """Who is logged in. Raises NotLoggedInError."""
        if self._session is None:
            raise NotLoggedInError(server=self.server)
        return self._session

    def get(self, path: str, **query: str | int | bool | None) -> Any:
        """The answer to a GET."""
        return _decoded(self.server, self.send("GET", path, query=query))

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer to a POST; None when it has no content."""
        return _decoded(self.server, self.send("POST", path, body=body or {}))

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer to a PATCH."""
        return _decoded(self.server, self.send("PATCH", path, body=body))

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """The answer to a PUT."""
        return _decoded(self.server, self.send("PUT", path, body=body))

    def upload(self, path: str, data: bytes, **query: str) -> Any:
        """The answer to a POST of bytes."""
        return _decoded(self.server, self.send("POST", path, content=data, query=query))

    def delete(self, path: str) -> None:
        """Delete something."""
        self.send("DELETE", path)

    def items(self, path: str, limit: int, **query: str | int | bool | None) -> list[dict[str, Any]]:
        """The first ``limit`` items of a list, over as many pages as that takes."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while len(found) < limit:
            page = self.get(path, limit=min(limit - len(found), 100), cursor=cursor, **query)
            found += page["items"]
            cursor = page.get("nextCursor")
            if cursor is None:
                break
        return found

    def send(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str | int | bool | None] | None = None,
        content: bytes | None = None,
    ) -> httpx2.Response:
        """The server's answer to a call of the person who is logged in.

        Raises ServerRefusedError, ServerUnreachableError, NotAServerError, NotLoggedInError, SessionEndedError.
        """
        token = self.session.access_token
        response = self._request(method, path, body=body, query=query, token=token, content=content)
        if response.status_code == _UNAUTHORIZED:
            self._renew(token)
            token = self.session.access_token
            response = self._request(method, path, body=body, query=query, token=token, content=content)
        if response.is_success:
            return response
        if response.status_code == _UNAUTHORIZED:
            raise SessionEndedError(server=self.server)
        raise refusal(self.server, response)

    def send_anonymous(self, method: str, path: str, *, body: Mapping[str, Any] | None = None) -> Any:
        """The answer to a call that needs no login."""
        response = self._request(method, path, body=body, query=None, token=None)
        if not response.is_success:
            raise refusal(self.server, response)
        return _decoded(self.server, response)

    def authenticate(self, token: str) -> Any | None:
        """``/users/me`` for an access token; None when the server does not take it."""
        response = self._request("GET", "/users/me", body=None, query=None, token=token)
        if response.status_code == _UNAUTHORIZED:
            return None
        if not response.is_success:
            raise refusal(self.server, response)
        return _decoded(self.server, response)

    def _request(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str | int | bool | None] | None,
        token: str | None,
        content: bytes | None = None,
    ) -> httpx2.Response:
        params = {key: _text(value) for key, value in (query or {}).items() if value is not None}
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if content is not None:
            headers["Content-Type"] = "application/octet-stream"
        url = f"{self.server}{_API}{path}"
        try:
            return self._http.request(method, url, json=body, content=content, params=params, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise ServerUnreachableError(server=self.server, reason=_reason(error)) from None

    def _renew(self, spent: str) -> None:
        """Get new tokens for the session, unless another terminal of this person just did."""
        with self._store.locked():
            stored = self._store.find(self.server)
            if stored is None or not stored.refresh_token:
                raise SessionEndedError(server=self.server)
            if stored.access_token != spent:
                self._session = stored
                return
            response = self._request(
                "POST", "/auth/refresh", body={"refreshToken": stored.refresh_token}, query=None, token=None
            )
            if response.status_code == _UNAUTHORIZED:
                self._store.forget(self.server)
                raise SessionEndedError(server=self.server)
            if not response.is_success:
                raise refusal(self.server, response)
            self._session = session_of(_decoded(self.server, response))
            self._store.put(self.server, self._session)


def session_of(answer: Mapping[str, Any]) -> Session:
    """The session in the server's answer to a login or a renewal."""
    return Session(
        username=answer["user"]["username"],
        display_name=answer["user"]["displayName"],
        workspace=Workspace(answer["workspace"]["id"], answer["workspace"]["name"]),
        access_token=answer["accessToken"],
        refresh_token=answer["refreshToken"],
    )


def refusal(server: str, response: httpx2.Response) -> OpenClawError:
    """The failure that an answer tells of."""
    try:
        problem = msgspec.json.decode(response.content, type=Problem)
    except (msgspec.DecodeError, RecursionError):
        problem = Problem()
    if problem.code == "unknown":
        return NotAServerError(server=server, reason=f"HTTP {response.status_code}")
    return ServerRefusedError(
        status=response.status_code,
        refusal=problem.code,
        detail=problem.detail or problem.title or problem.code,
        details=problem.data or {},
        request_id=problem.request_id,
    )


def _decoded(server: str, response: httpx2.Response) -> Any:
    if not response.content:
        return None
    try:
        return msgspec.json.decode(response.content)
    except (msgspec.DecodeError, RecursionError):
        raise NotAServerError(server=server, reason=say("reason_form")) from None


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _reason(error: Exception) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return say("reason_timeout")
    if isinstance(error, httpx2.ConnectError):
        return (
            say("reason_tls")
            if "SSL" in str(error) or "certificate" in str(error)
            else say("reason_no_connection")
        )
    return type(error).__name__
