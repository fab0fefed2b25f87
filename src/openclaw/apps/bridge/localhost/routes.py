"""The bridge's paths: health and linking for the web page, control for the owner's command line."""

import hmac
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from openclaw.apps.bridge.addresses import web_origins
from openclaw.apps.bridge.confirmation import Confirmation
from openclaw.apps.bridge.device_key import DeviceKey
from openclaw.apps.bridge.errors import PolicyFileError
from openclaw.apps.bridge.gateway.link import GatewayLink
from openclaw.apps.bridge.linking import Linker
from openclaw.apps.bridge.localhost.guard import (
    admit,
    json_object,
    only_fields,
    optional_text,
    query_values,
    text_field,
)
from openclaw.apps.bridge.localhost.page_tokens import LIFETIME, Guesses, PageTokens
from openclaw.apps.bridge.localhost.refusal_log import RefusalLog
from openclaw.apps.bridge.localhost.refusals import (
    AppUrlError,
    BadRequestError,
    ForeignOriginError,
    MethodNotAllowedError,
    NoSuchPathError,
    OwnerOnlyError,
    PageTokenNeededError,
    PassRefusedError,
    RequestTimeoutError,
    TokenNeededError,
)
from openclaw.apps.bridge.localhost.requests import Answer, Caller, Holder, Request
from openclaw.apps.bridge.localhost.rpc import RpcProxy
from openclaw.apps.bridge.localhost.server import Application
from openclaw.apps.bridge.machine import version
from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.session import Session, SessionKeeper
from openclaw.apps.bridge.state import StateFolder
from openclaw.kit.errors import OpenClawError
from openclaw.protocol.device import health_proof_text, page_pass

_log = logging.getLogger(__name__)

HEALTH_PATHS = frozenset({"/healthz", "/v1/healthz", "/bridge/health"})
REDEEM_PATHS = frozenset({"/link/redeem", "/v1/link/redeem"})
PAGE_PATHS = frozenset({"/link/page", "/v1/link/page"})
RPC_PATHS = frozenset({"/rpc", "/v1/rpc", "/bridge/rpc"})
STATUS_PATH = "/local/status"
LINK_PATH = "/local/link"
UNLINK_PATH = "/local/unlink"
_PREFLIGHT_SECONDS = 600
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{16,128}")


@dataclass(frozen=True)
class Parts:
    """What the paths need of the running bridge."""

    folder: StateFolder
    key: DeviceKey
    sessions: SessionKeeper
    policies: PolicyStore
    linker: Linker
    link: GatewayLink
    confirmation: Confirmation
    token: str
    extra_origins: tuple[str, ...]
    pages: PageTokens
    guesses: Guesses
    refusals: RefusalLog
    rpc: RpcProxy


