"""A linked machine's identity: its node id, and the exact strings that it signs.

Both ends build the strings with these functions, so a proof can only be verified for what was signed. Keys
travel as base64url without padding: 32 raw bytes of an Ed25519 public key, 64 bytes of a signature. The
``connect`` strings are those of the OpenClaw gateway protocol (device proof v2 and v3).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64


class InvalidKeyError(ValueError):
    """The text is not a public key in the wire form."""


def encode_base64url(data: bytes) -> str:
    """``data`` as base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode_base64url(text: str) -> bytes:
    """The bytes in base64url ``text``; ValueError for another alphabet, padding or stray bits."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeError) as error:
        raise ValueError("not base64url") from error
    if encode_base64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


def decode_public_key(text: str) -> bytes:
    """The 32 raw bytes of a public key in the wire form; InvalidKeyError otherwise."""
    try:
        raw = decode_base64url(text)
    except ValueError:
        raise InvalidKeyError("public key is not base64url") from None
    if len(raw) != PUBLIC_KEY_BYTES:
        raise InvalidKeyError(f"public key has {len(raw)} bytes, not {PUBLIC_KEY_BYTES}")
    return raw


def node_id_of(public_key: bytes) -> str:
    """The node id: lowercase hex SHA-256 of the 32 raw public key bytes."""
    return hashlib.sha256(public_key).hexdigest()


def link_proof_text(*, challenge_id: str | None, code: str, node_id: str, signed_at_ms: int) -> str:
    """What a machine signs to redeem a link challenge; ``challenge_id`` is None for a typed code."""
    return f"openclaw-link-v1|{challenge_id or ''}|{code}|{node_id}|{signed_at_ms}"


def enrol_proof_text(*, token: str, node_id: str, signed_at_ms: int) -> str:
    """What a machine signs to become a host. The token enters as its hash: the text is no secret."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    return f"openclaw-host-v1|{node_id}|{signed_at_ms}|{digest}"


def refresh_proof_text(*, node_id: str, signed_at_ms: int, refresh_token: str) -> str:
    """What a machine signs to rotate its session. The token enters as its hash: the text is no secret."""
    digest = hashlib.sha256(refresh_token.encode()).hexdigest()
    return f"openclaw-refresh-v1|{node_id}|{signed_at_ms}|{digest}"


def health_proof_text(*, origin: str, challenge: str) -> str:
    """What a bridge signs so that a page knows the machine behind 127.0.0.1, whoever holds the port."""
    return f"openclaw-health-v1|{origin}|{challenge}"


def page_pass(*, key: str, device_id: str, origin: str, nonce: str) -> str:
    """The server's word to a machine that a page of ``origin`` is its owner's, as hex of HMAC-SHA256.

    ``key`` is shared by the server and that machine alone; ``nonce`` is the machine's, and counts there once.
    """
    text = f"openclaw-page-v1|{device_id}|{origin}|{nonce}"
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class ConnectClaims:
    """What the gateway's device proof covers, as sent in ``connect`` (``scopes`` in the order sent)."""

    device_id: str
    client_id: str
    client_mode: str
    role: str
    scopes: Sequence[str]
    signed_at_ms: int
    token: str
    nonce: str
    platform: str = ""
    device_family: str = ""


def connect_text_v2(claims: ConnectClaims) -> str:
    """The v2 string: ``v2|device|client|mode|role|scopes|signedAt|token|nonce``."""
    return _connect_text("v2", claims)


def connect_text_v3(claims: ConnectClaims) -> str:
    """The v3 string: v2's fields, then platform and device family, trimmed and lowercased in ASCII."""
    platform = _ascii_lowered(claims.platform)
    return f"{_connect_text('v3', claims)}|{platform}|{_ascii_lowered(claims.device_family)}"


def verify_signature(*, public_key: bytes, signature: str, text: str) -> bool:
    """Whether ``signature`` (base64url) over the UTF-8 of ``text`` was made with ``public_key``'s private half."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(decode_base64url(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _connect_text(version: str, claims: ConnectClaims) -> str:
    return "|".join(
        (
            version,
            claims.device_id,
            claims.client_id,
            claims.client_mode,
            claims.role,
            ",".join(claims.scopes),
            str(claims.signed_at_ms),
            claims.token,
            claims.nonce,
        )
    )


def _ascii_lowered(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text.strip())
