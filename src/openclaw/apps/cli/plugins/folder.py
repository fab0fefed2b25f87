"""The folder that an author works in: what of it is packed, and the manifest that it comes to.

``plugin.py`` defines the plugin's class, which says all of it; or ``plugin.json`` does, for a script (``plugin.js``).
``requirements.txt`` (exact versions with hashes) or wheels in ``wheels/`` are what it depends on.
"""

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from openclaw.apps.cli.plugins.errors import PluginFolderError
from openclaw.apps.cli.words import say
from openclaw.protocol.packages.manifest import Manifest, manifest_of
from openclaw.sdk.description import permissions_of

STATIC = "plugin.json"
TESTS = "tests"
WHEELS = "wheels"
REQUIREMENTS = "requirements.txt"
_LEFT_OUT = {"__pycache__", "node_modules", "dist", "build", STATIC}
_LEFT_OUT_ENDINGS = (".opc", ".pyc")
_SECONDS = 60
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*==\s*([^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class _Described(msgspec.Struct, frozen=True):
    """What the description program prints."""

    manifest: dict[str, Any]
    dependencies: list[str]


@dataclass(frozen=True)
class PluginFolder:
    """A folder and what it comes to; ``files`` is what is packed."""

    path: Path
    manifest: Manifest
    files: dict[str, bytes]


def read_folder(path: Path) -> PluginFolder:
    """Read a plugin's folder. Runs ``plugin.py`` of it, to learn what its class says.

    Raises PluginFolderError, PackageRefusedError.
    """
    path = path.resolve()
    if not path.is_dir():
        raise PluginFolderError(path=str(path), reason=say("plugin_no_folder"))
    described = _static(path) if (path / STATIC).is_file() else _described(path)
    raw = described.manifest
    if dependencies := _dependencies(path, described.dependencies):
        raw["dependencies"] = dependencies
    files = {name: data for name, data in _walk(path) if name.partition("/")[0] != TESTS}
    return PluginFolder(path, manifest_of(raw), files)


def files_for_trial(path: Path) -> dict[str, bytes]:
    """What is packed, and the tests beside it."""
    return dict(_walk(path))


def _walk(path: Path) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(path.rglob("*")):
        parts = entry.relative_to(path).parts
        if any(part in _LEFT_OUT or part.startswith(".") for part in parts):
            continue
        if entry.is_symlink():
            raise PluginFolderError(path=str(entry), reason=say("plugin_link"))
        if entry.is_file() and not entry.name.endswith(_LEFT_OUT_ENDINGS):
            yield "/".join(parts), entry.read_bytes()


def _static(path: Path) -> _Described:
    """``plugin.json``: a manifest without files, its permissions listed as authors write them if it likes."""
    try:
        raw: dict[str, Any] = msgspec.json.decode((path / STATIC).read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError, RecursionError) as error:
        raise PluginFolderError(path=str(path / STATIC), reason=str(error)) from None
    if isinstance(raw.get("permissions"), list):
        raw["permissions"] = permissions_of(raw["permissions"])
    return _Described(raw, raw.pop("dependencies", []))


def _described(path: Path) -> _Described:
    """What the class in ``plugin.py`` says, asked in a process of its own: it is any program."""
    if not (path / "plugin.py").is_file():
        raise PluginFolderError(path=str(path), reason=say("plugin_no_plugin"))
    command = [sys.executable, "-B", "-P", "-m", "openclaw.sdk.description", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise PluginFolderError(path=str(path), reason=say("plugin_slow")) from None
    try:
        return msgspec.json.decode(done.stdout, type=_Described)
    except (msgspec.DecodeError, RecursionError):
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise PluginFolderError(
            path=str(path / "plugin.py"), reason=said[-1] if said else say("plugin_no_answer")
        ) from None


def _dependencies(path: Path, wanted: list[str]) -> list[dict[str, Any]]:
    """What is locked, and that it locks all that is wanted."""
    locked = {**_locked(path / REQUIREMENTS), **_wheels(path / WHEELS)}
    for requirement in wanted:
        pin = _PIN.fullmatch(requirement.strip())
        if pin is None:
            raise PluginFolderError(path=requirement, reason=say("plugin_not_exact"))
        entry = locked.get(_normal(pin[1]))
        if entry is None or entry["version"] != pin[2]:
            raise PluginFolderError(path=requirement, reason=say("plugin_not_locked"))
    return list(locked.values())


def _locked(file: Path) -> dict[str, dict[str, Any]]:
    """The entries of a requirements file, which must be exact and have hashes."""
    if not file.is_file():
        return {}
    found: dict[str, dict[str, Any]] = {}
    text = file.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        entry = re.sub(r"(^|\s)#.*", "", line).strip()
        if not entry:
            continue
        pin, hashes = _PIN.match(entry), _HASH.findall(entry)
        if pin is None or not hashes:
            raise PluginFolderError(path=f"{file.name}: {entry[:80]}", reason=say("plugin_not_locked"))
        name = _normal(pin[1])
        found[name] = {"name": name, "version": pin[2], "hashes": sorted(set(hashes))}
    return found


def _wheels(folder: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for wheel in sorted(folder.glob("*.whl")) if folder.is_dir() else []:
        name, version = wheel.name.split("-")[:2]
        entry = found.setdefault(_normal(name), {"name": _normal(name), "version": version, "hashes": []})
        entry["hashes"].append(hashlib.sha256(wheel.read_bytes()).hexdigest())
    return found


def _normal(name: str) -> str:
    """As PEP 503 has it."""
    return re.sub(r"[-_.]+", "-", name).lower()
