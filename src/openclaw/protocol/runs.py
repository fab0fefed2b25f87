"""Runs on a machine's own runtime: what the server asks for, what the machine tells, and how much may leave it.

``limited`` is the one place that knows what a sync mode means. The machine uses it before it sends, the server again
before it keeps anything.
"""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from openclaw.protocol.tools import InvalidArguments, SyncMode

__all__ = ["SyncMode"]
Outcome = Literal["completed", "aborted", "failed", "interrupted"]
Delivery = Literal["steer", "follow_up"]
Method = Literal["gate", "confirm", "select", "input", "editor"]

RUN = "pi.run"
SAY = "pi.say"
ANSWER = "pi.answer"
NEW_SESSION = "pi.new_session"
SET_MODEL = "pi.set_model"
COMPACT = "pi.compact"
MODELS = "pi.models"

MAX_TEXT = 262_144
Key = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Count = Annotated[int, Meta(ge=0, le=2**31 - 1)]


# ── What the server asks for ──


class _Command(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    pass


class RunLimits(_Command, frozen=True):
    """What the server lets the runtime's tools do on this machine at most, whoever is asked."""

    max_grade: Literal["read", "modify", "high"] = "high"
    denied_tools: Annotated[list[Name], Meta(max_length=100)] = []


class Run(_Command, frozen=True):
    """One turn of ``conversation``: ``text`` is what the person said. The call ends with the turn.

    ``system``: a local-only system that the machine keeps, and adds to what was said.
    """

    conversation: Key
    mode: SyncMode
    text: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
    limits: RunLimits = RunLimits()
    system: Key | None = None


class Say(_Command, frozen=True):
    """Something said into the turn that is on (``run`` is its call)."""

    run: Key
    text: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]
    delivery: Delivery = "steer"


class Answer(_Command, frozen=True):
    """The person's answer to a question. ``text``: what they chose or wrote, or why they said no."""

    run: Key
    question: Name
    is_allowed: bool
    text: Annotated[str, Meta(max_length=2000)] | None = None


class NewSession(_Command, frozen=True):
    """Begin an empty session for ``conversation``."""

    conversation: Key


class SetModel(_Command, frozen=True):
    """Use another model in ``conversation``."""

    conversation: Key
    provider: Name
    model: Name


class Compact(_Command, frozen=True):
    """Summarise the context of ``conversation``."""

    conversation: Key


class ListModels(_Command, frozen=True):
    """The models that ``conversation`` can use, and the one that it uses."""

    conversation: Key


RunCommand: TypeAlias = Run | Say | Answer | NewSession | SetModel | Compact | ListModels

RUN_ARGUMENTS: dict[str, type[RunCommand]] = {
    RUN: Run,
    SAY: Say,
    ANSWER: Answer,
    NEW_SESSION: NewSession,
    SET_MODEL: SetModel,
    COMPACT: Compact,
    MODELS: ListModels,
}


def decode_run_command(command: str, arguments: Any) -> RunCommand:
    """``arguments`` (decoded JSON) as the command's type; InvalidArguments when they do not fit."""
    try:
        return msgspec.convert(arguments, RUN_ARGUMENTS[command])
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidArguments(str(error)) from None


# ── What the machine tells ──


class _Event(Struct, frozen=True, rename="camel", forbid_unknown_fields=True, tag_field="kind"):
    pass


