"""Addresses of servers as people type them."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from openclaw.apps.cli.errors import BadAddressError, InsecureServerError


def server_address(typed: str) -> str:
    """``typed`` as an origin without a slash at its end; https unless it is this machine. Raises BadAddressError."""
    text = typed.strip().rstrip("/")
    if "://" not in text:
        text = f"{'http' if is_loopback(f'http://{text}') else 'https'}://{text}"
    try:
        parts = urlsplit(text)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        raise BadAddressError(address=typed) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not has_port or " " in text:
        raise BadAddressError(address=typed)
    if parts.query or parts.fragment or parts.username:
        raise BadAddressError(address=typed)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def is_loopback(address: str) -> bool:
    """Whether ``address`` is this machine's own."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_secure(server: str, *, allow_insecure: bool) -> None:
    """Raise InsecureServerError for an address by which a password would travel in the clear."""
    if server.startswith("http://") and not is_loopback(server) and not allow_insecure:
        raise InsecureServerError(server=server)
