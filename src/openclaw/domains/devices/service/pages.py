"""The server's word to a machine that a web page is its owner's: passes over the machine's own nonces."""

from uuid import UUID

from openclaw.domains.devices.errors import PageOriginError
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import registry
from openclaw.infra.scope import Scope
from openclaw.infra.secrets import KeyRing
from openclaw.kit import ids
from openclaw.protocol.device import page_pass


def page_key(keys: KeyRing, device: DeviceRow) -> str:
    """The key of a machine's passes, given to it with its tokens; derived, so it is kept nowhere here."""
    return keys.mac("page-passes-v1", f"{device.id.hex}|{device.node_id}")


async def create_pass(
    scope: Scope, keys: KeyRing, device_id: UUID, *, origin: str | None, allowed: frozenset[str], nonce: str
) -> str:
    """A pass for a page of ``origin``, one of ``allowed``. Raises DeviceNotFoundError, PageOriginError."""
    device = await registry.access_device(scope, device_id)
    if origin is None or origin not in allowed:
        raise PageOriginError
    wire_id = ids.to_wire("dev", device.id)
    return page_pass(key=page_key(keys, device), device_id=wire_id, origin=origin, nonce=nonce)
