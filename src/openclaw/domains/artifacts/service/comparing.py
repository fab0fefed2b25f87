"""How two versions differ, file by file and line by line."""

import asyncio
import difflib

from openclaw.domains.artifacts.models import ArtifactRow
from openclaw.domains.artifacts.policy.content import is_textual
from openclaw.domains.artifacts.schemas import ArtifactDiff, FileChange
from openclaw.domains.artifacts.service import bodies, results
from openclaw.infra.blobs import BlobStore
from openclaw.infra.scope import Scope

_MOST_FILES = 200
_MOST_BYTES = 262_144
_MOST_LINES = 5_000
_MOST_COMPARED = 20


async def compare(scope: Scope, row: ArtifactRow, before: int, after: int, blobs: BlobStore) -> ArtifactDiff:
    """What changed from one version to another. Raises ArtifactNotFoundError, BodyWithheldError."""
    old = await results.get_version(scope, row, before)
    new = await results.get_version(scope, row, after)
    were = {file["path"]: file for file in old.files}
    are = {file["path"]: file for file in new.files}
    changes: list[FileChange] = []
    compared = 0
    for path in sorted(were.keys() | are.keys()):
        was, now = were.get(path), are.get(path)
        if was is not None and now is not None and was["digest"] == now["digest"]:
            continue
        if len(changes) == _MOST_FILES:
            break
        diff: str | None = None
        sides = [file for file in (was, now) if file is not None]
        if compared < _MOST_COMPARED and all(
            is_textual(file["type"]) and file["bytes"] <= _MOST_BYTES for file in sides
        ):
            compared += 1
            texts = [
                (await bodies.load(scope, version, path, blobs))[1].decode("utf-8", "replace") if file else ""
                for version, file in ((old, was), (new, now))
            ]
            diff = await asyncio.to_thread(_diff, path, *texts)
        change = "added" if was is None else "removed" if now is None else "changed"
        changes.append(FileChange(path=path, change=change, diff=diff))
    return ArtifactDiff(before=old.number, after=new.number, files=changes)


def _diff(path: str, before: str, after: str) -> str | None:
    old, new = before.splitlines(), after.splitlines()
    if len(old) > _MOST_LINES or len(new) > _MOST_LINES:
        return None
    return "\n".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", lineterm=""))
