"""Packages for tests, and the workspace that installs them."""

from pathlib import Path
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openclaw.protocol.packages.manifest import manifest_of
from openclaw.protocol.packages.package import build_package
from tests.domains.workflows.peers import Peer
from tests.support.accounts import Person, succeeded

SIGNER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
OTHER_SIGNER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
SAMPLES = Path(__file__).with_name("samples")
ACTION: dict[str, Any] = {
    "title": {"en": "Work", "zh": "工作"},
    "input": {
        "type": "object",
        "properties": {"do": {"type": "string"}, "text": {"type": "string"}, "url": {"type": "string"}},
        "required": ["do"],
    },
    "output": {"type": "object", "properties": {"text": {"type": "string"}}},
}


def archive(
    *, files: dict[str, bytes] | None = None, signer: Ed25519PrivateKey = SIGNER, **changes: Any
) -> bytes:
    """A package of the worker, with changes to its manifest."""
    manifest = {
        "format": 1,
        "name": "worker",
        "version": "1.0.0",
        "title": {"en": "Worker", "zh": "工人"},
        "description": {"en": "Does what it is told."},
        "author": "Somebody",
        "category": "testing",
        "tags": ["chores"],
        "entry": "worker:Worker",
        "actions": {"execute": ACTION},
        "config": {"type": "object", "properties": {"greeting": {"type": "string"}}},
        "permissions": {"kv": {}},
        "limits": {"memory_mb": 256, "wall_seconds": 60},
        **changes,
    }
    found = {"worker.py": (SAMPLES / "worker.py").read_bytes()} if files is None else files
    return build_package(manifest_of(manifest), found, signer)


async def send(person: Person, body: bytes, *, visibility: str = "private") -> httpx2.Response:
    """The answer to publishing ``body``."""
    headers = {"Content-Type": "application/octet-stream"}
    path = f"/plugin-packages?visibility={visibility}"
    return await person.api.post(path, content=body, headers=headers)


async def publish(person: Person, body: bytes | None = None, **more: Any) -> dict[str, Any]:
    """A package that was published."""
    return succeeded(await send(person, archive() if body is None else body, **more))


async def install(
    person: Person, body: bytes | None = None, *, permissions: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """The worker, published and installed with all that it asks for."""
    package = await publish(person, body)
    asked = {
        each["name"]: {_PARAMETER[each["name"]]: each["items"]} if each["items"] else {}
        for each in package["permissions"]
    }
    granted = asked if permissions is None else permissions
    return await person.post("/plugins", {"packageId": package["id"], "permissions": granted, **more})


def at_home(peer: Peer) -> str:
    """The address of a peer under a name that may be granted."""
    return peer.url.replace("127.0.0.1", "localhost")


_PARAMETER = {"network": "hosts", "device": "tools", "secrets": "names"}


def work(
    name: str = "work", *, plugin: str = "worker", more: dict[str, Any] | None = None, **inputs: Any
) -> dict[str, Any]:
    """A step that asks the worker for something."""
    return {"id": name, "type": "plugin", "config": {"plugin": plugin, "inputs": inputs}, **(more or {})}
