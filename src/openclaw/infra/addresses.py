"""Which network addresses a tenant may make the server talk to."""

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

_SECONDS = 3


class UnknownHostError(Exception):
    """No address is known by that name."""


class PrivateAddressError(Exception):
    """It leads to an address inside a network."""


async def resolve(host: str, port: int, *, may_be_private: bool) -> str:
    """The address of ``host`` to connect to, as it stands in a URL; every address of the name must be allowed.

    Whoever connects to this very address is not led elsewhere by a name server that answers differently the next time.
    Raises UnknownHostError, PrivateAddressError.
    """
    try:
        async with asyncio.timeout(_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, TimeoutError):
        raise UnknownHostError(host) from None
    addresses = [str(entry[4][0]) for entry in found]
    if not may_be_private and not all(map(is_public_address, addresses)):
        raise PrivateAddressError(host)
    first = addresses[0]
    return f"[{first}]" if ":" in first else first


async def is_public(url: str) -> bool:
    """True when every address of the URL's host is on the public internet; False also when that cannot be told."""
    try:
        host = urlsplit(url).hostname
        if not host:
            return False
        async with asyncio.timeout(_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, ValueError, TimeoutError):
        return False
    return bool(found) and all(is_public_address(str(entry[4][0])) for entry in found)


def is_public_address(text: str) -> bool:
    """True when an IP address is on the public internet, also the one that it may carry inside."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # Addresses that carry an IPv4 address inside lead to that one.
        inner = address.ipv4_mapped or address.sixtofour or _embedded(address)
        if inner is not None:
            return is_public_address(str(inner))
    return address.is_global and not address.is_multicast


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    value = int(address)
    if value >> 32 in (0, 0x64FF9B << 64):  # ::/96 and NAT64 (RFC 6052)
        return ipaddress.IPv4Address(value & 0xFFFFFFFF)
    return None
