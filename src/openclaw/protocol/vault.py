"""A system's vault: which parts of it a snapshot keeps, what restoring one changes, and what a machine is asked for.

A *document* is all that a vault keeps of a system: its name, description and profile as one object. The documents of
a ``local_only`` system are on the machine alone: what it answers are ids, labels, digests, sizes and counts.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Any, Literal, TypeAlias, cast

import msgspec
from msgspec import Meta, Struct

from openclaw.kit.differences import Change, differences
from openclaw.protocol.tools import OTHERS, InvalidArguments

Kind = Literal["baseline", "auto_checkpoint", "manual", "milestone", "pre_migration", "pre_experiment"]
Scope = Literal[
    "system_config",
    "team_blueprint",
    "prompt_assignments",
    "memory_stores",
    "permissions",
    "bindings",
    "automations",
    "artifact_index",
]
# The fields of a document that each scope is about. What a system has made is listed, and not restored.
FIELDS: dict[str, tuple[str, ...]] = {
    "system_config": (
        "name",
        "description",
        "provider",
        "model",
        "skills",
        "routing",
        "deliverables",
        "stages",
        "resultSchema",
    ),
    "team_blueprint": ("roles",),
    "prompt_assignments": ("prompts",),
    "memory_stores": ("memory",),
    "permissions": ("permissions",),
    "bindings": ("bindings",),
    "automations": ("automations",),
    "artifact_index": ("artifacts",),
}
NOT_RESTORED = frozenset({"artifacts"})
PRESETS: dict[str, tuple[str, ...]] = {
    "full": tuple(FIELDS),
    "config_only": ("system_config", "team_blueprint", "prompt_assignments", "permissions"),
}
MAX_DOCUMENT_BYTES = 262_144
MAX_SNAPSHOTS = 2_000  # of one system
MAX_SYSTEMS = 1_000  # on one machine


def extract(document: Mapping[str, Any], scopes: Iterable[str]) -> dict[str, Any]:
    """What a snapshot with those scopes keeps of a document."""
    wanted = [name for scope in scopes for name in FIELDS[scope]]
    return {name: document[name] for name in wanted if name in document}


def restored(
    document: Mapping[str, Any], content: Mapping[str, Any], scopes: Collection[str]
) -> dict[str, Any]:
    """The document once a snapshot's ``content`` is put back, in those scopes; all else of it stays."""
    names = {name for scope in scopes for name in FIELDS[scope]} - NOT_RESTORED
    kept = {name: value for name, value in document.items() if name not in names}
    return kept | {name: value for name, value in content.items() if name in names}


def changes_of(before: Mapping[str, Any], after: Mapping[str, Any], scopes: Collection[str]) -> list[Change]:
    """What differs between two documents in those scopes."""
    return differences(extract(before, scopes), extract(after, scopes))


