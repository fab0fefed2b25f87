"""Keys of the installation, and encryption at rest bound to the row that holds it."""

import contextlib
import hashlib
import hmac
import os
import secrets as random
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
_NONCE_BYTES = 12


class KeyRing:
    """Purpose-bound keys derived from the installation's one secret."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise ValueError("the installation secret is 32 bytes")
        self._secret = secret

    def key(self, purpose: str) -> bytes:
        """A 32-byte key for ``purpose`` only."""
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(
            self._secret
        )

    def encrypt(self, plain: str, *, workspace_id: UUID, column: str) -> bytes:
        """AES-256-GCM, bound to ``workspace_id`` and ``column``: moved to another row it does not decrypt."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self.key("at-rest-v1")).encrypt(
            nonce, plain.encode(), _bound_to(workspace_id, column)
        )

    def decrypt(self, sealed: bytes, *, workspace_id: UUID, column: str) -> str:
        """What `encrypt` sealed for the same place; ValueError for any other place or a changed byte."""
        try:
            plain = AESGCM(self.key("at-rest-v1")).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(workspace_id, column)
            )
        except InvalidTag:
            raise ValueError(
                "the secret was not sealed for this place with this installation's key"
            ) from None
        return plain.decode()

    def mac(self, purpose: str, text: str) -> str:
        """HMAC-SHA256 of ``text`` as hex, under a key for ``purpose``."""
        return hmac.new(self.key(purpose), text.encode(), hashlib.sha256).hexdigest()


def load_key_ring(home: Path, configured: str | None) -> KeyRing:
    """The ring from the configured hex secret, else from ``home/secrets/instance.key`` (made once, mode 0600)."""
    if configured:
        return KeyRing(bytes.fromhex(configured))
    path = home / "secrets" / "instance.key"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        # Written whole, then given its name: another process that starts now sees all of it or nothing.
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(random.token_hex(KEY_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return KeyRing(bytes.fromhex(path.read_text().strip()))


def new_token(prefix: str) -> str:
    """A bearer secret with 256 random bits; ``prefix`` lets scanners and people recognise it."""
    return f"{prefix}_{random.token_urlsafe(32)}"


def digest(token: str) -> bytes:
    """What is stored of a bearer secret: its SHA-256 (the secret has 256 random bits, so no salt is needed)."""
    return hashlib.sha256(token.encode()).digest()


def _bound_to(workspace_id: UUID, column: str) -> bytes:
    return f"{workspace_id}|{column}".encode()
