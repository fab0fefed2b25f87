"""Which hosts a call may reach, and to which address that leads: the name's, checked, and connected to as checked."""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Collection

from openclaw.sandbox.calls import NetworkGrant

Resolver = Callable[[str, int], Awaitable[list[str]]]
ALLOWED = "allow"

# As inet_aton reads them: 0x7f.1, 017700000001, 2130706433.
_NUMBER = re.compile(r"(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+)){0,3}")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # NAT64: an IPv4 address in another form
_TRANSLATED_HERE = ipaddress.ip_network("64:ff9b:1::/48")


class DeniedError(Exception):
    """Not to be connected to; the argument says why, in a word for logs."""


def normalise_host(host: str) -> str:
    """As it is compared: lower case, ASCII, without the root's dot.

    :raises DeniedError: it is no name of a host.
    """
    host = host.strip("[]").rstrip(".").lower()
    if ":" in host:
        return host
    try:
        host = host.encode("idna").decode().lower()
    except UnicodeError:
        raise DeniedError("bad_host") from None
    if not host or not all(c.isalnum() or c in "-._" for c in host):
        raise DeniedError("bad_host")
    return host


def is_granted(grant: NetworkGrant, host: str, port: int) -> bool:
    """Whether an entry names ``host`` and ``port``. ``*.name`` is every name below ``name``, ``*`` every name."""
    for entry in grant.hosts:
        name, _, number = entry.lower().partition(":")
        name = name.rstrip(".")
        ports = (int(number),) if number.isdigit() else grant.ports
        below = name.startswith("*.") and host.endswith(name[1:]) and len(host) >= len(name)
        if port in ports and (name in {"*", host} or below):
            return True
    return False


def is_public(address: str) -> bool:
    """Whether the address is one of the internet's, in whatever form it is written."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif found in _TRANSLATED or found in _TRANSLATED_HERE or found.sixtofour or found.teredo:
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _is_literal(host: str) -> bool:
    return ":" in host or _NUMBER.fullmatch(host) is not None


async def address_for(
    grant: NetworkGrant, host: str, port: int, *, resolve: Resolver, internal: Collection[str] = ()
) -> str:
    """The address to connect to for ``host``, a name as ``normalise_host`` gives it.

    ``internal``: names that the operator lets lead to other than public addresses.

    :raises DeniedError: it was not granted, is an address itself, or any answer for it is not public.
    """
    if not is_granted(grant, host, port):
        raise DeniedError("host_not_granted")
    if _is_literal(host) and host not in internal:
        raise DeniedError("address_instead_of_name")
    try:
        addresses = await resolve(host, port)
    except OSError:
        raise DeniedError("name_unknown") from None
    if not addresses:
        raise DeniedError("name_unknown")
    # All of them: a name with one public answer and one of ours is how a check is passed and the other one reached.
    if host not in internal and not all(map(is_public, addresses)):
        raise DeniedError("address_not_public")
    return addresses[0]
