"""The name in a TLS ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3)."""

import struct

_HANDSHAKE, _SERVER_NAME = 22, 0


class NotTlsError(Exception):
    """These bytes begin no TLS connection."""


def server_name(data: bytes) -> str | None:
    """The name that the client asks for, "" if it names none; None while more bytes are needed.

    :raises NotTlsError: it is something else.
    """
    if not data:
        return None
    if data[0] != _HANDSHAKE:
        raise NotTlsError
    if len(data) < 5:
        return None
    (length,) = struct.unpack_from("!H", data, 3)
    if len(data) < 5 + length:
        return None
    try:
        return _name_in_hello(data)
    except (IndexError, struct.error, UnicodeDecodeError):
        return ""


def _name_in_hello(data: bytes) -> str:
    at = 5 + 4 + 2 + 32
    at += 1 + data[at]  # session
    at += 2 + struct.unpack_from("!H", data, at)[0]  # cipher suites
    at += 1 + data[at]  # compression
    end = at + 2 + struct.unpack_from("!H", data, at)[0]
    at += 2
    while at + 4 <= end:
        kind, length = struct.unpack_from("!HH", data, at)
        at += 4
        if kind == _SERVER_NAME:
            return data[at + 5 : at + length].decode("ascii").lower()
        at += length
    return ""
