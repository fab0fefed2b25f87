"""First-party plugins, which come with the server: packed when they are first asked for, in a registry of their own."""

import asyncio
import functools
import hashlib
import importlib.util
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openclaw.domains.plugins.models import PluginPackageRow
from openclaw.domains.plugins.service.packages import package_row
from openclaw.protocol.packages.errors import PackageRefusedError
from openclaw.protocol.packages.manifest import manifest_of
from openclaw.protocol.packages.package import build_package, public_key_of, read_package
from openclaw.sdk.description import describe
from openclaw.sdk.errors import PluginError
from openclaw.sdk.plugin import BasePlugin

_log = structlog.get_logger(__name__)
# Nothing hangs on it: they are trusted for where they are. So anybody may know it, and nobody may publish with it.
_SIGNER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"openclaw built-in plugins").digest())
SIGNER = public_key_of(_SIGNER)
_LEFT_OUT = frozenset({"tests", "__pycache__"})
_NOBODY = UUID(int=0)
_packing = threading.Lock()
_SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def folder() -> Path:
    """Their sources: inside the wheel, or beside ``src`` in a checkout."""
    package = Path(__file__).resolve().parents[3]
    packaged = package / "first_party"
    return packaged if packaged.is_dir() else package.parents[1] / "plugins"


def packages() -> list[PluginPackageRow]:
    """All of them, by name."""
    return [row for row, _ in _packed().values()]


def names() -> frozenset[str]:
    """Their names, which nobody else may publish under."""
    return frozenset(row.name for row in packages())


def find(package_id: UUID) -> PluginPackageRow | None:
    """One by its id."""
    found = _packed().get(package_id)
    return found[0] if found else None


def find_named(name: str) -> PluginPackageRow | None:
    """One by its name."""
    return next((row for row in packages() if row.name == name), None)


def archive_of(package_id: UUID) -> bytes:
    """Its archive."""
    return _packed()[package_id][1]


def find_archive(digest: str) -> bytes | None:
    """An archive by its digest."""
    return next((archive for row, archive in _packed().values() if row.digest == digest), None)


async def load() -> None:
    """Pack them, unless that is done: it takes a moment, in which the event loop goes on."""
    await asyncio.to_thread(_packed)


def _packed() -> dict[UUID, tuple[PluginPackageRow, bytes]]:
    with _packing:
        return _pack_all()


@functools.cache
def _pack_all() -> dict[UUID, tuple[PluginPackageRow, bytes]]:
    found: dict[UUID, tuple[PluginPackageRow, bytes]] = {}
    for path in sorted(folder().glob("*/plugin.py")):
        try:
            archive = _pack(path.parent)
            digest = hashlib.sha256(archive).hexdigest()
            row = package_row(read_package(archive), digest, len(archive))
        except (PackageRefusedError, PluginError, OSError) as error:
            _log.error("a built-in plugin cannot be packed", plugin=path.parent.name, error=str(error))
            continue
        row.id, row.workspace_id, row.published_by_user_id = UUID(hex=digest[:32]), _NOBODY, _NOBODY
        row.visibility, row.review_state, row.created_at = "builtin", "approved", _SINCE
        row.yanked_at, row.deprecated, row.reviewed_at = None, None, None
        found[row.id] = (row, archive)
    return found


def _pack(path: Path) -> bytes:
    plugin = _load(path)
    manifest = manifest_of(describe(plugin, f"plugin:{plugin.__name__}"))
    return build_package(manifest, dict(_files(path)), _SIGNER)


def _load(path: Path) -> type[BasePlugin]:
    """The plugin's class. Its own code is run for that, here: it is as much ours as this is."""
    name = f"openclaw_first_party_{path.name.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, path / "plugin.py")
    assert spec is not None
    assert spec.loader is not None
    known = set(sys.modules)
    loaded = sys.modules[name] = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path))
    try:
        spec.loader.exec_module(loaded)
    finally:
        sys.path.remove(str(path))
        for module in set(sys.modules) - known:  # modules of its own, whose names another may have too
            if str(getattr(sys.modules[module], "__file__", "")).startswith(f"{path}/"):
                del sys.modules[module]
    for value in vars(loaded).values():
        if isinstance(value, type) and issubclass(value, BasePlugin) and value.__module__ == name:
            return value
    raise PluginError("plugin.bad_entry", f"{path} defines no plugin.")


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(path.rglob("*")):
        parts = entry.relative_to(path).parts
        if entry.is_file() and not _LEFT_OUT.intersection(parts) and not parts[-1].startswith("."):
            yield "/".join(parts), entry.read_bytes()
