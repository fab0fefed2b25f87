"""The device proof of ``connect``: the machine signed what it claims together with this server's nonce.

The signed strings are ``openclaw.protocol.device``'s; here is what a server checks, in the order and with the
words of the released gateways. The nonce makes a recorded proof worthless.
"""

import hmac

from openclaw.protocol.device import (
    ConnectClaims,
    InvalidKeyError,
    connect_text_v2,
    connect_text_v3,
    decode_public_key,
    node_id_of,
    verify_signature,
)
from openclaw.protocol.gateway.errors import DeviceProofError
from openclaw.protocol.gateway.handshake import ConnectParams, DeviceIdentity

CLOCK_SKEW_MS = 600_000


def check_device_proof(connect: ConnectParams, *, nonce: str, now_ms: int) -> None:
    """Raise DeviceProofError unless the device of ``connect``, if any, proves its key for this ``nonce``."""
    device = connect.device
    if device is None:
        return
    try:
        public_key = decode_public_key(device.public_key)
    except InvalidKeyError:
        raise DeviceProofError(reason="device public key invalid") from None
    if node_id_of(public_key) != device.id:
        raise DeviceProofError(reason="device identity mismatch")
    if abs(now_ms - device.signed_at) > CLOCK_SKEW_MS:
        raise DeviceProofError(reason="device signature expired")
    if not device.nonce:
        raise DeviceProofError(reason="device nonce required")
    if not hmac.compare_digest(device.nonce.encode(), nonce.encode()):
        raise DeviceProofError(reason="device nonce mismatch")
    claims = claims_of(connect, device, nonce=nonce)
    # Newer clients sign v3, older ones v2; v1 has no nonce and is not accepted.
    for text in (connect_text_v3(claims), connect_text_v2(claims)):
        if verify_signature(public_key=public_key, signature=device.signature, text=text):
            return
    raise DeviceProofError(reason="device signature invalid")


def claims_of(connect: ConnectParams, device: DeviceIdentity, *, nonce: str) -> ConnectClaims:
    """What the signature has to cover, for ``connect`` as it was sent."""
    return ConnectClaims(
        device_id=device.id,
        client_id=connect.client.id,
        client_mode=connect.client.mode,
        role=connect.role,
        scopes=connect.scopes,
        signed_at_ms=device.signed_at,
        token=connect.bearer,
        nonce=nonce,
        platform=connect.client.platform,
        device_family=connect.client.device_family or "",
    )
