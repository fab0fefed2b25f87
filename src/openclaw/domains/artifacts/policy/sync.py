"""How much of a result the server may keep, by its sync mode."""

from dataclasses import dataclass, replace
from typing import Any

from openclaw.domains.artifacts.policy.content import PLAIN
from openclaw.domains.artifacts.schemas import Kind
from openclaw.protocol.results import ResultFile, limited_files
from openclaw.protocol.runs import SyncMode


@dataclass(frozen=True)
class Described:
    """What is told of a version besides its bodies."""

    title: str
    summary: str
    note: str
    tags: tuple[str, ...]
    entry: str
    files: tuple[dict[str, Any], ...]


def limited(described: Described, kind: Kind, mode: SyncMode) -> Described:
    """``metadata`` keeps what was declared (title, tags, names and sizes of files), ``local_only`` kind and sizes."""
    if mode == "full":
        return described
    told = [ResultFile(file["path"], file["bytes"], file["digest"]) for file in described.files]
    types = [file["type"] if mode == "metadata" else PLAIN for file in described.files]
    files = tuple(
        {"path": file.path, "type": kind_of, "bytes": file.bytes, "digest": file.digest}
        for file, kind_of in zip(limited_files(told, mode), types, strict=True)
    )
    if mode == "metadata":
        return replace(described, summary="", note="", files=files)
    return Described(title=kind, summary="", note="", tags=(), entry="", files=files)
