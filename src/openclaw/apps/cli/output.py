"""How commands tell: JSON for programs, quiet columns for people, colour only where a terminal shows it."""

import sys
from typing import Any, TextIO

import msgspec

from openclaw.apps.cli.config import language, read_settings
from openclaw.apps.cli.errors import NotConfirmedError, ServerRefusedError
from openclaw.kit.errors import OpenClawError

_STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
    "title": "1;36",
    "warning": "1;33",
    "danger": "1;31",
}


def tell_json(value: Any) -> None:
    """Print one line of JSON, at once."""
    print(msgspec.json.encode(value).decode(), flush=True)


def tell(*lines: str) -> None:
    """Print lines."""
    for line in lines:
        print(line)


def tell_failure(error: OpenClawError, *, as_json: bool) -> None:
    """Show a failure: a sentence on standard error, or ``{"ok": false, "error": …}`` on standard output."""
    words = error.words(language())
    if not as_json:
        sys.stderr.write(f"{styled(words, 'red', stream=sys.stderr)}\n")
        return
    wire: dict[str, Any] = {**error.to_wire(), "detail": words}
    if isinstance(error, ServerRefusedError):  # programs want the server's own code
        wire = {"code": error.refusal, "data": error.details, "detail": words, "requestId": error.request_id}
    tell_json({"ok": False, "error": wire})


def has_color(stream: TextIO) -> bool:
    """Whether ``stream`` is a terminal whose person wants colour."""
    wanted = read_settings().has_color
    return stream.isatty() if wanted is None else wanted and stream.isatty()


def styled(text: str, style: str, *, stream: TextIO | None = None) -> str:
    """``text`` in a style of ours where ``stream`` (standard output) shows it, else as it is."""
    if not text or not has_color(stream or sys.stdout):
        return text
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def confirm(question: str) -> None:
    """Ask at the terminal. Raises NotConfirmedError unless the answer is yes, and where nobody can be asked."""
    if not sys.stdin.isatty():
        raise NotConfirmedError
    sys.stderr.write(question)
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in {"y", "yes", "是"}:
        raise NotConfirmedError


def printable(text: str, *, kept: str = "\n\t") -> str:
    """``text`` of others without control characters: it must not steer the terminal that shows it.

    Those in ``kept`` stay; each other becomes its picture or a question mark.
    """
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter in kept else _picture(letter) for letter in text)


def _picture(letter: str) -> str:
    code = ord(letter)
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\ufffd"
