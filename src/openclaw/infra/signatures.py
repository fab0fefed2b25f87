"""Signatures of webhooks as the Standard Webhooks specification has them (https://www.standardwebhooks.com), version 1.

``webhook-id``, ``webhook-timestamp`` (Unix seconds) and ``webhook-signature`` (one or more ``v1,<base64>`` with spaces
between): HMAC-SHA256 over ``id.timestamp.body`` with the bytes of a secret that is written ``whsec_<base64>``.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from openclaw.infra.sayings import Forms
from openclaw.kit.errors import Kind, OpenClawError

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = timedelta(minutes=5)
_PREFIX = "whsec_"
_SECRET_BYTES = 32
_MOST_SIGNATURES = 8
_ID = re.compile(r"[A-Za-z0-9._~:+/=-]{1,128}")
_TIME = re.compile(r"[0-9]{1,12}")
_SAID = Forms(
    {
        "{} is missing or not of 1 to 128 letters, digits and ._~:+/=-": (
            "缺少 {0}，或不是由 1 至 128 个字母、数字和 ._~:+/=- 组成"
        ),
        "{} is missing or not a number of seconds": "缺少 {0}，或不是秒数",
        "{} is missing or has none of version v1": "缺少 {0}，或其中没有 v1 版本的签名",
        "it does not fit the body, the id, the time and the secret": "与请求体、编号、时间和机密不符",
    }
)


@dataclass(eq=False)
class WrongSignatureError(OpenClawError):
    """The delivery is not signed with the receiver's secret, or says nothing of who, when and what."""

    code: ClassVar[str] = "webhooks.wrong_signature"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "The signature is wrong: {reason}"
    template_zh: ClassVar[str] = "签名无效：{reason}"

    reason: str

    def words(self, language: str = "en") -> str:
        """The sentence with the reason in its language, too."""
        if language == "zh" and (said := _SAID.in_chinese(self.reason)):
            return self.template_zh.format(reason=said)
        return super().words(language)


@dataclass(eq=False)
class StaleDeliveryError(OpenClawError):
    """The delivery was signed too long ago, or in the future."""

    code: ClassVar[str] = "webhooks.stale_delivery"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "The delivery's time is more than {seconds} s away from ours."
    template_zh: ClassVar[str] = "投递时间与服务器时间相差超过 {seconds} 秒。"

    seconds: int


def new_secret() -> str:
    """A secret with 256 random bits."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, *, delivery_id: str, timestamp: int, body: bytes) -> str:
    """``v1,<base64>``. Raises ValueError for what is no secret."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("not a webhook secret") from None
    signed = f"{delivery_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_headers(secret: str, *, delivery_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a delivery of ours."""
    timestamp = int(at.timestamp())
    return {
        ID: delivery_id,
        TIMESTAMP: str(timestamp),
        SIGNATURE: signature(secret, delivery_id=delivery_id, timestamp=timestamp, body=body),
    }


def check_signed(headers: Mapping[str, str], body: bytes, secrets_of_it: Sequence[str], now: datetime) -> str:
    """The id of a delivery (``headers`` with small letters) that one of the secrets has signed a moment ago.

    Raises WrongSignatureError, StaleDeliveryError.
    """
    delivery_id, time = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not _ID.fullmatch(delivery_id):
        raise WrongSignatureError(reason=f"{ID} is missing or not of 1 to 128 letters, digits and ._~:+/=-")
    if not _TIME.fullmatch(time):
        raise WrongSignatureError(reason=f"{TIMESTAMP} is missing or not a number of seconds")
    given = [s.encode() for s in headers.get(SIGNATURE, "").split(" ") if s.startswith("v1,")]
    if not given:
        raise WrongSignatureError(reason=f"{SIGNATURE} is missing or has none of version v1")
    expected = [
        signature(secret, delivery_id=delivery_id, timestamp=int(time), body=body).encode()
        for secret in secrets_of_it
    ]
    # Each with each, and no end at the first that fits: how long it takes says nothing.
    fits = [hmac.compare_digest(a, b) for a in given[:_MOST_SIGNATURES] for b in expected]
    if not any(fits):
        raise WrongSignatureError(reason="it does not fit the body, the id, the time and the secret")
    if abs(now.timestamp() - int(time)) > TOLERANCE.total_seconds():
        raise StaleDeliveryError(seconds=int(TOLERANCE.total_seconds()))
    return delivery_id
