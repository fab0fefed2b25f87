"""The archive of a package: a ZIP file with one way to be written, so that what is read is all that is there.

Order: ``manifest.json``, ``signature.json``, then the files by name; no comments, no extra fields, one time stamp, no
gaps. A reader puts each header together itself and compares it byte for byte; only deflated bodies are free.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from openclaw.protocol.packages.errors import PackageRefusedError
from openclaw.protocol.packages.paths import check_path

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_LOCAL_SIGN, _CENTRAL_SIGN, _END_SIGN = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_NEEDED = 20
_UNIX = 3 << 8 | _NEEDED
_TIME, _DATE = 0, 1 << 5 | 1  # 1980-01-01, where the format's time begins
_MODE = 0o100644 << 16
_STORED, _DEFLATED = 0, 8
_FLAG_ENCRYPTED = 1
_KIND_REGULAR = 0o10
_CHUNK = 1 << 16


@dataclass(frozen=True)
class PackageLimits:
    """What a reader takes; bytes and counts."""

    archive_bytes: int = 32 << 20
    expanded_bytes: int = 128 << 20
    file_bytes: int = 64 << 20
    files: int = 2000


@dataclass(frozen=True)
class _Entry:
    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int  # of its local header


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """``files`` in their order. Bodies are deflated where that makes them smaller."""
    body, index = bytearray(), bytearray()
    for name, data in files.items():
        packed = _deflated(data)
        method, stored = (_DEFLATED, packed) if len(packed) < len(data) else (_STORED, data)
        entry = _Entry(name, method, zlib.crc32(data), len(stored), len(data), len(body))
        body += _local(entry) + stored
        index += _central(entry)
    return bytes(body + index) + _end(len(files), len(index), len(body))


def read_archive(data: bytes, limits: PackageLimits) -> dict[str, bytes]:
    """Every file by its name, in the archive's order. Nothing is expanded beyond ``limits``.

    :raises PackageRefusedError: it is not written as ``write_archive`` does, or over a limit.
    """
    if len(data) > limits.archive_bytes:
        raise PackageRefusedError(reason="too_large", limit=limits.archive_bytes)
    entries = _read_index(data, limits)
    if sum(entry.size for entry in entries) > limits.expanded_bytes:
        raise PackageRefusedError(reason="too_large", limit=limits.expanded_bytes)
    files: dict[str, bytes] = {}
    position = 0
    for entry in entries:
        if entry.name in files:
            raise PackageRefusedError(reason="name_collision", path=entry.name)
        head = _local(entry)
        start = position + len(head)
        if entry.start != position or data[position:start] != head:
            raise PackageRefusedError(reason="not_canonical", path=entry.name)
        position = start + entry.packed
        files[entry.name] = _expanded(data[start:position], entry)
    return files


def _read_index(data: bytes, limits: PackageLimits) -> list[_Entry]:
    """The entries of the index at the end, which must account for every byte of it."""
    if not data.startswith(_LOCAL_SIGN) and _LOCAL_SIGN in data:
        raise PackageRefusedError(reason="trailing_data")
    if len(data) < _END.size or not data.startswith(_LOCAL_SIGN):
        raise PackageRefusedError(reason="not_an_archive")
    sign, _, _, _, count, length, start, _ = _END.unpack_from(data, len(data) - _END.size)
    if sign != _END_SIGN:
        found = data.rfind(_END_SIGN)
        is_cut = found < 0 or found + _END.size > len(data)
        raise PackageRefusedError(reason="not_an_archive" if is_cut else "trailing_data")
    if count > limits.files:
        raise PackageRefusedError(reason="too_many_files", limit=limits.files)
    index = data[start : start + length]
    if start + length + _END.size != len(data) or data[start + length :] != _end(count, length, start):
        raise PackageRefusedError(reason="not_canonical")
    _check_kinds(index)
    entries = list(_read_entries(index, count, limits))
    last = entries[-1] if entries else None
    if last is None or last.start + len(_local(last)) + last.packed != start:
        raise PackageRefusedError(reason="not_canonical")
    return entries


def _read_entries(index: bytes, count: int, limits: PackageLimits) -> Iterator[_Entry]:
    position = 0
    for _ in range(count):
        if len(index) - position < _CENTRAL.size:
            raise PackageRefusedError(reason="not_canonical")
        fields = _CENTRAL.unpack_from(index, position)
        method, crc, packed, size, length, start = *fields[4:5], *fields[7:11], fields[16]
        raw = index[position + _CENTRAL.size : position + _CENTRAL.size + length]
        name = raw.decode("utf-8", errors="replace")
        check_path(name)
        if size > limits.file_bytes:
            raise PackageRefusedError(reason="too_large", path=name, limit=limits.file_bytes)
        entry = _Entry(name, method, crc, packed, size, start)
        written = _central(entry)
        if index[position : position + len(written)] != written:
            raise PackageRefusedError(reason="not_canonical", path=name)
        position += len(written)
        yield entry
    if position != len(index):
        raise PackageRefusedError(reason="not_canonical")


def _check_kinds(index: bytes) -> None:
    """Say what other archives have and packages have not, rather than only that they differ."""
    position = 0
    while len(index) - position >= _CENTRAL.size:
        _, made_by, _, flags, method, *more = _CENTRAL.unpack_from(index, position)
        length, extra, comment, mode = more[5], more[6], more[7], more[10]
        position += _CENTRAL.size
        shown = ascii(index[position : position + min(length, 200)].decode(errors="replace"))[1:-1]
        position += length + extra + comment
        if flags & _FLAG_ENCRYPTED:
            raise PackageRefusedError(reason="encrypted", path=shown)
        if method not in {_STORED, _DEFLATED}:
            raise PackageRefusedError(reason="compression", path=shown)
        if made_by >> 8 == _UNIX >> 8 and mode >> 28 not in {0, _KIND_REGULAR}:
            raise PackageRefusedError(reason="symlink", path=shown)


def _expanded(body: bytes, entry: _Entry) -> bytes:
    if entry.method == _STORED:
        data = body
    else:
        reader = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = reader.decompress(
                body, entry.size + 1
            )  # never more than it claims, and one to see that it lies
        except zlib.error:
            raise PackageRefusedError(reason="damaged", path=entry.name) from None
        if len(data) > entry.size:
            raise PackageRefusedError(reason="too_large", path=entry.name, limit=entry.size)
        if not reader.eof or reader.unused_data or reader.unconsumed_tail:
            raise PackageRefusedError(reason="damaged", path=entry.name)
    if len(data) != entry.size or zlib.crc32(data) != entry.crc:
        raise PackageRefusedError(reason="damaged", path=entry.name)
    return data


def _deflated(data: bytes) -> bytes:
    writer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return writer.compress(data) + writer.flush()


def _local(entry: _Entry) -> bytes:
    name = entry.name.encode()
    fields = (_NEEDED, 0, entry.method, _TIME, _DATE, entry.crc, entry.packed, entry.size, len(name), 0)
    return _LOCAL.pack(_LOCAL_SIGN, *fields) + name


def _central(entry: _Entry) -> bytes:
    name = entry.name.encode()
    sizes = (entry.crc, entry.packed, entry.size, len(name))
    fields = (_UNIX, _NEEDED, 0, entry.method, _TIME, _DATE, *sizes, 0, 0, 0, 0, _MODE, entry.start)
    return _CENTRAL.pack(_CENTRAL_SIGN, *fields) + name


def _end(count: int, length: int, start: int) -> bytes:
    return _END.pack(_END_SIGN, 0, 0, count, count, length, start, 0)
