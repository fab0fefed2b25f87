"""How the commands talk to the bridge that runs: its local control paths, with the owner's token."""

from typing import Any

import httpx2

from openclaw.apps.bridge.errors import ControlPlaneRefusedError, ControlPlaneUnreachableError
from openclaw.apps.bridge.localhost.routes import LINK_PATH, STATUS_PATH, UNLINK_PATH
from openclaw.apps.bridge.state import Running, StateFolder
from openclaw.kit.errors import OpenClawError, registered_errors

_SECONDS = 30.0


class LocalClient:
    """Calls the running bridge of a state folder."""

    def __init__(self, folder: StateFolder, running: Running) -> None:
        self._base = f"http://127.0.0.1:{running.port}"
        self._headers = {"Authorization": f"Bearer {folder.local_token()}"}

    def status(self) -> dict[str, Any]:
        """What the bridge says of itself."""
        return self._call("GET", STATUS_PATH, None)

    def link(
        self, *, code: str, challenge_id: str | None, server: str | None, name: str | None
    ) -> dict[str, Any]:
        """Have the bridge redeem a typed code."""
        given = {"code": code, "challengeId": challenge_id, "server": server, "name": name}
        return self._call("POST", LINK_PATH, {k: v for k, v in given.items() if v is not None})

    def unlink(self) -> dict[str, Any]:
        """Have the bridge give its session back."""
        return self._call("POST", UNLINK_PATH, {})

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        try:
            with httpx2.Client(timeout=_SECONDS, trust_env=False, headers=self._headers) as client:
                response = client.request(method, self._base + path, json=body)
                answer = response.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise ControlPlaneUnreachableError(server=self._base, reason=type(error).__name__) from None
        if response.is_success:
            return answer
        code = str(answer.get("code", "unknown"))
        if code in registered_errors():  # the bridge's own refusal, in this person's language
            raise OpenClawError.from_wire({"code": code, "data": answer.get("data") or {}})
        raise ControlPlaneRefusedError(
            status=response.status_code,
            refusal=code,
            detail=str(answer.get("detail", "")),
            details=answer.get("data") or {},
        )
