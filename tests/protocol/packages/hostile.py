"""Packages as attackers make them: each sound and signed in all but one thing."""

import base64
import hashlib
import io
import json
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from openclaw.protocol.packages import archive
from tests.protocol.packages.making import FILES, SIGNER, package, raw

_CONTEXT = b"openclaw plugin package 1\0"


def signed(head: bytes) -> bytes:
    """A signature of the attacker's own over any bytes."""
    parts = {
        "algorithm": "ed25519",
        "public_key": base64.b64encode(SIGNER.public_key().public_bytes_raw()).decode(),
        "signature": base64.b64encode(SIGNER.sign(_CONTEXT + head)).decode(),
    }
    return canonical(parts)


def canonical(value: Any) -> bytes:
    """JSON as manifests are written."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def listed(files: Mapping[str, bytes]) -> dict[str, Any]:
    """The manifest's list of files."""
    return {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in files.items()
    }


def members(files: Mapping[str, bytes], /, **changes: Any) -> dict[str, bytes]:
    """What an archive of ``files`` holds, its manifest true and signed whatever ``changes`` say."""
    head = canonical({**raw(), "files": listed(files), **changes})
    return {"manifest.json": head, "signature.json": signed(head), **dict(sorted(files.items()))}


def with_file(name: str, data: bytes = b"x") -> bytes:
    """A package with one more file, listed and signed."""
    return archive.write_archive(members({**FILES, name: data}))


def with_manifest(**changes: Any) -> bytes:
    """A package whose manifest says something else, signed."""
    return archive.write_archive(members(FILES, **changes))


def with_bytes(name: str, data: bytes) -> bytes:
    """A package in which one member was replaced after signing."""
    return archive.write_archive({**members(FILES), name: data})


def without(name: str) -> bytes:
    """A package that lacks a member."""
    return archive.write_archive({key: value for key, value in members(FILES).items() if key != name})


def by_zipfile(change: Callable[[zipfile.ZipFile], None], *, compression: int = zipfile.ZIP_STORED) -> bytes:
    """The members, written by the usual library, and whatever ``change`` adds."""
    written = io.BytesIO()
    with warnings.catch_warnings():  # of two members of one name
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(written, "w", compression) as out:
            for name, data in members(FILES).items():
                out.writestr(zipfile.ZipInfo(name), data, compression)
            change(out)
    return written.getvalue()


def symlink() -> bytes:
    """A link to the host's passwords."""

    def add(out: zipfile.ZipFile) -> None:
        link = zipfile.ZipInfo("data/link")
        link.external_attr = 0o120777 << 16
        link.create_system = 3
        out.writestr(link, "/etc/passwd")

    return by_zipfile(add)


def device_file() -> bytes:
    """A block device."""

    def add(out: zipfile.ZipFile) -> None:
        disk = zipfile.ZipInfo("data/disk")
        disk.external_attr = 0o060666 << 16
        disk.create_system = 3
        out.writestr(disk, "")

    return by_zipfile(add)


def encrypted() -> bytes:
    """The flag that a member is encrypted, in both headers."""
    whole = bytearray(package())
    end = whole.rfind(b"PK\x05\x06")
    (start,) = struct.unpack_from("<I", whole, end + 16)
    whole[6] |= 1
    whole[start + 8] |= 1
    return bytes(whole)


def twice() -> bytes:
    """Two members of one name, of which tools take the one or the other."""
    body = members(FILES)
    first = archive.write_archive({**body, "plugin.pz": b"import os"})
    return first.replace(b"plugin.pz", b"plugin.py")


def overlapping() -> bytes:
    """Many entries over one body: a small archive that expands to much."""
    whole = archive.write_archive({**members(FILES), "z.bin": bytes(1 << 20)})
    end = whole.rfind(b"PK\x05\x06")
    length, start = struct.unpack_from("<II", whole, end + 12)
    index = whole[start : start + length]
    last = index[index.rfind(b"PK\x01\x02") :]
    for name in (b"z.bim", b"z.bil"):
        index += last.replace(b"z.bin", name)
    count = len(members(FILES)) + 3
    return (
        whole[:start]
        + index
        + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(index), start, 0)
    )


@cache
def lying_size() -> bytes:
    """A body of 64 MiB that claims to be ten bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    entry = archive._Entry("plugin.py", 8, 0, len(body), 10, 0)
    local, index = archive._local(entry) + body, archive._central(entry)
    return local + index + archive._end(1, len(index), len(local))


def claims(size: int) -> bytes:
    """A member that claims a size."""
    entry = archive._Entry("plugin.py", 8, 0, 1, size, 0)
    local, index = archive._local(entry) + b"x", archive._central(entry)
    return local + index + archive._end(1, len(index), len(local))


def slack() -> bytes:
    """Data between the deflated body's end and the next member."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(b"x" * 100) + packer.flush() + b"#!/bin/sh"
    entry = archive._Entry("plugin.py", 8, zlib.crc32(b"x" * 100), len(body), 100, 0)
    local, index = archive._local(entry) + body, archive._central(entry)
    return local + index + archive._end(1, len(index), len(local))
