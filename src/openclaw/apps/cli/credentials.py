"""The sessions of this person's terminals: one file (0600), replaced whole, changed by one process at a time."""

import os
import secrets
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from openclaw.apps.cli.errors import CredentialsError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_FILE = "credentials.json"
_LOCK = "credentials.lock"


class Workspace(msgspec.Struct, frozen=True):
    """Where commands work."""

    id: str
    name: str


class Session(msgspec.Struct, frozen=True, rename="camel"):
    """A login to one server. An empty ``refresh_token``: the access token was given alone and cannot be renewed."""

    username: str
    display_name: str
    workspace: Workspace
    access_token: str
    refresh_token: str = ""


class Credentials(msgspec.Struct, frozen=True, rename="camel"):
    """Sessions by server address, and the server of the last login."""

    current: str | None = None
    sessions: dict[str, Session] = {}


class CredentialStore:
    """Reads and writes the file in ``folder``, which is made when something is first stored."""

    def __init__(self, folder: Path) -> None:
        self.path = folder.expanduser().absolute() / _FILE

    def load(self) -> Credentials:
        """What is stored. Raises CredentialsError when the file is damaged."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Credentials)
        except FileNotFoundError:
            return Credentials()
        except OSError as error:
            raise CredentialsError(path=str(self.path), reason=error.strerror or str(error)) from None
        except msgspec.DecodeError as error:
            raise CredentialsError(path=str(self.path), reason=str(error)) from None

    def find(self, server: str) -> Session | None:
        """The session with ``server``."""
        return self.load().sessions.get(server)

    def put(self, server: str, session: Session, *, make_current: bool = False) -> None:
        """Store a session; on return it survives a power cut. Call inside ``locked``."""
        stored = self.load()
        current = server if make_current or stored.current is None else stored.current
        self._write(Credentials(current, {**stored.sessions, server: session}))

    def forget(self, server: str) -> None:
        """Drop the session with ``server``; it stays the server that commands use. Call inside ``locked``."""
        stored = self.load()
        kept = {name: session for name, session in stored.sessions.items() if name != server}
        if kept != stored.sessions:
            self._write(Credentials(stored.current, kept))

    @contextmanager
    def locked(self) -> Generator[None]:
        """Be the one process that changes the file: a refresh token can be used once."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path.with_name(_LOCK), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CredentialsError(path=str(self.path.parent), reason=error.strerror or str(error)) from None
        try:
            try:
                if sys.platform == "win32":
                    msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)  # gives up after ten seconds
                else:
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
            except OSError as error:
                raise CredentialsError(path=str(self.path), reason=error.strerror or str(error)) from None
            yield
        finally:
            os.close(descriptor)  # releases the lock

    def _write(self, credentials: Credentials) -> None:
        temporary = self.path.with_name(f".{_FILE}.{secrets.token_hex(6)}")
        data = msgspec.json.format(msgspec.json.encode(credentials))
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
            _sync_folder(self.path.parent)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            raise CredentialsError(path=str(self.path), reason=error.strerror or str(error)) from None


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
