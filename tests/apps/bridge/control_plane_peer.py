"""A small real HTTP server that speaks the control plane's side of linking. It is the protocol peer in tests."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from openclaw.protocol.device import (
    decode_public_key,
    enrol_proof_text,
    link_proof_text,
    node_id_of,
    page_pass,
    refresh_proof_text,
    verify_signature,
)

DEVICE_ID = "dev_" + "1" * 32


class ControlPlanePeer:
    """Knows one code; rotates tokens to the successor that the machine names; takes reuse for theft."""

    def __init__(self) -> None:
        self.code = "123456"
        self.host_token = "oche_" + "t" * 43
        self.challenge_id = "chal_" + "0" * 32
        self.gateway_url = "ws://127.0.0.1:9"
        self.page_key = "f0" * 32
        self.lifetime = timedelta(minutes=15)
        self.redeemed: list[dict[str, Any]] = []
        self.refreshes: list[str] = []
        self.unlinked: list[str] = []
        self.paths: list[str] = []
        self.lose_answers = 0
        self.redirect_to: str | None = None
        self.is_revoked = False
        self.refreshed = threading.Event()
        self._serial = 0
        self._current = ""
        self._previous = ""
        self._public_key = b""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, body: dict[str, Any], bearer: str) -> tuple[int, dict[str, Any] | None]:
        self.paths.append(path)
        match path:
            case "/api/v2/bridge/redeem":
                return self._redeem(body)
            case "/api/v2/bridge/host/enroll":
                return self._enrol(body)
            case "/api/v2/bridge/session/refresh":
                return self._refresh(body)
            case "/api/v2/bridge/session/unlink":
                self.unlinked.append(bearer)
                return 204, None
        return 404, _problem(404, "request.no_such_path")

    def _redeem(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.redeemed.append(body)
        if body["code"] != self.code or body.get("challengeId", self.challenge_id) != self.challenge_id:
            return 403, _problem(403, "devices.wrong_code", triesLeft=4)
        self._public_key = decode_public_key(body["device"]["publicKey"])
        text = link_proof_text(
            challenge_id=body.get("challengeId"),
            code=body["code"],
            node_id=node_id_of(self._public_key),
            signed_at_ms=body["signedAt"],
        )
        if not verify_signature(public_key=self._public_key, signature=body["signature"], text=text):
            return 401, _problem(401, "devices.bad_proof")
        return 200, self._linked(body)

    def _linked(self, body: dict[str, Any]) -> dict[str, Any]:
        return {
            "deviceId": DEVICE_ID,
            "nodeId": node_id_of(self._public_key),
            "name": body["device"]["name"],
            "user": {"displayName": "Ada"},
            "workspace": {"id": "ws_" + "2" * 32, "name": "Ada's workspace"},
            "scopes": ["device.tools"],
            **self._new_tokens(),
        }

    def _enrol(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        token, self.host_token = self.host_token, ""  # once
        if body["token"] != token:
            return 404, _problem(404, "devices.host_token_ended")
        self._public_key = decode_public_key(body["device"]["publicKey"])
        node_id = node_id_of(self._public_key)
        text = enrol_proof_text(token=token, node_id=node_id, signed_at_ms=body["signedAt"])
        if not verify_signature(public_key=self._public_key, signature=body["signature"], text=text):
            return 401, _problem(401, "devices.bad_proof")
        return 200, self._linked(body)

    def _refresh(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        token = body["refreshToken"]
        self.refreshes.append(token)
        text = refresh_proof_text(node_id=body["nodeId"], signed_at_ms=body["signedAt"], refresh_token=token)
        if not verify_signature(public_key=self._public_key, signature=body["signature"], text=text):
            return 401, _problem(401, "devices.bad_proof")
        wanted = body["nextRefreshToken"]
        is_repeat = token == self._previous and wanted == self._current
        if self.is_revoked or not (token == self._current or is_repeat):
            self.is_revoked = True
            return 401, _problem(401, "devices.session_revoked")
        self._previous = token
        return 200, self._new_tokens(wanted)

    def is_newest(self, access_token: str) -> bool:
        return access_token == f"access-{self._serial}"

    def _new_tokens(self, refresh_token: str = "first") -> dict[str, Any]:
        self._serial += 1
        self._current = refresh_token
        return {
            "accessToken": f"access-{self._serial}",
            "accessExpiresAt": (datetime.now(UTC) + self.lifetime).isoformat(),
            "refreshToken": self._current,
            "gatewayUrl": self.gateway_url,
            "pageKey": self.page_key,
        }

    def page_pass(self, *, origin: str, nonce: str) -> str:
        """What this server gives a page of ``origin`` whose person owns the machine."""
        return page_pass(key=self.page_key, device_id=DEVICE_ID, origin=origin, nonce=nonce)


def _problem(status: int, code: str, **data: Any) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": code,
        "status": status,
        "code": code,
        "detail": code,
        "data": data,
    }


def _handler_of(peer: ControlPlanePeer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if peer.redirect_to is not None:
                self.send_response(307)
                self.send_header("Location", peer.redirect_to + self.path)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            bearer = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            status, answer = peer.answer(self.path, body, bearer)
            if "refresh" in self.path and status == 200 and peer.lose_answers > 0:
                peer.lose_answers -= 1
                self.close_connection = True
                return  # the rotation happened, its answer is lost
            content = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            if "refresh" in self.path and status == 200:
                peer.refreshed.set()

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
