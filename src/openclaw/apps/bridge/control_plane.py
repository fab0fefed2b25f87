"""Calls to the configured control plane: redeem, rotate, unlink. No other host is ever called."""

import logging
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
import msgspec

from openclaw.apps.bridge.addresses import check_address, is_loopback
from openclaw.apps.bridge.device_key import DeviceKey
from openclaw.apps.bridge.errors import (
    ControlPlaneRefusedError,
    ControlPlaneUnreachableError,
    SessionRevokedError,
)
from openclaw.apps.bridge.machine import platform_name, version
from openclaw.apps.bridge.session import SHORTEST_LIFETIME, Session, Tokens, Workspace
from openclaw.kit.clock import Clock
from openclaw.protocol.device import enrol_proof_text, link_proof_text, refresh_proof_text

_log = logging.getLogger(__name__)

REVOKED = "devices.session_revoked"
_API = "/api/v2"
_TIMEOUT_SECONDS = 15.0
_MAX_ANSWER_BYTES = 1_048_576

T = TypeVar("T")


class _User(msgspec.Struct, rename="camel"):
    display_name: str


class _Tokens(msgspec.Struct, rename="camel"):
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    gateway_url: str
    page_key: str | None = None


class _Redeemed(_Tokens, rename="camel", kw_only=True):
    device_id: str
    node_id: str
    name: str
    user: _User
    workspace: Workspace
    scopes: list[str] = []


class _Problem(msgspec.Struct, rename="camel"):
    code: str = "unknown"
    title: str = ""
    detail: str | None = None
    data: dict[str, Any] | None = None


