"""A small sound package, to be changed."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openclaw.protocol.packages.manifest import Manifest, manifest_of
from openclaw.protocol.packages.package import build_package

SIGNER = Ed25519PrivateKey.generate()
FILES = {"plugin.py": b"x = 1\n" * 50, "data/table.csv": b"a,b\n1,2\n"}


def raw(**changes: Any) -> dict[str, Any]:
    """A manifest as plain values."""
    return {
        "format": 1,
        "name": "greeting",
        "version": "1.0.0",
        "title": {"en": "Greeting", "zh": "问候"},
        "description": {"en": "Greets."},
        "author": "Somebody",
        "entry": "plugin:Greeting",
        "actions": {
            "execute": {
                "title": {"en": "Greet"},
                "input": {"type": "object", "properties": {"name": {"type": "string"}}},
                "output": {"type": "object"},
            }
        },
        **changes,
    }


def manifest(**changes: Any) -> Manifest:
    """A manifest."""
    return manifest_of(raw(**changes))


def package(files: dict[str, bytes] | None = None, **changes: Any) -> bytes:
    """A package."""
    return build_package(manifest(**changes), FILES if files is None else files, SIGNER)
