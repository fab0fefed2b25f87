"""The keys that this person signs packages with: one file each, for its owner alone."""

import os
import re
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from openclaw.apps.cli.config import read_settings
from openclaw.apps.cli.plugins.errors import SigningKeyError
from openclaw.apps.cli.words import say

DEFAULT = "default"
_SUFFIX = ".pem"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def list_keys() -> dict[str, Ed25519PrivateKey]:
    """Every key by its name. Raises SigningKeyError."""
    found = sorted(_folder().glob(f"*{_SUFFIX}")) if _folder().is_dir() else []
    return {path.stem: _read(path) for path in found}


def find_key(name: str) -> Ed25519PrivateKey:
    """The key of that name; the one for everything is made when it is first needed. Raises SigningKeyError."""
    path = _path(name)
    if path.exists():
        return _read(path)
    if name != DEFAULT:
        raise SigningKeyError(name=name, reason=say("plugin_no_key", name=name))
    return make_key(name)


def make_key(name: str) -> Ed25519PrivateKey:
    """A new key. Raises SigningKeyError when there is one of that name."""
    path = _path(name)
    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SigningKeyError(name=name, reason=say("plugin_key_exists")) from None
    except OSError as error:
        raise SigningKeyError(name=name, reason=error.strerror or str(error)) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return key


def _folder() -> Path:
    return read_settings().folder.expanduser().absolute() / "plugin-keys"


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise SigningKeyError(name=name[:64], reason=say("plugin_bad_key_name"))
    return _folder() / f"{name}{_SUFFIX}"


def _read(path: Path) -> Ed25519PrivateKey:
    try:
        if sys.platform != "win32" and path.stat().st_mode & 0o077:
            raise SigningKeyError(name=path.stem, reason=say("plugin_open_key", path=path))
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SigningKeyError(name=path.stem, reason=error.strerror or str(error)) from None
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(name=path.stem, reason=say("plugin_not_a_key", path=path))
    return key
