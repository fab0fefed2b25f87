"""Systems as files below the bridge's state folder, each with its snapshots.

vault/salt                     the key of digests: what leaves this machine tells nobody what was hashed
vault/<system>/current.json    the document as it is now, and the link that it belongs to
vault/<system>/<snapshot>.json a snapshot with its document
"""

import hashlib
import hmac
import re
import secrets
import shutil
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from os import O_CREAT, O_RDWR, close
from os import open as open_file
from pathlib import Path
from typing import Any

import msgspec

from openclaw.apps.bridge.errors import StateFolderError
from openclaw.apps.bridge.file_lock import try_lock
from openclaw.apps.bridge.state import StateFolder
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError
from openclaw.kit.clock import Clock
from openclaw.protocol.vault import (
    FIELDS,
    MAX_DOCUMENT_BYTES,
    MAX_SNAPSHOTS,
    MAX_SYSTEMS,
    PRESETS,
    Kept,
    Kind,
    VaultState,
    canonical,
    extract,
    restored,
)

_CURRENT = "current.json"
_SALT = "salt"
_LOCK = "lock"
_ID = re.compile(r"[0-9a-f]{32}")
_LOCK_TRIES = 250
_LOCK_RETRY_SECONDS = 0.02
_KEPT_CHECKPOINTS = 100


class Current(msgspec.Struct, frozen=True, rename="camel"):
    """A system as it is now. ``owner``: the device id of the link that it belongs to."""

    owner: str
    document: dict[str, Any]


class Snapshot(msgspec.Struct, frozen=True, rename="camel"):
    """What a system was, in some scopes."""

    id: str
    kind: Kind
    label: str
    scopes: list[str]
    created_at: str
    content: dict[str, Any]


