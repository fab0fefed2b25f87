"""Addresses that the bridge may call, and web origins that may call it."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from openclaw.apps.bridge.errors import BadAddressError, InsecureServerError

_PLAIN = {"http", "ws"}
_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_TWINS = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}


def is_loopback(url: str) -> bool:
    """Whether ``url`` names this machine itself."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_address(url: str, *, schemes: tuple[str, str], allow_insecure: bool) -> str:
    """``url`` without a trailing slash, if it may be called.

    ``schemes`` is the plain and the encrypted one. Raises BadAddressError for another form and
    InsecureServerError for the plain one to another machine.
    """
    parts = _split(url)
    if parts.scheme not in schemes:
        raise BadAddressError(address=url, reason=f"it must start with {schemes[1]}:// (or {schemes[0]}://)")
    if parts.username is not None or parts.password is not None:
        raise BadAddressError(address=f"{parts.scheme}://…@{parts.hostname}", reason="it holds a password")
    if parts.query or parts.fragment:
        raise BadAddressError(address=url, reason="it has a query or a fragment")
    if parts.scheme in _PLAIN and not is_loopback(url) and not allow_insecure:
        raise InsecureServerError(url=f"{parts.scheme}://{parts.netloc}")
    return url.rstrip("/")


def origin_of(url: str) -> str:
    """The origin of ``url`` as a browser sends it: scheme, host, and port unless it is the default one."""
    parts = _split(url)
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    port = parts.port
    suffix = "" if port is None or port == _DEFAULT_PORTS.get(parts.scheme) else f":{port}"
    return f"{parts.scheme}://{host}{suffix}"


def check_origin(text: str) -> str:
    """``text`` if it is exactly a web origin (``https://app.example`` or with a port); BadAddressError if not."""
    parts = _split(text)
    if parts.scheme not in {"http", "https"} or origin_of(text) != text:
        raise BadAddressError(
            address=text, reason="an origin is scheme://host or scheme://host:port, no path"
        )
    return text


def web_origins(server: str, extra: tuple[str, ...]) -> frozenset[str]:
    """The origins that may talk to the bridge: the control plane's own, its loopback twin, and ``extra``."""
    origin = origin_of(server)
    parts = urlsplit(origin)
    origins = {origin, *extra}
    if (twin := _TWINS.get(parts.hostname or "")) is not None:
        origins.add(origin_of(f"{parts.scheme}://{twin}" + (f":{parts.port}" if parts.port else "")))
    return frozenset(origins)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        raise BadAddressError(address=url, reason="it is not a URL") from None
    if not parts.hostname or any(c.isspace() or not c.isprintable() for c in url):
        raise BadAddressError(address=url, reason="it has no host name")
    return parts
