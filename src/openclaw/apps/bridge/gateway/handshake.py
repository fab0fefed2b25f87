"""``connect`` as a node: what this machine offers, and the proof that it holds its key."""

from typing import Any

from openclaw.apps.bridge.device_key import DeviceKey
from openclaw.apps.bridge.gateway.frames import Challenge
from openclaw.apps.bridge.machine import platform_name, version
from openclaw.apps.bridge.session import Session
from openclaw.protocol.device import ConnectClaims, connect_text_v3

CLIENT_ID = "node-host"
CLIENT_MODE = "node"
ROLE = "node"
CAPS = ["fs", "exec", "system"]


def connect_params(
    session: Session, key: DeviceKey, challenge: Challenge, *, commands: list[str], locale: str
) -> dict[str, Any]:
    """The parameters of ``connect``, signed (v3) for this challenge and this session's token."""
    token = session.tokens.access_token
    claims = ConnectClaims(
        device_id=key.node_id,
        client_id=CLIENT_ID,
        client_mode=CLIENT_MODE,
        role=ROLE,
        scopes=(),
        signed_at_ms=challenge.ts,  # the server's clock: ours may be wrong
        token=token,
        nonce=challenge.nonce,
        platform=platform_name(),
    )
    return {
        "minProtocol": 3,
        "maxProtocol": 4,
        "client": {
            "id": CLIENT_ID,
            "version": version(),
            "platform": platform_name(),
            "mode": CLIENT_MODE,
            "displayName": session.name,
        },
        "role": ROLE,
        "scopes": [],
        "caps": CAPS,
        "commands": commands,
        "device": {
            "id": key.node_id,
            "publicKey": key.public_key,
            "signature": key.sign(connect_text_v3(claims)),
            "signedAt": challenge.ts,
            "nonce": challenge.nonce,
        },
        "auth": {"token": token},
        "locale": locale,
        "userAgent": f"openclaw-bridge/{version()}",
    }