class VaultStore:
    """Reads and writes vaults. ``owner`` in each method: the link that acts; another's systems are not there for it."""

    def __init__(self, root: Path, *, clock: Clock) -> None:
        self._root = root
        self._clock = clock
        self._threads = threading.Lock()

    def create(self, owner: str, system: str, document: Mapping[str, Any], *, baseline: str) -> None:
        """Begin to keep a system; nothing happens when it is kept already."""
        with self._locked():
            if self._read(system) is not None:
                self._own(owner, system)
                return
            if len(self.list_systems()) >= MAX_SYSTEMS:
                raise ToolFailedError(FailureCode.TOO_LARGE, "This machine keeps as many systems as it may.")
            check_document(document)
            current = Current(owner, dict(document))
            self._keep(system, current, baseline, "baseline", "", list(PRESETS["full"]))
            self._write(system, current)

    def save(
        self, owner: str, system: str, snapshot: str, *, kind: Kind, label: str, scopes: list[str]
    ) -> None:
        """Keep what the system is now; a snapshot that is there stays as it is."""
        with self._locked():
            self._keep(system, self._own(owner, system), snapshot, kind, label, scopes)

    def restore(
        self, owner: str, system: str, snapshot: str, *, scopes: list[str], expected: str, checkpoint: str
    ) -> None:
        """Put a snapshot back; CONFLICT when the system is another than ``expected`` by now."""
        with self._locked():
            current = self._own(owner, system)
            if not hmac.compare_digest(self.digest(current.document), expected):
                raise ToolFailedError(FailureCode.CONFLICT, "The system has changed meanwhile.")
            held = self._snapshot(system, snapshot)
            wanted = restored(current.document, held.content, [s for s in scopes if s in held.scopes])
            self._keep(system, current, checkpoint, "auto_checkpoint", "", list(PRESETS["full"]))
            self._write(system, Current(owner, wanted))

    def replace(self, system: str, document: Mapping[str, Any]) -> None:
        """Make a system what its owner wrote at this machine; what it was is kept as a checkpoint."""
        with self._locked():
            current = self._any(system)
            check_document(document)
            if dict(document) != current.document:
                scopes = list(PRESETS["full"])
                self._keep(system, current, secrets.token_hex(16), "auto_checkpoint", "", scopes)
                self._write(system, Current(current.owner, dict(document)))

    def document(self, owner: str, system: str) -> dict[str, Any]:
        """What a system is now. It must not leave this machine."""
        return self._own(owner, system).document

    def document_of(self, system: str) -> dict[str, Any]:
        """The same, for the person at this machine."""
        return self._any(system).document

    def snapshot(self, system: str, snapshot: str) -> Snapshot:
        """A snapshot with what it holds; NOT_FOUND. It must not leave this machine."""
        return self._snapshot(system, snapshot)

    def state(self, owner: str, system: str) -> VaultState:
        """What may be told of a system."""
        return self._told(system, self._own(owner, system))

    def state_of(self, system: str) -> VaultState:
        """The same, for the person at this machine."""
        return self._told(system, self._any(system))

    def forget(self, owner: str, system: str) -> None:
        """Keep nothing more of a system; one that is not there is forgotten already."""
        with self._locked():
            if self._read(system) is not None:
                self._own(owner, system)
                shutil.rmtree(self._folder_path(system))

    def list_systems(self) -> list[str]:
        """The ids of the systems that are kept here."""
        if not self._root.is_dir():
            return []
        return sorted(each.name for each in self._root.iterdir() if _ID.fullmatch(each.name))

    def digest(self, document: Mapping[str, Any]) -> str:
        """HMAC-SHA256 of a document under this machine's own key, in hexadecimal."""
        return hmac.new(self._salt(), canonical(document), hashlib.sha256).hexdigest()

    def _told(self, system: str, current: Current) -> VaultState:
        kept = [
            Kept(
                id=each.id,
                kind=each.kind,
                label=each.label,
                scopes=each.scopes,  # type: ignore[arg-type]
                digest=self.digest(each.content),
                bytes=len(canonical(each.content)),
                created_at=each.created_at,
            )
            for each in self._snapshots(system)
        ]
        return VaultState(self.digest(current.document), kept)

    def _own(self, owner: str, system: str) -> Current:
        current = self._read(system)
        if current is None or current.owner != owner:
            raise _not_found()
        return current

    def _any(self, system: str) -> Current:
        current = self._read(system)
        if current is None:
            raise _not_found()
        return current

    def _keep(
        self, system: str, current: Current, snapshot: str, kind: Kind, label: str, scopes: list[str]
    ) -> None:
        known = self._snapshots(system)
        if any(each.id == snapshot for each in known):
            return
        if kind == "auto_checkpoint":
            old = [each for each in known if each.kind == kind]
            for each in old[: max(len(old) - _KEPT_CHECKPOINTS + 1, 0)]:
                self._folder(system).remove(f"{each.id}.json")
        elif len(known) >= MAX_SNAPSHOTS - _KEPT_CHECKPOINTS:
            raise ToolFailedError(FailureCode.TOO_LARGE, "The system has as many snapshots as it may.")
        held = Snapshot(
            snapshot, kind, label, scopes, self._clock.now().isoformat(), extract(current.document, scopes)
        )
        self._folder(system).write(f"{snapshot}.json", msgspec.json.encode(held))

    def _snapshots(self, system: str) -> list[Snapshot]:
        """The oldest first."""
        path = self._folder_path(system)
        names = [each.stem for each in path.iterdir() if _ID.fullmatch(each.stem)] if path.is_dir() else []
        found = [self._snapshot(system, name) for name in names]
        return sorted(found, key=lambda each: (_instant(each.created_at), each.id))

    def _snapshot(self, system: str, snapshot: str) -> Snapshot:
        content = self._folder(system).read(f"{snapshot}.json") if _ID.fullmatch(snapshot) else None
        if content is None:
            raise _not_found()
        return _decoded(content, Snapshot)

    def _read(self, system: str) -> Current | None:
        if not _ID.fullmatch(system) or not self._folder_path(system).is_dir():
            return None
        content = self._folder(system).read(_CURRENT)
        return None if content is None else _decoded(content, Current)

    def _write(self, system: str, current: Current) -> None:
        check_document(current.document)
        self._folder(system).write(_CURRENT, msgspec.json.encode(current))

    def _folder_path(self, system: str) -> Path:
        assert _ID.fullmatch(system), "ids are checked before they name a folder"
        return self._root / system

    def _folder(self, system: str) -> StateFolder:
        return StateFolder(self._folder_path(system))

    def _salt(self) -> bytes:
        folder = StateFolder(self._root)
        stored = folder.read(_SALT)
        if stored is None:
            stored = secrets.token_bytes(32)
            folder.write(_SALT, stored)
        return stored

    @contextmanager
    def _locked(self) -> Generator[None]:
        """One change at a time: of this process's threads, and of the program that its owner runs beside it."""
        with self._threads:
            StateFolder(self._root)
            descriptor = open_file(self._root / _LOCK, O_RDWR | O_CREAT, 0o600)
            try:
                tries = _LOCK_TRIES
                while not try_lock(descriptor, exclusive=True):
                    tries -= 1
                    if tries <= 0:
                        raise StateFolderError(reason="the vault is busy")
                    threading.Event().wait(_LOCK_RETRY_SECONDS)
                yield
            finally:
                close(descriptor)


def check_document(document: Mapping[str, Any]) -> None:
    """INVALID_ARGUMENTS or TOO_LARGE for what is no document of a system; the words quote nothing of it."""
    known = {name for names in FIELDS.values() for name in names}
    name, roles = document.get("name"), document.get("roles")
    fits = isinstance(name, str) and 0 < len(name) <= 100 and isinstance(roles, list) and roles != []
    if not fits or not known.issuperset(document):
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, "That is not a system: it has a name and roles.")
    if len(canonical(document)) > MAX_DOCUMENT_BYTES:
        raise ToolFailedError(FailureCode.TOO_LARGE, f"A system holds {MAX_DOCUMENT_BYTES:,} bytes at most.")


def _decoded(content: bytes, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError:
        raise ToolFailedError(FailureCode.INTERNAL, "A file of the vault is damaged.") from None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _not_found() -> ToolFailedError:
    return ToolFailedError(FailureCode.NOT_FOUND, "There is no such system or snapshot on this machine.")
