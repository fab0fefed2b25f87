"""The bridge's state folder: 0700, its files 0600 and replaced whole, one bridge at a time.

device.pem       the machine's key            session.json   the device session (tokens)
settings.json    the control plane, a name    policy.toml    the owner's local policy
journal.sqlite3  calls and their results      local.token    lets the owner's CLI talk to the bridge
pi/              the sessions of conversations with the Pi runtime
vault/           local-only systems (see the package of that name)
versions/        what files held before they were changed (see the package of that name)
bridge.lock      held while a bridge runs     running.json   where that bridge listens
"""

import os
import secrets
import stat
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import platformdirs

from openclaw.apps.bridge.errors import BridgeRunningError, StateFolderError
from openclaw.apps.bridge.file_lock import try_lock

DEVICE_KEY = "device.pem"
SESSION = "session.json"
SETTINGS = "settings.json"
POLICY = "policy.toml"
JOURNAL = "journal.sqlite3"
VERSIONS = "versions"
PI_SESSIONS = "pi"
VAULT = "vault"
LOCAL_TOKEN = "local.token"  # noqa: S105  (a file name)
LOCK = "bridge.lock"
RUNNING = "running.json"

DEFAULT_SERVER = "http://127.0.0.1:3000"
_LOCK_TRIES = 5
_LOCK_RETRY_SECONDS = 0.02


class Settings(msgspec.Struct, frozen=True, rename="camel"):
    """What outlives a session: the configured control plane, the machine's name, how its Pi runtime is started."""

    server: str = DEFAULT_SERVER
    name: str | None = None
    pi_command: tuple[str, ...] | None = None  # the words that start the Pi runtime; None: `pi` on the PATH


class Running(msgspec.Struct, frozen=True, rename="camel"):
    """Where the running bridge of this folder listens."""

    pid: int
    port: int
    version: str


def default_state_folder() -> Path:
    """The folder used unless the person chose one."""
    return platformdirs.user_data_path("openclaw", appauthor=False) / "bridge"


def default_host_folder() -> Path:
    """The folder of a host, which is another machine to the server than a bridge on the same computer."""
    return platformdirs.user_data_path("openclaw", appauthor=False) / "host"


class StateFolder:
    """Reads and writes the files above. Opening creates the folder and closes it to other users."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            _close_to_others(self.path)
        except OSError as error:
            raise StateFolderError(reason=error.strerror or type(error).__name__) from None

    def read(self, name: str) -> bytes | None:
        """The content of ``name``, or None when there is no such file."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateFolderError(reason=f"{name}: {error.strerror}") from None

    def write(self, name: str, data: bytes) -> None:
        """Replace ``name`` in one step; on return the content survives a power cut."""
        temporary = self.path / f".{name}.{secrets.token_hex(6)}"
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path / name)
            self._sync_folder()
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            raise StateFolderError(reason=f"{name}: {error.strerror}") from None

    def remove(self, name: str) -> None:
        """Delete ``name`` if it is there."""
        with suppress(FileNotFoundError):
            (self.path / name).unlink()
            self._sync_folder()

    def settings(self) -> Settings:
        """The stored settings, or the defaults."""
        stored = self.read(SETTINGS)
        if stored is None:
            return Settings()
        try:
            return msgspec.json.decode(stored, type=Settings)
        except msgspec.DecodeError:
            raise StateFolderError(reason=f"{SETTINGS} is damaged; remove it") from None

    def local_token(self) -> str:
        """The owner's token for the bridge's local control paths: 256 random bits, made at first use."""
        stored = self.read(LOCAL_TOKEN)
        if stored is not None and len(stored.strip()) >= 43:
            return stored.decode("ascii", "replace").strip()
        token = secrets.token_urlsafe(32)
        self.write(LOCAL_TOKEN, token.encode())
        return token

    def running(self) -> Running | None:
        """The bridge that holds this folder right now, or None.

        The lock, not the file, is the evidence: after a crash another user's program may listen on that
        port, and must not be sent the owner's token.
        """
        try:
            with self._locked(exclusive=False):
                return None
        except BridgeRunningError:
            stored = self.read(RUNNING)
        try:
            return None if stored is None else msgspec.json.decode(stored, type=Running)
        except msgspec.DecodeError:
            return None

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold the folder for as long as the block runs; BridgeRunningError when another one has it."""
        with self._locked(exclusive=True, tries=_LOCK_TRIES):
            yield

    @contextmanager
    def _locked(self, *, exclusive: bool, tries: int = 1) -> Generator[None]:
        descriptor = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not try_lock(descriptor, exclusive=exclusive):
                tries -= 1
                if tries <= 0:
                    raise BridgeRunningError
                # Perhaps only a command that looks whether a bridge runs.
                threading.Event().wait(_LOCK_RETRY_SECONDS)
            yield
        finally:
            os.close(descriptor)  # releases the lock

    def _sync_folder(self) -> None:
        if sys.platform == "win32":
            return
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _close_to_others(path: Path) -> None:
    if sys.platform == "win32":
        return  # the user's profile folder is private by its access list
    status = path.stat()
    if status.st_uid != os.getuid():
        raise StateFolderError(reason="it belongs to another user")
    if stat.S_IMODE(status.st_mode) & 0o077:
        path.chmod(0o700)
