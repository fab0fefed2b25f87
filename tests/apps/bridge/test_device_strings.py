"""The strings that a machine signs: exact, since another implementation has to make the same ones."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openclaw.protocol.device import (
    ConnectClaims,
    InvalidKeyError,
    connect_text_v2,
    connect_text_v3,
    decode_base64url,
    decode_public_key,
    encode_base64url,
    health_proof_text,
    link_proof_text,
    node_id_of,
    refresh_proof_text,
    verify_signature,
)

CLAIMS = ConnectClaims(
    device_id="d",
    client_id="node-host",
    client_mode="node",
    role="node",
    scopes=("b", "a"),
    signed_at_ms=17,
    token="t",
    nonce="n",
    platform=" LinuX\u0130 ",
    device_family="",
)


def test_the_strings() -> None:
    assert link_proof_text(challenge_id="chal_1", code="123456", node_id="ab", signed_at_ms=5) == (
        "openclaw-link-v1|chal_1|123456|ab|5"
    )
    assert link_proof_text(challenge_id=None, code="123456", node_id="ab", signed_at_ms=5) == (
        "openclaw-link-v1||123456|ab|5"
    )
    digest = hashlib.sha256(b"token").hexdigest()
    assert refresh_proof_text(node_id="ab", signed_at_ms=5, refresh_token="token") == (
        f"openclaw-refresh-v1|ab|5|{digest}"
    )
    assert health_proof_text(origin="https://a", challenge="c") == "openclaw-health-v1|https://a|c"
    assert connect_text_v2(CLAIMS) == "v2|d|node-host|node|node|b,a|17|t|n"
    assert connect_text_v3(CLAIMS) == "v3|d|node-host|node|node|b,a|17|t|n|linux\u0130|"


def test_a_signature_holds_for_its_text_and_key_only() -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    raw = key.public_key().public_bytes_raw()
    signature = encode_base64url(key.sign(b"text"))
    assert verify_signature(public_key=raw, signature=signature, text="text")
    assert not verify_signature(public_key=raw, signature=signature, text="texT")
    assert not verify_signature(
        public_key=other.public_key().public_bytes_raw(), signature=signature, text="text"
    )
    for damaged in ("", "A", signature[:-2], signature + "A", signature + "==", "é" * 64):
        assert not verify_signature(public_key=raw, signature=damaged, text="text")
    assert not verify_signature(public_key=b"short", signature=signature, text="text")


def test_keys_in_the_wire_form() -> None:
    raw = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert decode_public_key(encode_base64url(raw)) == raw
    assert node_id_of(raw) == hashlib.sha256(raw).hexdigest()
    for text in ("", "AAAA", encode_base64url(raw) + "=", base64.b64encode(b"\xff" * 32).decode(), "é" * 43):
        with pytest.raises(InvalidKeyError):
            decode_public_key(text)


def test_one_text_per_value() -> None:
    assert decode_base64url("_-8") == b"\xff\xef"
    for text in ("_-9", "/+8", "_-8=", "_ 8", "_"):
        with pytest.raises(ValueError, match="base64url"):
            decode_base64url(text)
