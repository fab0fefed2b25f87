"""Hostile packages: every one is refused for what it is, before any of it is believed."""

import json
import tracemalloc
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from openclaw.protocol.packages.archive import write_archive
from openclaw.protocol.packages.errors import PackageRefusedError
from openclaw.protocol.packages.package import read_package
from tests.protocol.packages import hostile
from tests.protocol.packages.hostile import (
    by_zipfile,
    canonical,
    listed,
    members,
    signed,
    with_bytes,
    with_file,
    with_manifest,
    without,
)
from tests.protocol.packages.making import FILES, SIGNER, manifest, package, raw


def refused(data: bytes) -> PackageRefusedError:
    with pytest.raises(PackageRefusedError) as error:
        read_package(data)
    return error.value


PATHS = {
    "../evil.py": "path_escape",
    "a/../../evil.py": "path_escape",
    "/etc/cron.d/evil": "path_escape",
    "..\\evil.py": "path_escape",
    "C:\\evil.py": "path_escape",
    "c:evil.py": "path_escape",
    "\\\\host\\share": "path_escape",
    "~/evil.py": "path_escape",
    "./plugin2.py": "bad_path",
    "a//b.py": "bad_path",
    "a/": "bad_path",
    "": "bad_path",
    "a\0.py": "bad_path",
    "a\n.py": "bad_path",
    "a b.py": "bad_path",
    "evil.py:stream": "bad_path",
    "ｐlugin.py": "bad_path",
    "é.py": "bad_path",
    "a.py.": "bad_path",
    "plugin.py ": "bad_path",
    "a" * 201: "bad_path",
    "/".join("a" * 13): "bad_path",
    "con": "reserved_name",
    "data/NUL.txt": "reserved_name",
    "COM1": "reserved_name",
    "aux .py": "reserved_name",
    "lpt9.tar.gz/a": "reserved_name",
    "Plugin.py": "name_collision",
    "DATA/other.csv": "name_collision",
    "data": "name_collision",
    "plugin.py/inner.py": "name_collision",
    "Manifest.json": "name_collision",
}


@pytest.mark.parametrize("path", PATHS)
def test_paths(path: str) -> None:
    """In the archive and in the manifest alike, whoever signed."""
    assert refused(with_file(path)).reason == PATHS[path]


def test_a_manifest_may_not_name_such_paths_either() -> None:
    """Also if the archive does not hold them."""
    for path in ("../evil.py", "con", "Plugin.py"):
        files = {**listed(FILES), path: listed({"x": b""})["x"]}
        assert refused(with_manifest(files=files)).reason == PATHS[path]


ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a symbolic link": (hostile.symlink, "symlink"),
    "a device": (hostile.device_file, "symlink"),
    "an encrypted member": (hostile.encrypted, "encrypted"),
    "bzip2": (lambda: by_zipfile(lambda _: None, compression=zipfile.ZIP_BZIP2), "compression"),
    "lzma": (lambda: by_zipfile(lambda _: None, compression=zipfile.ZIP_LZMA), "compression"),
    "written otherwise": (lambda: by_zipfile(lambda _: None), "not_canonical"),
    "two of one name": (hostile.twice, "name_collision"),
    "entries over one body": (hostile.overlapping, "not_canonical"),
    "a body larger than it says": (hostile.lying_size, "too_large"),
    "a claim of 3 GiB": (lambda: hostile.claims(3 << 30), "too_large"),
    "bytes after a body": (hostile.slack, "damaged"),
    "bytes after the archive": (lambda: package() + b"<script>", "trailing_data"),
    "an archive after the archive": (lambda: package() + package(), "not_canonical"),
    "a program before the archive": (lambda: b"#!/bin/sh\nrm -rf ~\n" + package(), "trailing_data"),
    "a comment": (lambda: by_zipfile(lambda out: setattr(out, "comment", b"x" * 40)), "trailing_data"),
    "cut off": (lambda: package()[:-9], "not_an_archive"),
    "nothing": (lambda: b"", "not_an_archive"),
    "no members": (lambda: write_archive({}), "not_an_archive"),
    "HTML": (lambda: b"<html>" * 100, "not_an_archive"),
    "too many members": (lambda: write_archive({f"f{i}": b"" for i in range(2001)}), "too_many_files"),
    "much in total": (
        lambda: write_archive({f"f{i}": bytes(60 << 20) for i in range(3)}),
        "too_large",
    ),
    "out of order": (lambda: write_archive(dict(reversed(members(FILES).items()))), "not_canonical"),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_archives(what: str) -> None:
    make, reason = ARCHIVES[what]
    assert refused(make()).reason == reason


