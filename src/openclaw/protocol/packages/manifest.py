"""The manifest of a plugin's package: what the plugin is, may be asked, needs and holds. Signed as it stands."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from openclaw.protocol.packages.errors import PackageRefusedError
from openclaw.protocol.packages.paths import check_paths
from openclaw.protocol.packages.permissions import NAMES, Permissions, permission_problem
from openclaw.sdk.schemas import schema_problem

FORMAT = 1
MAX_MANIFEST = 1 << 20
MAX_ACTIONS = 256
DEFAULT_ACTION = "execute"
VALIDATE = "validate_config"
HOOKS = ("on_install", "on_uninstall", "on_enable", "on_disable", VALIDATE)
JAVASCRIPT = ".js"
_MIB = 1 << 20

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NUMBER = r"(0|[1-9][0-9]{0,8})"
_LABEL = r"(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
# https://semver.org, without build metadata: two archives of one version would differ in nothing else.
VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(-{_LABEL}(\.{_LABEL})*)?")
_ENTRY = re.compile(
    r"([A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*|[A-Za-z0-9_.-]+\.js)"
)
_ACTION = re.compile(r"[a-z][a-z0-9_]*")
_TAG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HOMEPAGE = re.compile(r"(https://[\x21-\x7e]+)?")
_HASH = re.compile(r"[0-9a-f]{64}")
_REQUIREMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_WHEEL_VERSION = re.compile(r"[0-9][0-9A-Za-z.!+]{0,63}")


class _Part(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Words(_Part, frozen=True, kw_only=True):
    """A text for people, English and, if it is there, Chinese."""

    en: str
    zh: str = ""

    def text(self, language: str = "en") -> str:
        """The text in ``language`` (``en`` or ``zh``), else in English."""
        return self.zh if language == "zh" and self.zh else self.en


class Action(_Part, frozen=True, kw_only=True):
    """One thing that the plugin can be asked to do, with the JSON Schemas of what it takes and gives."""

    title: Words
    input: dict[str, Any]
    output: dict[str, Any]
    description: Words = Words(en="")
    effect: Literal["read", "modify", "delete"] = "modify"  # what its author says that it does in the world


class ResourceLimits(_Part, frozen=True, kw_only=True):
    """What one call may use; the installation may lower it."""

    memory_mb: int = 512
    cpu_seconds: int = 30
    wall_seconds: int = 60
    files_mb: int = 16


class Dependency(_Part, frozen=True, kw_only=True):
    """An exact release of a Python package, and the SHA-256 of every wheel of it that will do.

    A wheel that is among the package's files (``wheels/…``) is taken from there.
    """

    name: str  # as PEP 503 normalises it
    version: str
    hashes: tuple[str, ...]


class FileEntry(_Part, frozen=True, kw_only=True):
    """A file of the package."""

    sha256: str
    size: int


class Manifest(_Part, frozen=True, kw_only=True):
    """All that is known of a plugin without running it. Without ``files`` until a package is built."""

    format: int
    name: str
    version: str
    title: Words
    description: Words
    author: str
    entry: str  # `module:Class`, or the name of a script: `plugin.js`
    actions: dict[str, Action]
    category: str = "other"
    tags: tuple[str, ...] = ()
    homepage: str = ""
    license: str = ""
    permissions: Permissions = Permissions()
    limits: ResourceLimits = ResourceLimits()
    config: dict[str, Any] = {}  # JSON Schema of the settings
    dependencies: tuple[Dependency, ...] = ()
    files: dict[str, FileEntry] = {}

    @property
    def is_javascript(self) -> bool:
        """Whether the entry is a script of JavaScript."""
        return self.entry.endswith(JAVASCRIPT)


def encode_manifest(manifest: Manifest) -> bytes:
    """The one way to write it: sorted keys, no spaces, nothing that is a default."""
    return msgspec.json.encode(manifest, order="sorted")


def decode_manifest(data: bytes) -> Manifest:
    """Read a manifest, every part of it checked.

    :raises PackageRefusedError: the first thing that is wrong with it.
    """
    if len(data) > MAX_MANIFEST:
        raise PackageRefusedError(reason="too_large", path="manifest.json", limit=MAX_MANIFEST)
    try:
        raw = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise PackageRefusedError(reason="bad_manifest", detail=str(error)[:200]) from None
    manifest = manifest_of(raw)
    if encode_manifest(manifest) != data:
        raise PackageRefusedError(reason="not_canonical", path="manifest.json")
    return manifest


def manifest_of(raw: Any) -> Manifest:
    """A manifest of plain values, every part of it checked.

    :raises PackageRefusedError: the first thing that is wrong with it.
    """
    _check_before_reading(raw)
    try:
        manifest = msgspec.convert(raw, Manifest)
    except (msgspec.ValidationError, RecursionError) as error:
        raise PackageRefusedError(reason="bad_manifest", detail=str(error)[:200]) from None
    check_manifest(manifest)
    return manifest


def check_manifest(manifest: Manifest) -> None:
    """Check what the types do not say.

    :raises PackageRefusedError: the first thing that is wrong with it.
    """
    if manifest.format != FORMAT:
        raise PackageRefusedError(reason="unknown_format", detail=str(manifest.format))
    if len(manifest.version) > 64 or not VERSION.fullmatch(manifest.version):
        raise PackageRefusedError(reason="bad_version", detail=manifest.version[:100])
    if problem := permission_problem(manifest.permissions):
        raise PackageRefusedError(reason="bad_permission", path=problem[0], detail=problem[1])
    for place, words in _problems(manifest):
        raise PackageRefusedError(reason="bad_manifest", path=place, detail=words)
    _check_schemas(manifest)
    check_paths(manifest.files)


class _Head(Struct, frozen=True):
    """As much of a manifest as every format has."""

    format: Any = None
    permissions: dict[str, Any] = {}


def _check_before_reading(raw: Any) -> None:
    """What a newer version may have that this one does not know gets words of its own."""
    try:
        head = msgspec.convert(raw, _Head)
    except (msgspec.ValidationError, RecursionError):
        return  # said better when all of it is read
    if head.format != FORMAT:
        raise PackageRefusedError(reason="unknown_format", detail=str(head.format)[:50])
    for name in head.permissions:
        if name not in NAMES:
            raise PackageRefusedError(reason="unknown_permission", detail=name[:100])


def _problems(manifest: Manifest) -> Iterator[tuple[str, str]]:
    yield from _text_problems("", manifest.title, manifest.description)
    if len(manifest.name) > 50 or not NAME.fullmatch(manifest.name):
        yield "name", "lower-case letters, digits and single hyphens, at most 50"
    if len(manifest.category) > 50 or not _TAG.fullmatch(manifest.category):
        yield "category", "a word"
    if len(manifest.tags) > 20 or not all(len(tag) <= 50 and _TAG.fullmatch(tag) for tag in manifest.tags):
        yield "tags", "at most 20 words"
    if not manifest.author.strip() or len(manifest.author) > 100:
        yield "author", "1 to 100 characters"
    if len(manifest.license) > 100:
        yield "license", "at most 100 characters"
    if len(manifest.homepage) > 500 or not _HOMEPAGE.fullmatch(manifest.homepage):
        yield "homepage", "an https address"
    if len(manifest.entry) > 200 or not _ENTRY.fullmatch(manifest.entry):
        yield "entry", "module:Class, or a script's name"
    yield from _action_problems(manifest.actions)
    yield from _limit_problems(manifest.limits)
    yield from _dependency_problems(manifest)
    for path, entry in manifest.files.items():
        if not _HASH.fullmatch(entry.sha256) or entry.size < 0:
            yield f"files/{path[:100]}", "a SHA-256 in hexadecimal, and a size"


def _text_problems(place: str, title: Words, description: Words) -> Iterator[tuple[str, str]]:
    if not title.en.strip() or max(len(title.en), len(title.zh)) > 80:
        yield f"{place}title", "1 to 80 characters"
    if max(len(description.en), len(description.zh)) > 2000:
        yield f"{place}description", "at most 2000 characters"


def _action_problems(actions: Mapping[str, Action]) -> Iterator[tuple[str, str]]:
    if not 1 <= len(actions) <= MAX_ACTIONS:
        yield "actions", f"1 to {MAX_ACTIONS}"
    for name, action in actions.items():
        if len(name) > 50 or not _ACTION.fullmatch(name) or name in HOOKS:
            yield (
                f"actions/{name[:50]}",
                "lower-case letters, digits and underscores, at most 50, not a hook's",
            )
        yield from _text_problems(f"actions/{name[:50]}/", action.title, action.description)


def _limit_problems(limits: ResourceLimits) -> Iterator[tuple[str, str]]:
    most = {
        "memory_mb": (16, 8192),
        "cpu_seconds": (1, 3600),
        "wall_seconds": (1, 3600),
        "files_mb": (0, 1024),
    }
    for name, (low, high) in most.items():
        if not low <= getattr(limits, name) <= high:
            yield f"limits/{name}", f"{low} to {high}"


def _dependency_problems(manifest: Manifest) -> Iterator[tuple[str, str]]:
    names = [dependency.name for dependency in manifest.dependencies]
    if len(names) > 200 or len(set(names)) != len(names):
        yield "dependencies", "at most 200, each once"
    if names and manifest.is_javascript:
        yield "dependencies", "a script has none"
    for dependency in manifest.dependencies:
        is_sound = (
            len(dependency.name) <= 100
            and _REQUIREMENT.fullmatch(dependency.name)
            and _WHEEL_VERSION.fullmatch(dependency.version)
            and 1 <= len(dependency.hashes) <= 200
            and all(_HASH.fullmatch(one) for one in dependency.hashes)
        )
        if not is_sound:
            yield (
                f"dependencies/{dependency.name[:100]}",
                "a normalised name, an exact version, SHA-256 hashes",
            )


def _check_schemas(manifest: Manifest) -> None:
    schemas: dict[str, Any] = {"config": manifest.config}
    for name, action in manifest.actions.items():
        schemas |= {f"actions/{name}/input": action.input, f"actions/{name}/output": action.output}
    for place, schema in schemas.items():
        if problem := schema_problem(schema):
            raise PackageRefusedError(reason="bad_schema", path=place, detail=problem[:200])
        if schema and schema.get("type") != "object":
            raise PackageRefusedError(reason="bad_schema", path=place, detail="its type must be object")
