"""Feishu's open platform on loopback, and events as it seals, signs and delivers them."""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from tests.support.scripted_http import Asked, ScriptedHttp

SETTINGS = {
    "appId": "cli_a1b2c3",
    "appSecret": "app-secret",
    "encryptKey": "encrypt-key",
    "verificationToken": "verification-token",
}


@dataclass
class ScriptedFeishu(ScriptedHttp):
    """One app, and one custom bot of a group; ``tokens`` were given out."""

    tokens: list[str] = field(default_factory=list[str])

    async def answer(self, asked: Asked) -> tuple[int, Any]:
        if asked.path.endswith("/tenant_access_token/internal"):
            if asked.json["app_secret"] != SETTINGS["appSecret"]:
                return 200, {"code": 10014, "msg": "app secret invalid"}
            self.tokens.append(f"t-{len(self.tokens)}")
            return 200, {"code": 0, "tenant_access_token": self.tokens[-1], "expire": 7200}
        if asked.path.startswith("/open-apis/bot/v2/hook/"):
            return 200, {"code": 0, "msg": "success"}
        if asked.headers.get("authorization") != f"Bearer {self.tokens[-1]}":
            return 400, {"code": 99991663, "msg": "token is over"}
        return 200, {"code": 0, "bot": {"app_name": "Helper"}}

    async def until_sent(self, part: str, *, to: str = "") -> dict[str, Any]:
        """A message with this in it, to that chat if one is named; waits for it."""
        asked = await self.until(
            lambda a: (
                "/messages" in a.path
                and to in a.json["receive_id"]
                and part in str(json.loads(a.json["content"]))
            )
        )
        return asked.json


def sealed(event: dict[str, Any], *, key: str = SETTINGS["encryptKey"]) -> bytes:
    """The body of an event."""
    padder = PKCS7(128).padder()
    padded = padder.update(json.dumps(event).encode()) + padder.finalize()
    iv = os.urandom(16)
    encryptor = Cipher(AES(hashlib.sha256(key.encode()).digest()), CBC(iv)).encryptor()
    data = iv + encryptor.update(padded) + encryptor.finalize()
    return json.dumps({"encrypt": base64.b64encode(data).decode()}).encode()


def signed(body: bytes, at: float, *, key: str = SETTINGS["encryptKey"]) -> dict[str, str]:
    """The headers of a delivery."""
    time, nonce = str(int(at)), "nonce"
    signature = hashlib.sha256(f"{time}{nonce}{key}".encode() + body).hexdigest()
    return {
        "X-Lark-Request-Timestamp": time,
        "X-Lark-Request-Nonce": nonce,
        "X-Lark-Signature": signature,
    }


def message(
    text: str, *, event_id: str, sender: str = "ou_ann", chat: str = "oc_ann", kind: str = "p2p"
) -> dict[str, Any]:
    """Somebody writes to the bot."""
    return {
        "schema": "2.0",
        "header": {
            "event_id": event_id,
            "event_type": "im.message.receive_v1",
            "token": SETTINGS["verificationToken"],
            "app_id": SETTINGS["appId"],
        },
        "event": {
            "sender": {"sender_id": {"open_id": sender}, "sender_type": "user"},
            "message": {
                "chat_id": chat,
                "chat_type": kind,
                "message_type": "text",
                "content": json.dumps({"text": text}),
            },
        },
    }


def pressed(data: str, *, event_id: str, sender: str = "ou_ann", chat: str = "oc_ann") -> dict[str, Any]:
    """Somebody presses a button of a card."""
    header = message("", event_id=event_id)["header"] | {"event_type": "card.action.trigger"}
    event = {
        "operator": {"open_id": sender},
        "action": {"tag": "button", "value": {"data": data}},
        "context": {"open_chat_id": chat},
    }
    return {"schema": "2.0", "header": header, "event": event}
