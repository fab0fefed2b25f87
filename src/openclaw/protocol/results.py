"""Files that a machine hands over as results: what is asked of it, what it answers, how much may leave it.

``limited_files`` is the one place that knows what a sync mode means for files. The machine uses it before it sends,
the server again before it keeps anything.
"""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from openclaw.protocol.runs import SyncMode

Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class ResultFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of a result: its path within the result, its size, the SHA-256 of its body."""

    path: Annotated[str, Meta(max_length=400)]
    bytes: Annotated[int, Meta(ge=0)]
    digest: Annotated[str, Meta(max_length=64)]


def limited_files(files: Sequence[ResultFile], mode: SyncMode) -> list[ResultFile]:
    """As much of ``files`` as may leave the machine and be kept by the server.

    ``local_only``: how many there are and how large, without names or digests. ``metadata``: names, sizes and digests.
    ``full``: that, and their bodies follow (`may_send_bodies`).
    """
    if mode == "local_only":
        return [ResultFile(path="", bytes=file.bytes, digest="") for file in files]
    return list(files)


def may_send_bodies(mode: SyncMode) -> bool:
    """Whether what is in the files may leave the machine."""
    return mode == "full"
