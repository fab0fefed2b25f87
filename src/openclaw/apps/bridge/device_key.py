"""The machine's Ed25519 key: made here once, never leaves."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openclaw.apps.bridge.errors import StateFolderError
from openclaw.apps.bridge.state import DEVICE_KEY, StateFolder
from openclaw.protocol.device import encode_base64url, node_id_of


class DeviceKey:
    """Signs for this machine. ``node_id`` and ``public_key`` (base64url) are what others know of it."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        raw = private_key.public_key().public_bytes_raw()
        self._private_key = private_key
        self.public_key = encode_base64url(raw)
        self.node_id = node_id_of(raw)

    def sign(self, text: str) -> str:
        """The base64url signature over the UTF-8 of ``text``."""
        return encode_base64url(self._private_key.sign(text.encode()))


def load_device_key(folder: StateFolder) -> DeviceKey:
    """The key in ``folder``, made at first use; StateFolderError when the file is not such a key."""
    stored = folder.read(DEVICE_KEY)
    if stored is None:
        made = Ed25519PrivateKey.generate()
        folder.write(
            DEVICE_KEY,
            made.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )
        return DeviceKey(made)
    try:
        key = serialization.load_pem_private_key(stored, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise StateFolderError(reason=f"{DEVICE_KEY} is damaged; move it away and link again")
    return DeviceKey(key)
