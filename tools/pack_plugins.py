"""Packs plugins/* into the distribution, where the server finds them: ``python -m tools.pack_plugins [FOLDER]``.

They are signed like any package, by a key that anybody can make (it follows from its name): that they are ours is said
by their place in the distribution, which is what whoever installs it trusts, and not by a signature beside it.
"""

import hashlib
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openclaw.apps.cli.plugins.folder import read_folder
from openclaw.protocol.packages.package import SUFFIX, build_package

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "plugins"
TARGET = ROOT / "src" / "openclaw" / "domains" / "plugins" / "builtin"


def signer() -> Ed25519PrivateKey:
    """The key of what comes with the server."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"openclaw built-in plugins").digest())


def pack(target: Path = TARGET) -> list[Path]:
    """Pack every plugin and remove what is there of older ones; the packages."""
    target.mkdir(parents=True, exist_ok=True)
    packed: list[Path] = []
    for path in sorted(SOURCES.iterdir()):
        if not path.is_dir():
            continue
        folder = read_folder(path)
        file = target / f"{folder.manifest.name}-{folder.manifest.version}{SUFFIX}"
        data = build_package(folder.manifest, folder.files, signer())
        if not file.exists() or file.read_bytes() != data:  # whoever looks at times sees only what changed
            file.write_bytes(data)
        packed.append(file)
    for old in set(target.glob(f"*{SUFFIX}")) - set(packed):
        old.unlink()
    return packed


if __name__ == "__main__":
    for path in pack(*map(Path, sys.argv[1:2])):
        print(path.name)
