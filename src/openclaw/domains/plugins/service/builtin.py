"""First-party plugins, which come with the server: packages like any other, in a registry of their own."""

import functools
import hashlib
import uuid
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from openclaw.domains.plugins.models import PluginPackageRow
from openclaw.domains.plugins.service.packages import package_row
from openclaw.protocol.packages.package import SUFFIX, read_package

FOLDER = Path(__file__).resolve().parents[1] / "builtin"
_NOBODY = UUID(int=0)


@functools.cache
def _archives() -> dict[UUID, tuple[PluginPackageRow, bytes]]:
    found: dict[UUID, tuple[PluginPackageRow, bytes]] = {}
    for path in sorted(FOLDER.glob(f"*{SUFFIX}")):
        archive = path.read_bytes()
        digest = hashlib.sha256(archive).hexdigest()
        row = package_row(read_package(archive), digest, len(archive))
        row.id, row.workspace_id, row.published_by_user_id = uuid.UUID(hex=digest[:32]), _NOBODY, _NOBODY
        row.visibility, row.review_state = "builtin", "approved"
        row.created_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        found[row.id] = (row, archive)
    return found


def packages() -> list[PluginPackageRow]:
    """All of them, by name."""
    return [row for row, _ in _archives().values()]


def names() -> frozenset[str]:
    """Their names, which nobody else may publish under."""
    return frozenset(row.name for row in packages())


def find(package_id: UUID) -> PluginPackageRow | None:
    """One by its id."""
    found = _archives().get(package_id)
    return found[0] if found else None


def archive_of(package_id: UUID) -> bytes:
    """Its archive."""
    return _archives()[package_id][1]