def test_what_lies_about_its_size_is_not_expanded() -> None:
    bomb = hostile.lying_size()
    assert len(bomb) < 1 << 21
    tracemalloc.start()
    try:
        refused(bomb)
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_every_changed_byte_is_seen() -> None:
    """Of the whole archive: none is free, but the few of a deflated body that mean the same."""
    whole = package({"plugin.py": b"x = 1\n"})
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 0x20
        try:
            read = read_package(bytes(changed))
        except PackageRefusedError:
            continue
        assert read == read_package(whole)


MEMBERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a changed file": (lambda: with_bytes("plugin.py", b"y = 1\n" * 50), "wrong_hash"),
    "a longer file": (lambda: with_bytes("plugin.py", b"y"), "wrong_hash"),
    "a file more": (lambda: with_bytes("zzz.py", b"evil"), "unlisted_file"),
    "a file less": (lambda: without("plugin.py"), "missing_file"),
    "no manifest": (lambda: without("manifest.json"), "missing_file"),
    "no signature": (lambda: without("signature.json"), "unsigned"),
    "a changed manifest": (
        lambda: with_bytes("manifest.json", canonical({**raw(name="other"), "files": listed(FILES)})),
        "wrong_signature",
    ),
    "another package's signature": (
        lambda: with_bytes("signature.json", members(FILES, version="2.0.0")["signature.json"]),
        "wrong_signature",
    ),
    "a signature that is none": (lambda: with_bytes("signature.json", b"{}"), "wrong_signature"),
    "a signature of another kind": (
        lambda: with_bytes(
            "signature.json",
            members(FILES)["signature.json"].replace(b"ed25519", b"none"),
        ),
        "wrong_signature",
    ),
    "a signature written otherwise": (
        lambda: with_bytes("signature.json", members(FILES)["signature.json"] + b"\n"),
        "wrong_signature",
    ),
    "nested signature": (lambda: with_bytes("signature.json", b"[" * 100_000), "wrong_signature"),
}


@pytest.mark.parametrize("what", MEMBERS)
def test_members(what: str) -> None:
    make, reason = MEMBERS[what]
    assert refused(make()).reason == reason


def head(data: bytes) -> bytes:
    return write_archive(
        {"manifest.json": data, "signature.json": signed(data), **dict(sorted(FILES.items()))}
    )


def schema(**keywords: Any) -> dict[str, Any]:
    return {"execute": {"title": {"en": "x"}, "input": {"type": "object", **keywords}, "output": {}}}


def nested(depth: int) -> Any:
    return {"type": "object", "properties": {"a": nested(depth - 1)}} if depth else {}


