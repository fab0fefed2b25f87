"""Logging in and out: whom to ask what, and what is kept."""

import getpass
import sys
from dataclasses import dataclass

import msgspec

from openclaw.apps.cli.addresses import check_secure, server_address
from openclaw.apps.cli.api import Api, chosen_server, open_store, session_of
from openclaw.apps.cli.config import DEFAULT_SERVER
from openclaw.apps.cli.credentials import CredentialStore, Session, Workspace
from openclaw.apps.cli.errors import NotAServerError, ServerRefusedError, ServerUnreachableError, UsageError
from openclaw.apps.cli.words import say


@dataclass(frozen=True)
class LoginRequest:
    """What was typed after ``login``."""

    server: str | None
    user: str | None
    reads_password: bool
    reads_token: bool
    allow_insecure: bool


@dataclass(frozen=True)
class Logout:
    """A session that was ended here, and whether the server knows."""

    server: str
    was_told: bool


class _TokenPair(msgspec.Struct, rename="camel"):
    refresh_token: str


def log_in(request: LoginRequest) -> tuple[str, Session]:
    """Log in and store the session; the server and the session."""
    store = open_store()
    server = _server(request, store)
    check_secure(server, allow_insecure=request.allow_insecure)
    with Api(server, store) as api:
        state = api.send_anonymous("GET", "/auth/config")
        if not state.get("hasUsers", True):
            raise UsageError(reason=say("no_account_yet", server=server))
        session = _by_token(api) if request.reads_token else _by_password(api, request)
    with store.locked():
        store.put(server, session, make_current=True)
    return server, session


def log_out(typed: str | None) -> Logout:
    """End the session on the server, and forget it here even if the server does not answer."""
    store = open_store()
    server = chosen_server(typed, store)
    was_told = True
    if store.find(server) is not None:
        with Api(server, store) as api:
            try:
                api.post("/auth/logout")
            except (ServerUnreachableError, NotAServerError):
                was_told = False
            except ServerRefusedError as refused:
                was_told = refused.status < 500
            except Exception:
                _forget(store, server)
                raise
        _forget(store, server)
    return Logout(server, was_told)


def _forget(store: CredentialStore, server: str) -> None:
    with store.locked():
        store.forget(server)


def _server(request: LoginRequest, store: CredentialStore) -> str:
    known = chosen_server(request.server, store)
    if request.server or request.reads_password or request.reads_token or not sys.stdin.isatty():
        return known
    typed = input(say("ask_server", default=known or DEFAULT_SERVER)).strip()
    return server_address(typed) if typed else known


def _by_password(api: Api, request: LoginRequest) -> Session:
    user = request.user
    if request.reads_password:
        if not user:
            raise UsageError(reason=say("user_needed"))
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        if not sys.stdin.isatty():
            raise UsageError(reason=say("no_terminal_for_password"))
        user = user or input(say("ask_user")).strip()
        password = getpass.getpass(say("ask_password"))
    body = {"identifier": user, "password": password, "session": "token"}
    return session_of(api.send_anonymous("POST", "/auth/login", body=body))


def _by_token(api: Api) -> Session:
    """An access token as it is, a refresh token (or the JSON answer of a login that holds one) by its first use."""
    text = sys.stdin.read().strip()
    try:
        text = msgspec.json.decode(text, type=_TokenPair).refresh_token
    except msgspec.DecodeError:
        me = api.authenticate(text) if text.isascii() and text.isprintable() else None
        if me is not None:
            return Session(
                username=me["user"]["username"],
                display_name=me["user"]["displayName"],
                workspace=Workspace(me["workspace"]["id"], me["workspace"]["name"]),
                access_token=text,
            )
    answer = api.send_anonymous("POST", "/auth/refresh", body={"refreshToken": text})
    return session_of(answer)