class ControlPlane:
    """The server's REST surface for machines, proving the device key in each call."""

    def __init__(self, key: DeviceKey, *, clock: Clock, allow_insecure: bool) -> None:
        self._key = key
        self._clock = clock
        self._allow_insecure = allow_insecure

    async def redeem(self, server: str, *, code: str, challenge_id: str | None, name: str) -> Session:
        """Exchange a link code for a session.

        Raises ControlPlaneRefusedError (wrong or ended code) or ControlPlaneUnreachableError.
        """
        signed_at = self._now_ms()
        proof = link_proof_text(
            challenge_id=challenge_id, code=code, node_id=self._key.node_id, signed_at_ms=signed_at
        )
        body: dict[str, Any] = {
            "code": code,
            "device": self._device(name),
            "signedAt": signed_at,
            "signature": self._key.sign(proof),
        }
        if challenge_id is not None:
            body["challengeId"] = challenge_id
        return await self._enter(server, "/bridge/redeem", body)

    async def enrol(self, server: str, *, token: str, name: str) -> Session:
        """Become a host with an enrolment token.

        Raises ControlPlaneRefusedError (a token that is over) or ControlPlaneUnreachableError.
        """
        signed_at = self._now_ms()
        proof = enrol_proof_text(token=token, node_id=self._key.node_id, signed_at_ms=signed_at)
        body: dict[str, Any] = {
            "token": token,
            "device": self._device(name),
            "signedAt": signed_at,
            "signature": self._key.sign(proof),
        }
        return await self._enter(server, "/bridge/host/enroll", body)

    def _device(self, name: str) -> dict[str, Any]:
        return {
            "publicKey": self._key.public_key,
            "name": name,
            "platform": platform_name(),
            "version": version(),
        }

    async def _enter(self, server: str, path: str, body: Mapping[str, Any]) -> Session:
        answer, date = await self._post(server, path, body)
        redeemed = self._decoded(server, answer, _Redeemed)
        if redeemed.node_id != self._key.node_id:
            raise ControlPlaneUnreachableError(server=server, reason="it answered for another machine")
        check_address(redeemed.gateway_url, schemes=("ws", "wss"), allow_insecure=self._allow_insecure)
        return Session(
            server=server,
            device_id=redeemed.device_id,
            node_id=redeemed.node_id,
            name=redeemed.name,
            user_name=redeemed.user.display_name,
            workspace=redeemed.workspace,
            scopes=redeemed.scopes,
            linked_at=self._clock.now(),
            tokens=self._tokens(redeemed, date),
        )

    async def refresh(self, session: Session) -> Tokens:
        """Rotate the session's tokens.

        Raises SessionRevokedError when the server has ended the session, else ControlPlaneRefusedError or
        ControlPlaneUnreachableError.
        """
        signed_at = self._now_ms()
        token = session.tokens.refresh_token
        proof = refresh_proof_text(node_id=session.node_id, signed_at_ms=signed_at, refresh_token=token)
        body = {
            "refreshToken": token,
            "nextRefreshToken": session.next_refresh_token,
            "nodeId": session.node_id,
            "signedAt": signed_at,
            "signature": self._key.sign(proof),
        }
        try:
            answer, date = await self._post(session.server, "/bridge/session/refresh", body)
        except ControlPlaneRefusedError as refused:
            if refused.refusal == REVOKED:
                raise SessionRevokedError from None
            raise
        return self._tokens(self._decoded(session.server, answer, _Tokens), date)

    async def unlink(self, session: Session) -> None:
        """Tell the server that this machine gives its session back."""
        headers = {"Authorization": f"Bearer {session.tokens.access_token}"}
        await self._post(session.server, "/bridge/session/unlink", {}, headers=headers)

    async def hand_over(self, session: Session, call_id: str, body: bytes) -> None:
        """Give the server a file that the call asked for.

        Raises ControlPlaneRefusedError or ControlPlaneUnreachableError.
        """
        headers = {
            "Authorization": f"Bearer {session.tokens.access_token}",
            "Content-Type": "application/octet-stream",
        }
        path = f"/bridge/result-files?call={quote(call_id, safe='')}"
        await self._post(session.server, path, None, content=body, headers=headers)

    async def _post(
        self,
        server: str,
        path: str,
        body: Mapping[str, Any] | None,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[bytes, datetime | None]:
        server = check_address(server, schemes=("http", "https"), allow_insecure=self._allow_insecure)
        try:
            async with (
                httpx2.AsyncClient(
                    timeout=_TIMEOUT_SECONDS,
                    follow_redirects=False,  # a redirect would carry the tokens to another host
                    trust_env=not is_loopback(server),  # no proxy between us and ourselves
                    headers={"User-Agent": f"openclaw-bridge/{version()}"},
                ) as client,
                client.stream(
                    "POST", f"{server}{_API}{path}", json=body, content=content, headers=headers
                ) as response,
            ):
                answer = await _bounded(response)
                if answer is None:
                    raise ControlPlaneUnreachableError(server=server, reason="its answer is too large")
                if response.is_success:
                    return answer, _date_of(response)
                raise _refusal(server, response, answer)
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError, OSError) as error:
            raise ControlPlaneUnreachableError(server=server, reason=_reason(error)) from None

    def _decoded(self, server: str, content: bytes, form: type[T]) -> T:
        try:
            return msgspec.json.decode(content, type=form)
        except (msgspec.DecodeError, RecursionError):
            raise ControlPlaneUnreachableError(server=server, reason="its answer has another form") from None

    def _tokens(self, answer: _Tokens, date: datetime | None) -> Tokens:
        # The server's clock sets the lifetime; ours may be hours off.
        lifetime = answer.access_expires_at - (date or self._clock.now())
        return Tokens(
            access_token=answer.access_token,
            refresh_token=answer.refresh_token,
            gateway_url=answer.gateway_url,
            received_at=self._clock.now(),
            lifetime_seconds=max(lifetime, SHORTEST_LIFETIME).total_seconds(),
            page_key=answer.page_key,
        )

    def _now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


async def _bounded(response: httpx2.Response) -> bytes | None:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > _MAX_ANSWER_BYTES:
            return None
    return bytes(content)


def _refusal(
    server: str, response: httpx2.Response, content: bytes
) -> ControlPlaneRefusedError | ControlPlaneUnreachableError:
    try:
        problem = msgspec.json.decode(content, type=_Problem)
    except (msgspec.DecodeError, RecursionError):
        problem = _Problem()
    if problem.code == "unknown" or response.status_code >= 500:
        return ControlPlaneUnreachableError(server=server, reason=f"HTTP {response.status_code}")
    return ControlPlaneRefusedError(
        status=response.status_code,
        refusal=problem.code,
        detail=problem.detail or problem.title or problem.code,
        details=problem.data or {},
    )


def _date_of(response: httpx2.Response) -> datetime | None:
    try:
        date = parsedate_to_datetime(response.headers["date"])
    except (KeyError, ValueError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _reason(error: Exception) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "it took too long"
    if isinstance(error, httpx2.ConnectError):
        return "no connection"
    return type(error).__name__