class Question(Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Something that the runtime waits for the person to answer. ``grade`` is the machine's own judgement.

    ``tool`` and ``arguments`` are those that would run, as they are: what is allowed has to be what was shown.
    """

    id: Name
    method: Method
    grade: Literal["modify", "high"]
    tool: Annotated[str, Meta(max_length=100)] | None = None
    arguments: dict[str, Any] | None = None
    title: Annotated[str, Meta(max_length=20_000)] = ""
    message: Annotated[str, Meta(max_length=20_000)] = ""
    options: Annotated[list[Annotated[str, Meta(max_length=20_000)]], Meta(max_length=200)] = []


class Began(_Event, frozen=True, tag="began"):
    """The runtime has taken the turn; ``session`` is the runtime's own name of its session."""

    session: Name | None = None


class Said(_Event, frozen=True, tag="said"):
    """A reply of the model is complete. ``cost_micros`` in millionths of a US dollar; None: not known."""

    stop: Literal["stop", "length", "tools", "error", "aborted"]
    input_tokens: Count = 0
    output_tokens: Count = 0
    cost_micros: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    model: Name | None = None
    text: str | None = None
    error: Annotated[str, Meta(max_length=2000)] | None = None


class ToolStarted(_Event, frozen=True, tag="tool_started"):
    """The model calls a tool. With ``question`` it waits for the person's answer."""

    call: Name
    name: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    arguments: dict[str, Any] | None = None
    question: Question | None = None


class ToolEnded(_Event, frozen=True, tag="tool_ended"):
    """A tool call has ended. ``is_denied``: this machine's owner, or the person, did not let it run."""

    call: Name
    is_error: bool
    is_denied: bool = False
    result: dict[str, Any] | None = None


class Asked(_Event, frozen=True, tag="asked"):
    """An extension of the runtime asks the person; ``call`` names the tool call that it is about, if one."""

    question: Question
    call: Name | None = None


class Closed(_Event, frozen=True, tag="closed"):
    """A question is not open any more, on the runtime's side."""

    question: Name


class Heard(_Event, frozen=True, tag="heard"):
    """The runtime has taken what was said into the turn by the call ``say``; what no such event names, it has not."""

    say: Key


class Delta(_Event, frozen=True, tag="delta"):
    """Live: more of the run's reply number ``reply`` (from 0), after its first ``offset`` letters.

    ``after``: so many events that are kept were told before it.
    """

    reply: Count
    offset: Count
    text: Annotated[str, Meta(max_length=65_536)]
    after: Count = 0


class Output(_Event, frozen=True, tag="output"):
    """Live: more of what a tool has written; ``after`` as for ``Delta``."""

    call: Name
    text: Annotated[str, Meta(max_length=65_536)]
    after: Count = 0


KeptEvent: TypeAlias = Began | Said | ToolStarted | ToolEnded | Asked | Closed | Heard
LiveEvent: TypeAlias = Delta | Output
RunEvent: TypeAlias = KeptEvent | LiveEvent

MAX_EVENT_BYTES = 400_000
_LONGEST_STRING = 20_000


def limited(event: RunEvent, mode: SyncMode) -> RunEvent | None:
    """As much of ``event`` as may leave the machine and be kept by the server; None: nothing of it.

    ``local_only``: ids, states and counts. ``metadata``: names and models too, and what a question is about (the
    server forgets that when it is answered). ``full``: everything.
    """
    if mode == "full":
        return event
    if isinstance(event, Delta | Output):
        return None
    has_names = mode == "metadata"
    match event:
        case Said():
            return replace(event, text=None, error=None, model=event.model if has_names else None)
        case ToolStarted():
            return replace(
                event,
                name=event.name if has_names else None,
                arguments=None,
                question=_limited_question(event.question, has_names=has_names),
            )
        case ToolEnded():
            return replace(event, result=None)
        case Asked():
            return replace(event, question=_limited_question(event.question, has_names=has_names))
        case Began() | Closed() | Heard():
            return event


def shortened(event: KeptEvent) -> KeptEvent:
    """``event`` with its long texts cut, when it would be over MAX_EVENT_BYTES. A question is never cut.

    What is allowed has to be what was shown: a call that is too large to be shown is not put to anybody.
    """
    if len(msgspec.json.encode(event)) <= MAX_EVENT_BYTES:
        return event
    members = msgspec.to_builtins(event)
    return msgspec.convert(
        {
            key: value if key == "question" else _cut(value, _LONGEST_STRING if key != "text" else MAX_TEXT)
            for key, value in members.items()
        },
        type(event),
    )


def _limited_question(question: Question | None, *, has_names: bool) -> Question | None:
    if question is None or has_names:
        return question
    return Question(id=question.id, method=question.method, grade=question.grade)


def _cut(value: Any, limit: int) -> Any:
    if isinstance(value, str) and len(value) > limit:
        return f"{value[: limit // 2]}\n… {len(value) - limit} characters left out …\n{value[-limit // 2 :]}"
    if isinstance(value, dict):
        return {key: _cut(item, limit) for key, item in list(value.items())[:500]}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list):
        return [_cut(item, limit) for item in value[:500]]  # pyright: ignore[reportUnknownVariableType]
    return value