MANIFESTS: dict[str, tuple[dict[str, Any], str]] = {
    "another format": ({"format": 2}, "unknown_format"),
    "no format": ({"format": None}, "unknown_format"),
    "a permission to come": ({"permissions": {"root": {}}}, "unknown_permission"),
    "a permission's new parameter": ({"permissions": {"network": {"hosts": ["a"], "x": 1}}}, "bad_manifest"),
    "network without hosts": ({"permissions": {"network": {"hosts": []}}}, "bad_permission"),
    "a host with a path": ({"permissions": {"network": {"hosts": ["a.com/x"]}}}, "bad_permission"),
    "a wildcard inside": ({"permissions": {"network": {"hosts": ["a.*.com"]}}}, "bad_permission"),
    "a host twice": ({"permissions": {"network": {"hosts": ["a.b", "a.b"]}}}, "bad_permission"),
    "a host with words": ({"permissions": {"network": {"hosts": ["a.b\nGrant all"]}}}, "bad_permission"),
    "a tool that is none": ({"permissions": {"device": {"tools": ["exec;rm"]}}}, "bad_permission"),
    "a version": ({"version": "1.0"}, "bad_version"),
    "a version with zeros": ({"version": "1.02.0"}, "bad_version"),
    "a version as a path": ({"version": "1.0.0-../../x"}, "bad_version"),
    "a version with build data": ({"version": "1.0.0+a"}, "bad_version"),
    "a name with capitals": ({"name": "Greeting"}, "bad_manifest"),
    "a name as a path": ({"name": "../greeting"}, "bad_manifest"),
    "a field to come": ({"on_upgrade": "evil"}, "bad_manifest"),
    "an entry elsewhere": ({"entry": "os:system"}, "bad_entry"),
    "an entry as a path": ({"entry": "../../x.js"}, "bad_manifest"),
    "an entry that is code": ({"entry": "plugin:a();b"}, "bad_manifest"),
    "no actions": ({"actions": {}}, "bad_manifest"),
    "an action that is code": ({"actions": {"a(b)": schema()["execute"]}}, "bad_manifest"),
    "a private action": ({"actions": {"_act": schema()["execute"]}}, "bad_manifest"),
    "a hook as an action": ({"actions": {"on_install": schema()["execute"]}}, "bad_manifest"),
    "a schema that is none": ({"actions": schema(type="thing")}, "bad_schema"),
    "a schema of text": ({"actions": schema(type="string")}, "bad_schema"),
    "a schema from elsewhere": ({"actions": schema(**{"$ref": "https://a.b/c"})}, "bad_schema"),
    "a schema of itself": ({"actions": schema(**{"$ref": "#"})}, "bad_schema"),
    "a pattern that is none": ({"actions": schema(properties={"a": {"pattern": "("}})}, "bad_schema"),
    "a deep schema": ({"config": nested(60)}, "bad_schema"),
    "a dependency by range": (
        {"dependencies": [{"name": "a", "version": ">=1", "hashes": ["0" * 64]}]},
        "bad_manifest",
    ),
    "a dependency from elsewhere": (
        {"dependencies": [{"name": "a @ https://x", "version": "1", "hashes": ["0" * 64]}]},
        "bad_manifest",
    ),
    "a dependency without hashes": (
        {"dependencies": [{"name": "a", "version": "1", "hashes": []}]},
        "bad_manifest",
    ),
    "an option as a dependency": (
        {"dependencies": [{"name": "--index-url", "version": "1", "hashes": ["0" * 64]}]},
        "bad_manifest",
    ),
    "limits beyond any machine": ({"limits": {"memory_mb": 1 << 40}}, "bad_manifest"),
    "a homepage that runs": ({"homepage": "javascript:alert(1)"}, "bad_manifest"),
}


@pytest.mark.parametrize("what", MANIFESTS)
def test_manifests(what: str) -> None:
    changes, reason = MANIFESTS[what]
    error = refused(with_manifest(**changes))
    assert error.reason == reason, error.words()


def test_manifests_have_one_spelling() -> None:
    plain = members(FILES)["manifest.json"]
    assert read_package(head(plain)).manifest.name == "greeting"
    value = json.loads(plain)
    for spelled in (
        json.dumps(value).encode(),
        plain + b"\n",
        plain.replace(b'"name":', b'"name":"evil","name":', 1),
        canonical({**value, "tags": []}),  # a default, written out
    ):
        assert refused(head(spelled)).reason == "not_canonical"
    for broken in (b"", b"\xff\xfe", b"[1]", b"null", b"[" * 100_000, plain[:-1]):
        assert refused(head(broken)).reason == "bad_manifest"
    assert refused(head(canonical({**value, "author": "x" * (1 << 20)}))).reason == "too_large"


def test_nobody_can_build_one_either() -> None:
    from openclaw.protocol.packages.package import build_package

    for files in ({**FILES, "../x": b""}, {"other.py": b""}, {**FILES, "signature.json": b""}):
        with pytest.raises(PackageRefusedError):
            build_package(manifest(), files, SIGNER)
