"""How a call fails, in the device error codes of the wire."""

import errno
from enum import StrEnum

import msgspec


class FailureCode(StrEnum):
    """Device error codes. The server and the model react to the code, people read the message."""

    DENIED_BY_LOCAL_POLICY = "DENIED_BY_LOCAL_POLICY"
    NOT_FOUND = "NOT_FOUND"
    NOT_A_FILE = "NOT_A_FILE"
    NOT_A_FOLDER = "NOT_A_FOLDER"
    NOT_TEXT = "NOT_TEXT"
    INVALID_ARGUMENTS = "INVALID_ARGUMENTS"
    CONFLICT = "CONFLICT"
    CHANGED_SINCE_APPROVAL = "CHANGED_SINCE_APPROVAL"
    TOO_LARGE = "TOO_LARGE"
    PERMISSION = "PERMISSION"
    INTERRUPTED = "INTERRUPTED"
    CANCELLED = "CANCELLED"
    UNKNOWN_COMMAND = "UNKNOWN_COMMAND"
    INTERNAL = "INTERNAL"


class ToolFailure(msgspec.Struct, frozen=True):
    """Why a call has no result: a device error code and a sentence."""

    code: str
    message: str


_LONGEST_MESSAGE = 2000


class ToolFailedError(Exception):
    """Ends a call with ``failure``."""

    def __init__(self, code: FailureCode, message: str) -> None:
        # It may quote what was sent: at any length, and with NUL, for which the gateway ends the connection.
        message = message[:_LONGEST_MESSAGE].replace("\0", "\ufffd")
        super().__init__(message)
        self.failure = ToolFailure(code.value, message)


_BY_ERRNO = {
    errno.ENOENT: (FailureCode.NOT_FOUND, "does not exist"),
    errno.ENOTDIR: (FailureCode.NOT_A_FOLDER, "is not inside a folder"),
    errno.EISDIR: (FailureCode.NOT_A_FILE, "is a folder"),
    errno.ELOOP: (FailureCode.DENIED_BY_LOCAL_POLICY, "became a link while it was opened"),
    errno.EACCES: (FailureCode.PERMISSION, "is not accessible to this account"),
    errno.EPERM: (FailureCode.PERMISSION, "may not be changed by this account"),
    errno.EROFS: (FailureCode.PERMISSION, "is on a read-only file system"),
    errno.ENAMETOOLONG: (FailureCode.INVALID_ARGUMENTS, "is too long a path"),
    errno.ENOSPC: (FailureCode.PERMISSION, "cannot be written: the disk is full"),
    errno.EDQUOT: (FailureCode.PERMISSION, "cannot be written: the disk quota is used up"),
    errno.E2BIG: (FailureCode.TOO_LARGE, "cannot be run: its arguments are too long"),
    errno.ENOEXEC: (FailureCode.INVALID_ARGUMENTS, "is not a program"),
    errno.ENXIO: (FailureCode.NOT_A_FILE, "is not a regular file"),
    errno.EEXIST: (FailureCode.CONFLICT, "was created by someone else meanwhile"),
}


def failure_of(error: OSError, path: str) -> ToolFailedError:
    """The operating system's refusal of ``path`` as a device error."""
    code, words = _BY_ERRNO.get(
        error.errno or 0, (FailureCode.INTERNAL, f"cannot be used ({error.strerror or type(error).__name__})")
    )
    return ToolFailedError(code, f"{path[:1000]} {words}")