def count_changes(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """How many of which kind each field has: what may be told of contents that must not be."""
    counts: dict[str, dict[str, int]] = {}
    for change in changes:
        field = change.path.split(".")[1] if "." in change.path else "$"
        counts.setdefault(field, {"added": 0, "removed": 0, "changed": 0})[change.kind] += 1
    return [{"field": field, **count} for field, count in counts.items()]


# What a system's permissions keep its runs from calling, where they say no. A tool that is not known may do any of it.
_TOOLS = {
    "allowBash": ("exec", OTHERS),
    "allowFileWrite": ("fs.write", "fs.edit", "fs.move", "fs.delete", OTHERS),
    "allowNetwork": (OTHERS,),
    "allowBrowser": (OTHERS,),
}
# And the permissions of plugins that must not be had by one that is called.
_GRANTS = {
    "allowNetwork": ("network", "email", "database", "javascript"),
    "allowBrowser": ("javascript",),
}


def denied_tools(document: Mapping[str, Any]) -> frozenset[str]:
    """The tools of machines that runs of a system may not call, by its document or profile."""
    return _denied(document, _TOOLS)


def denied_grants(document: Mapping[str, Any]) -> frozenset[str]:
    """The permissions whose holders, plugins, runs of a system may not call, by its document or profile."""
    return _denied(document, _GRANTS)


def _denied(document: Mapping[str, Any], by_name: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    found: Any = document.get("permissions")
    said = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    return frozenset(each for name, denied in by_name.items() if said.get(name) is False for each in denied)


# ── What a machine is asked for ──

CREATE, SAVE, LIST = "vault.create", "vault.save", "vault.list"
COMPARE, RESTORE, CLONE, FORGET = "vault.compare", "vault.restore", "vault.clone", "vault.forget"
Key = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Scopes = Annotated[list[Scope], Meta(min_length=1, max_length=8)]


class _Command(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    system: Key


class Create(_Command, frozen=True):
    """Begin to keep a system; ``document`` is what a template says. It is kept once: again, nothing happens."""

    document: dict[str, Any]
    baseline: Key


class Save(_Command, frozen=True):
    """Keep what the system is now as ``snapshot``."""

    snapshot: Key
    kind: Kind
    label: Annotated[str, Meta(max_length=200)]
    scopes: Scopes


class ListSnapshots(_Command, frozen=True):
    """What there is."""


class Compare(_Command, frozen=True):
    """How many changes there are from ``before`` to ``after`` (None: as the system is now), by field."""

    before: Key
    scopes: Scopes
    after: Key | None = None


class Restore(_Command, frozen=True):
    """Put ``snapshot`` back, if the system still is as ``expected``; what it was is kept as ``checkpoint``."""

    snapshot: Key
    scopes: Scopes
    expected: Digest
    checkpoint: Key


class Clone(_Command, frozen=True):
    """Begin another system, ``to``, that is as ``snapshot`` (None: as this one is now)."""

    to: Key
    baseline: Key
    snapshot: Key | None = None


class Forget(_Command, frozen=True):
    """Keep nothing more of the system."""


VaultCommand: TypeAlias = Create | Save | ListSnapshots | Compare | Restore | Clone | Forget
VAULT_ARGUMENTS: dict[str, type[VaultCommand]] = {
    CREATE: Create,
    SAVE: Save,
    LIST: ListSnapshots,
    COMPARE: Compare,
    RESTORE: Restore,
    CLONE: Clone,
    FORGET: Forget,
}
VAULT_NAMES: dict[type[VaultCommand], str] = {kind: name for name, kind in VAULT_ARGUMENTS.items()}


class Kept(Struct, frozen=True, rename="camel"):
    """A snapshot, without what it holds. ``digest`` is keyed by the machine: it tells nobody what was hashed."""

    id: Key
    kind: Kind
    label: Annotated[str, Meta(max_length=200)]
    scopes: Scopes
    digest: Digest
    bytes: Annotated[int, Meta(ge=0, le=MAX_DOCUMENT_BYTES)]
    created_at: Annotated[str, Meta(max_length=40)]


class VaultState(Struct, frozen=True, rename="camel"):
    """What a machine tells of a system: the digest of what it is now, and its snapshots."""

    digest: Digest
    snapshots: Annotated[list[Kept], Meta(max_length=MAX_SNAPSHOTS)]


class Counts(Struct, frozen=True, rename="camel"):
    """How much of one field of a document differs."""

    field: Annotated[str, Meta(max_length=40)]
    added: Annotated[int, Meta(ge=0, le=100_000)]
    removed: Annotated[int, Meta(ge=0, le=100_000)]
    changed: Annotated[int, Meta(ge=0, le=100_000)]


class Comparison(Struct, frozen=True, rename="camel"):
    """What a machine tells of the difference between two states; ``digest`` is that of what the system is now."""

    digest: Digest
    fields: Annotated[list[Counts], Meta(max_length=40)]


def decode_vault_command(command: str, arguments: Any) -> VaultCommand:
    """``arguments`` (decoded JSON) as the command's type; InvalidArguments when they do not fit."""
    try:
        return msgspec.convert(arguments, VAULT_ARGUMENTS[command])
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidArguments(str(error)) from None


def canonical(document: Mapping[str, Any]) -> bytes:
    """A document as bytes that are the same for the same content, whatever order its fields came in."""
    return msgspec.json.encode(dict(document), order="deterministic")