class Routes(Application):
    """The application behind the local server. ``port`` is set once it listens."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.port = 0
        self._routes: dict[str, tuple[str, Callable[[Request, Caller], Awaitable[Answer]]]] = {
            **dict.fromkeys(HEALTH_PATHS, ("GET", self._health)),
            **dict.fromkeys(REDEEM_PATHS, ("POST", self._redeem)),
            **dict.fromkeys(PAGE_PATHS, ("POST", self._page)),
            **dict.fromkeys(RPC_PATHS, ("POST", self._rpc)),
            STATUS_PATH: ("GET", self._status),
            LINK_PATH: ("POST", self._link),
            UNLINK_PATH: ("POST", self._unlink),
        }

    def admit(self, request: Request) -> None:
        """Every check before the body."""
        self._caller(request)

    async def answer(self, request: Request) -> Answer:
        """Route an admitted request."""
        caller = self._caller(request)
        route = self._routes.get(request.path)
        if route is None:
            raise NoSuchPathError
        method, handler = route
        if request.method == "OPTIONS" and caller.origin is not None:
            return Answer(204)
        if request.method != method:
            raise MethodNotAllowedError(allowed=method)
        return await handler(request, caller)

    def shared_headers(self, request: Request) -> list[tuple[str, str]]:
        """CORS, for allowed origins only; never with credentials."""
        origins = request.values("origin")
        if len(origins) != 1 or origins[0] not in self._origins():
            return []
        headers = [("Access-Control-Allow-Origin", origins[0])]
        if request.method == "OPTIONS":
            headers += [
                ("Access-Control-Allow-Methods", "GET, POST"),
                ("Access-Control-Allow-Headers", "authorization, content-type"),
                ("Access-Control-Max-Age", str(_PREFLIGHT_SECONDS)),
            ]
            if request.value("access-control-request-private-network") == "true":  # older browsers ask
                headers.append(("Access-Control-Allow-Private-Network", "true"))
        return headers

    def _caller(self, request: Request) -> Caller:
        # A path that is not there needs no token to say so.
        is_open = request.path in HEALTH_PATHS or request.path not in self._routes
        return admit(request, port=self.port, allowed=self._origins(), bearers=self, is_open=is_open)

    def holder_of(self, token: str | None, origin: str | None) -> Holder | None:
        """Whose token it is; None without one. A wrong one is refused and counted: TokenNeededError."""
        if token is None:
            return None
        if hmac.compare_digest(token.encode(), self._parts.token.encode()):
            return "owner"
        # A page that has guessed waits with the right one too; the owner's own command line is never locked out.
        who = origin or "a program"
        self._parts.guesses.check(who)
        if origin is not None and self._parts.pages.is_valid(token, origin):
            return "page"
        self._parts.guesses.note(who)
        raise TokenNeededError if origin is None else PageTokenNeededError

    def refused(self, request: Request | None, error: OpenClawError) -> None:
        """Note what was turned away."""
        if request is None and isinstance(error, RequestTimeoutError):
            return  # browsers open connections in advance, and leave them unused
        self._parts.refusals.note(request, error.code)

    def _server(self) -> str:
        session = self._parts.sessions.session
        return session.server if session is not None else self._parts.folder.settings().server

    def _origins(self) -> frozenset[str]:
        return web_origins(self._server(), self._parts.extra_origins)

    async def _health(self, request: Request, caller: Caller) -> Answer:
        body: dict[str, Any] = {"ok": True, "version": version()}
        if caller.origin is None and not caller.is_owner:
            return Answer(200, body)
        session = self._parts.sessions.session
        body |= {
            "connected": self._parts.link.is_online,
            "linked": session is not None,
            "runtimeReady": self._parts.rpc.reads.is_ready,
            "runtime": self._parts.rpc.reads.availability,
            "nodeId": self._parts.key.node_id,
        }
        if session is not None:
            body["deviceId"] = session.device_id
        challenges = query_values(request.query, "challenge")
        if challenges:
            body |= self._proof(caller.origin, challenges[0])
        return Answer(200, body)

    def _proof(self, origin: str | None, challenge: str) -> dict[str, str]:
        """Shows the page that this port is held by the machine that it knows, not by another program."""
        if not _CHALLENGE.fullmatch(challenge):
            raise BadRequestError(reason="challenge is 16 to 128 letters of base64url")
        text = health_proof_text(origin=origin or "", challenge=challenge)
        return {"publicKey": self._parts.key.public_key, "proof": self._parts.key.sign(text)}

    async def _redeem(self, request: Request, caller: Caller) -> Answer:
        if caller.origin is None:
            raise ForeignOriginError  # a page's path; the command line has its own
        body = json_object(request.body)
        only_fields(body, frozenset({"challengeId", "code", "appUrl"}))
        code = text_field(body, "code", longest=16)
        challenge_id = text_field(body, "challengeId", longest=128)
        if text_field(body, "appUrl").rstrip("/") != caller.origin:
            raise AppUrlError
        session = await self._parts.linker.redeem_for_page(
            server=self._server(),
            origin=caller.origin,
            code=code,
            challenge_id=challenge_id,
            confirmation=self._parts.confirmation,
        )
        return Answer(200, linked_body(session) | self._page_token(caller.origin))

    async def _page(self, request: Request, caller: Caller) -> Answer:
        """First a nonce; then, for the server's pass over it, a token."""
        if caller.origin is None:
            raise ForeignOriginError
        body = json_object(request.body)
        only_fields(body, frozenset({"appUrl", "nonce", "pass"}))
        if text_field(body, "appUrl").rstrip("/") != caller.origin:
            raise AppUrlError
        session = self._parts.sessions.require()
        self._parts.guesses.check(caller.origin)
        if "nonce" not in body and "pass" not in body:
            return Answer(200, {"ok": True, "nonce": self._parts.pages.issue_nonce(caller.origin)})
        nonce, given = text_field(body, "nonce", longest=128), text_field(body, "pass", longest=128)
        key = session.tokens.page_key
        is_fresh = self._parts.pages.take_nonce(nonce, caller.origin)
        if key is None or not is_fresh or not _is_pass(given, key, session.device_id, caller.origin, nonce):
            self._parts.guesses.note(caller.origin)
            raise PassRefusedError
        return Answer(200, {"ok": True, **self._page_token(caller.origin)})

    def _page_token(self, origin: str) -> dict[str, Any]:
        _log.info("a page of %s may read the runtime for %d min", origin, LIFETIME.total_seconds() // 60)
        token = self._parts.pages.issue(origin)
        return {"pageToken": token, "pageTokenSeconds": int(LIFETIME.total_seconds())}

    async def _rpc(self, request: Request, caller: Caller) -> Answer:
        if caller.origin is not None and caller.holder != "page":
            raise PageTokenNeededError
        body = json_object(request.body)
        return Answer(200, await self._parts.rpc.call(body, language=request.language))

    async def _status(self, _: Request, caller: Caller) -> Answer:
        _check_owner(caller)
        return Answer(200, self.status())

    async def _link(self, request: Request, caller: Caller) -> Answer:
        _check_owner(caller)
        body = json_object(request.body)
        session = await self._parts.linker.redeem_typed(
            server=optional_text(body, "server"),
            code=text_field(body, "code", longest=16),
            challenge_id=optional_text(body, "challengeId", longest=128),
            name=optional_text(body, "name"),
        )
        return Answer(200, linked_body(session))

    async def _unlink(self, request: Request, caller: Caller) -> Answer:
        _check_owner(caller)
        only_fields(json_object(request.body), frozenset())
        is_told = await self._parts.linker.unlink()
        return Answer(200, {"ok": True, "serverTold": is_told})

    def status(self) -> dict[str, Any]:
        """What ``openclaw bridge status`` shows of a running bridge."""
        session = self._parts.sessions.session
        return {
            "running": True,
            "port": self.port,
            "online": self._parts.link.is_online,
            **session_status(session, self._server(), self._parts.key.node_id),
            "policy": policy_status(self._parts.policies),
            "runtime": self._parts.rpc.reads.availability,
            "refused": dict(self._parts.refusals.counts),
        }


def linked_body(session: Session) -> dict[str, Any]:
    """What is told of a new link. No tokens."""
    return {
        "ok": True,
        "linked": True,
        "deviceId": session.device_id,
        "nodeId": session.node_id,
        "name": session.name,
        "server": session.server,
        "user": {"displayName": session.user_name},
        "workspace": {"id": session.workspace.id, "name": session.workspace.name},
        "scopes": session.scopes,
    }


def session_status(session: Session | None, server: str, node_id: str) -> dict[str, Any]:
    """What is told of the session. No tokens."""
    if session is None:
        return {"linked": False, "server": server, "nodeId": node_id}
    return {**linked_body(session), "server": server, "linkedAt": session.linked_at.isoformat()}


def policy_status(policies: PolicyStore) -> dict[str, Any]:
    """The policy in short, or why it cannot be used."""
    try:
        policy = policies.current()
    except PolicyFileError as error:
        return {"ok": False, "reason": error.reason}
    denied = sorted(tool for tool, decision in policy.tools.items() if decision == "deny")
    return {"ok": True, "folders": list(policy.folders), "maxGrade": policy.max_grade, "deniedTools": denied}


def _is_pass(given: str, key: str, device_id: str, origin: str, nonce: str) -> bool:
    expected = page_pass(key=key, device_id=device_id, origin=origin, nonce=nonce)
    return hmac.compare_digest(given.encode(), expected.encode())


def _check_owner(caller: Caller) -> None:
    if caller.origin is not None:
        raise OwnerOnlyError
