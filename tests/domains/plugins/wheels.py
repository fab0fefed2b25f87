"""Wheels for tests, and a plugin that imports one."""

import hashlib
import io
import zipfile
from typing import Any


def wheel(files: dict[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    return body.getvalue()


def needing(*bodies: bytes) -> list[dict[str, Any]]:
    hashes = [hashlib.sha256(body).hexdigest() for body in bodies]
    return [{"name": "moon", "version": "1.0", "hashes": hashes}]


MOON = wheel(
    {"moon/__init__.py": b"PHASE = 'full'\n", "moon-1.0.data/scripts/x": b"", "moon-1.0.dist-info/A": b""}
)
PLUGIN = b"""
from moon import PHASE
from openclaw.sdk import BasePlugin

class Worker(BasePlugin):
    async def execute(self, inputs, context):
        return {"text": PHASE}
"""
