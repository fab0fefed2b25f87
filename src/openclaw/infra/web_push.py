"""Web Push: messages that only the browser can read (RFC 8291), signed for its push service (RFC 8292)."""

import base64
import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlsplit

import httpx2
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from openclaw.infra.addresses import PrivateAddressError, UnknownHostError, resolve
from openclaw.infra.secrets import KeyRing
from openclaw.kit.errors import InvalidInputError, Kind, OpenClawError

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256's group (FIPS 186-5)
_RECORD_BYTES = 4096
MOST_BYTES = 3_800  # what every push service takes, with room for what encryption adds
_SECONDS = 20
_POINT_BYTES = 65
_AUTH_BYTES = 16
_VALID = timedelta(hours=12)


@dataclass(eq=False)
class PushRefusedError(OpenClawError):
    """The push service refused for good."""

    code: ClassVar[str] = "push.refused"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The browser's push service refused it ({status})."
    template_zh: ClassVar[str] = "浏览器的推送服务拒绝了该推送（{status}）。"

    status: int


@dataclass(eq=False)
class PushGoneError(OpenClawError):
    """The browser takes no pushes any more."""

    code: ClassVar[str] = "push.gone"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "The browser takes no notifications any more."
    template_zh: ClassVar[str] = "该浏览器不再接收通知。"


@dataclass(eq=False)
class PushDeferredError(OpenClawError):
    """The push service does not answer, or asks to wait. ``seconds``: for how long, if it says so."""

    code: ClassVar[str] = "push.deferred"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The browser's push service did not take it yet: {said}"
    template_zh: ClassVar[str] = "浏览器的推送服务暂未接收：{said}"

    said: str
    seconds: int = 0


@dataclass(frozen=True)
class Subscription:
    """A browser's address and keys. Raises InvalidInputError for what is none."""

    endpoint: str
    p256dh: str
    auth: str

    def __post_init__(self) -> None:
        """Refuse what no push could be sent to."""
        try:
            parts = urlsplit(self.endpoint)
            is_address = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.username is None
            is_address = is_address and parts.port != 0 and not re.search(r"[\x00-\x20\x7f]", self.endpoint)
        except ValueError:
            is_address = False
        if not is_address:
            raise InvalidInputError(field="endpoint", reason="not the address of a push service")
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decoded(self.p256dh))
            is_key = len(_decoded(self.p256dh)) == _POINT_BYTES and len(_decoded(self.auth)) == _AUTH_BYTES
        except ValueError:
            is_key = False
        if not is_key:
            raise InvalidInputError(field="keys", reason="not the keys of a browser's subscription")


class PushSender:
    """Sends pushes as this installation. ``may_be_private``: also within the network, and without TLS."""

    def __init__(self, keys: KeyRing, *, contact: str, may_be_private: bool) -> None:
        self._keys = keys
        self._contact = contact
        self._may_be_private = may_be_private

    @cached_property
    def public_key(self) -> str:
        """What browsers subscribe with: the same for every process, as long as the installation's secret is."""
        return _encoded(_point(self._private_key.public_key()))

    @cached_property
    def _private_key(self) -> ec.EllipticCurvePrivateKey:
        number = int.from_bytes(self._keys.key("web-push-v1") + self._keys.key("web-push-v1-more"))
        return ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1())

    async def send(
        self,
        to: Subscription,
        payload: dict[str, Any],
        *,
        now: datetime,
        keep: timedelta,
        topic: str,
        is_urgent: bool,
    ) -> None:
        """Send ``payload``; the service keeps it for ``keep``, and the newest of one ``topic`` only.

        Raises PushRefusedError, PushGoneError, PushDeferredError.
        """
        body = encrypt(orjson.dumps(payload), to)
        parts = urlsplit(to.endpoint)
        if parts.scheme != "https" and not self._may_be_private:
            raise PushRefusedError(status=0)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        headers = {
            "Host": parts.netloc,
            "Authorization": f"vapid t={self._token(parts, now)}, k={self.public_key}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(keep.total_seconds())),
            "Topic": topic,
            "Urgency": "high" if is_urgent else "normal",
        }
        try:
            address = await resolve(host, port, may_be_private=self._may_be_private)
            async with httpx2.AsyncClient(
                timeout=_SECONDS, follow_redirects=False, trust_env=False
            ) as client:
                url = httpx2.URL(to.endpoint).copy_with(host=address)
                request = client.build_request(
                    "POST", url, headers=headers, content=body, extensions={"sni_hostname": host}
                )
                answer = await client.send(request, stream=True)  # nothing in its body is for us
                await answer.aclose()
        except PrivateAddressError:
            raise PushRefusedError(status=0) from None
        except (UnknownHostError, httpx2.HTTPError, OSError) as error:
            raise PushDeferredError(said=f"{type(error).__name__}: {error}"[:200]) from None
        _check(answer.status_code, answer.headers.get("retry-after", ""))

    def _token(self, parts: Any, now: datetime) -> str:
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((now + _VALID).timestamp()),
            "sub": self._contact,
        }
        key = ECKey.import_key(self._jwk)
        return jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, key)

    @cached_property
    def _jwk(self) -> dict[str, Any]:
        public = _point(self._private_key.public_key())
        private = self._private_key.private_numbers().private_value.to_bytes(32)
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": _encoded(public[1:33]),
            "y": _encoded(public[33:]),
            "d": _encoded(private),
        }


def encrypt(plain: bytes, to: Subscription) -> bytes:
    """``plain`` in one record of aes128gcm that only the browser can open (RFC 8188 and 8291)."""
    theirs = _decoded(to.p256dh)
    key = ec.generate_private_key(ec.SECP256R1())
    ours = _point(key.public_key())
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    salt = os.urandom(16)
    secret = _derived(shared, _decoded(to.auth), b"WebPush: info\0" + theirs + ours, 32)
    content_key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(content_key).encrypt(nonce, plain + b"\x02", None)
    return salt + _RECORD_BYTES.to_bytes(4) + bytes([len(ours)]) + ours + sealed


def _check(status: int, retry_after: str) -> None:
    if status < 300:
        return
    if status in (404, 410):
        raise PushGoneError
    if status == 429 or status >= 500:
        seconds = int(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0
        raise PushDeferredError(said=str(status), seconds=min(seconds, 3600))
    raise PushRefusedError(status=status)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    """Raises ValueError for what is not base64url."""
    plain = text.rstrip("=")
    return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
