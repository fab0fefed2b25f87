"""Questions that extensions put to the person (``extension_ui_request``), and the notes that want no answer."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

from openclaw.protocol.pi.errors import PiDialogError
from openclaw.protocol.pi.records import Event

Method = Literal["select", "confirm", "input", "editor"]
Reply: TypeAlias = str | bool | None

_WAITING: dict[str, Method] = {name: name for name in ("select", "confirm", "input", "editor")}
MAX_TEXT = 20_000  # letters of a title, a message or an option; more is nobody's to read
MAX_OPTIONS = 200


@dataclass(frozen=True)
class Dialog:
    """A question that holds the runtime until it is answered, or until ``timeout_seconds`` have passed on its side."""

    id: str
    method: Method
    title: str
    message: str = ""
    options: tuple[str, ...] = ()
    placeholder: str = ""
    prefill: str = ""
    timeout_seconds: float | None = None
    generation: Any = None  # echoed to newer Rust runtimes


def dialog_in(event: Event) -> Dialog | None:
    """The dialog that ``event`` opens; None when it is another event or wants no answer."""
    members = event.members
    method = _WAITING.get(str(members.get("method")))
    call_id = members.get("id")
    if event.type != "extension_ui_request" or method is None or not isinstance(call_id, str):
        return None
    options = members.get("options")
    timeout = members.get("timeout")
    return Dialog(
        id=call_id,
        method=method,
        title=_text(members.get("title")),
        message=_text(members.get("message")),
        options=tuple(_text(option) for option in cast("list[Any]", options)[:MAX_OPTIONS])
        if isinstance(options, list)
        else (),
        placeholder=_text(members.get("placeholder")),
        prefill=_text(members.get("prefill")),
        timeout_seconds=timeout / 1000 if isinstance(timeout, int | float) and timeout > 0 else None,
        generation=members.get("requestGeneration"),
    )


def dialog_reply(dialog: Dialog, reply: Reply) -> dict[str, Any]:
    """The ``extension_ui_response`` that gives ``reply``; None cancels. PiDialogError when it does not fit."""
    members: dict[str, Any] = {"type": "extension_ui_response", "id": dialog.id}
    if dialog.generation is not None:
        members["requestGeneration"] = dialog.generation
    if reply is None:
        return {**members, "cancelled": True}
    if dialog.method == "confirm":
        if not isinstance(reply, bool):
            raise PiDialogError(reason="a confirmation is yes or no")
        return {**members, "confirmed": reply}
    if not isinstance(reply, str):
        raise PiDialogError(reason="it takes a text")
    if dialog.method == "select" and reply not in dialog.options:
        raise PiDialogError(reason="that is none of its options")
    return {**members, "value": reply}


class OpenDialogs:
    """Dialogs that wait, oldest first. Times are seconds of one monotonic clock, passed in."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Dialog, float | None]] = {}

    def __len__(self) -> int:
        return len(self._open)

    def opened(self, dialog: Dialog, now: float) -> None:
        """``dialog`` waits from ``now`` on."""
        limit = None if dialog.timeout_seconds is None else now + dialog.timeout_seconds
        self._open[dialog.id] = (dialog, limit)

    def waiting(self, now: float) -> list[Dialog]:
        """The dialogs that can still be answered; those that the runtime has given up are forgotten."""
        late = [key for key, (_, limit) in self._open.items() if limit is not None and now >= limit]
        for key in late:
            del self._open[key]
        return [dialog for dialog, _ in self._open.values()]

    def take(self, dialog_id: str, now: float) -> Dialog:
        """The open dialog of that id, no longer open; PiDialogError when there is none."""
        self.waiting(now)
        if dialog_id not in self._open:
            raise PiDialogError(reason="it is no longer open")
        return self._open.pop(dialog_id)[0]

    def clear(self) -> list[Dialog]:
        """All of them, no longer open."""
        dialogs = [dialog for dialog, _ in self._open.values()]
        self._open.clear()
        return dialogs


def _text(value: Any) -> str:
    return value[:MAX_TEXT] if isinstance(value, str) else ""
