"""The API of QQ bots on loopback, and events as QQ signs and delivers them."""

import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support.scripted_http import Asked, ScriptedHttp

SETTINGS = {"appId": "102000001", "appSecret": "qq-bot-secret"}


def key(secret: str = SETTINGS["appSecret"]) -> Ed25519PrivateKey:
    """The key pair of a bot, as QQ's documentation makes it."""
    return Ed25519PrivateKey.from_private_bytes((secret * 32).encode()[:32])


@dataclass
class ScriptedQq(ScriptedHttp):
    """One bot."""

    async def answer(self, asked: Asked) -> tuple[int, Any]:
        if asked.path == "/app/getAppAccessToken":
            return 200, {"access_token": "qq-token", "expires_in": "7200"}
        if asked.headers.get("authorization") != "QQBot qq-token":
            return 401, {"message": "token"}
        return 200, {"id": "1", "username": "QQ helper"}

    async def until_sent(self, part: str) -> tuple[str, dict[str, Any]]:
        """Where to and what, of a message with this in it; waits for it."""
        asked = await self.until(lambda a: a.path.endswith("/messages") and part in a.json["content"])
        return asked.path, asked.json


def event(text: str, *, message_id: str, sender: str = "ANN", group: str | None = None) -> bytes:
    """Somebody writes to the bot, alone or in a group."""
    content: dict[str, Any] = {"id": message_id, "content": f" {text}", "timestamp": "x"}
    if group is None:
        content["author"] = {"user_openid": sender}
    else:
        content |= {"author": {"member_openid": sender}, "group_openid": group}
    kind = "C2C_MESSAGE_CREATE" if group is None else "GROUP_AT_MESSAGE_CREATE"
    return json.dumps({"op": 0, "id": "e", "t": kind, "d": content}).encode()


def signed(body: bytes, at: float, *, secret: str = SETTINGS["appSecret"]) -> dict[str, str]:
    """The headers of a delivery."""
    time = str(int(at))
    return {
        "X-Signature-Timestamp": time,
        "X-Signature-Ed25519": key(secret).sign(time.encode() + body).hex(),
    }
