"""Put a package together and sign it; read one, and refuse it unless all of it is as its signer left it."""

import base64
import hashlib
from collections.abc import Mapping

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct
from msgspec.structs import replace

from openclaw.protocol.packages.archive import PackageLimits, read_archive, write_archive
from openclaw.protocol.packages.errors import PackageRefusedError
from openclaw.protocol.packages.manifest import (
    FileEntry,
    Manifest,
    check_manifest,
    decode_manifest,
    encode_manifest,
)

SUFFIX = ".opc"
MANIFEST = "manifest.json"
SIGNATURE = "signature.json"
_OWN = (MANIFEST, SIGNATURE)
_CONTEXT = b"openclaw plugin package 1\0"  # a signature of this key over anything else is none of a package


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """Who signed the manifest: an Ed25519 key and its signature, each in Base64."""

    algorithm: str
    public_key: str
    signature: str


class Package(Struct, frozen=True):
    """A package that is sound. ``files`` has all but manifest and signature."""

    manifest: Manifest
    files: dict[str, bytes]
    digest: str  # SHA-256 of the manifest, and so of all content, in hexadecimal
    signer: str  # the public key in hexadecimal


def build_package(manifest: Manifest, files: Mapping[str, bytes], signer: Ed25519PrivateKey) -> bytes:
    """The archive of ``files`` under ``manifest``, whose own list of files is made here.

    :raises PackageRefusedError: no reader would take it.
    """
    whole = replace(
        manifest,
        files={
            path: FileEntry(sha256=hashlib.sha256(files[path]).hexdigest(), size=len(files[path]))
            for path in sorted(files)
        },
    )
    check_manifest(whole)
    _check_files(whole)
    head = encode_manifest(whole)
    body = {path: files[path] for path in sorted(files)}
    return write_archive({MANIFEST: head, SIGNATURE: _sign(head, signer), **body})


def read_package(data: bytes, *, limits: PackageLimits | None = None) -> Package:
    """Read and check all of an archive; nothing of it is run, nothing is written anywhere.

    :raises PackageRefusedError: the first thing that is wrong with it.
    """
    files = read_archive(data, limits or PackageLimits())
    order = list(files)
    head = files.pop(MANIFEST, None)
    if head is None:
        raise PackageRefusedError(reason="missing_file", path=MANIFEST)
    signature = files.pop(SIGNATURE, None)
    if signature is None:
        raise PackageRefusedError(reason="unsigned")
    signer = _verified_signer(head, signature)
    manifest = decode_manifest(head)
    _check_files(manifest)
    if missing := sorted(manifest.files.keys() - files.keys()):
        raise PackageRefusedError(reason="missing_file", path=missing[0])
    if unlisted := sorted(files.keys() - manifest.files.keys()):
        raise PackageRefusedError(reason="unlisted_file", path=unlisted[0])
    for path, entry in manifest.files.items():
        if len(files[path]) != entry.size or hashlib.sha256(files[path]).hexdigest() != entry.sha256:
            raise PackageRefusedError(reason="wrong_hash", path=path)
    if order != [*_OWN, *sorted(files)]:
        raise PackageRefusedError(reason="not_canonical")
    return Package(manifest, files, hashlib.sha256(head).hexdigest(), signer)


def public_key_of(signer: Ed25519PrivateKey) -> str:
    """The name of a signer: the public key in hexadecimal."""
    return signer.public_key().public_bytes_raw().hex()


def _check_files(manifest: Manifest) -> None:
    for path in manifest.files:
        if path.casefold() in _OWN:
            raise PackageRefusedError(reason="name_collision", path=path)
    module = manifest.entry.partition(":")[0].replace(".", "/")
    wanted = {manifest.entry} if manifest.is_javascript else {f"{module}.py", f"{module}/__init__.py"}
    if not wanted & manifest.files.keys():
        raise PackageRefusedError(reason="bad_entry", path=manifest.entry)


def _sign(head: bytes, signer: Ed25519PrivateKey) -> bytes:
    signature = Signature(
        algorithm="ed25519",
        public_key=base64.b64encode(signer.public_key().public_bytes_raw()).decode(),
        signature=base64.b64encode(signer.sign(_CONTEXT + head)).decode(),
    )
    return msgspec.json.encode(signature, order="sorted")


def _verified_signer(head: bytes, written: bytes) -> str:
    try:
        signature = msgspec.json.decode(written, type=Signature)
        key = base64.b64decode(signature.public_key, validate=True)
        value = base64.b64decode(signature.signature, validate=True)
        if signature.algorithm != "ed25519" or msgspec.json.encode(signature, order="sorted") != written:
            raise PackageRefusedError(reason="wrong_signature", path=SIGNATURE)
        Ed25519PublicKey.from_public_bytes(key).verify(value, _CONTEXT + head)
    except (msgspec.DecodeError, RecursionError, ValueError, InvalidSignature):
        raise PackageRefusedError(reason="wrong_signature", path=SIGNATURE) from None
    return key.hex()
