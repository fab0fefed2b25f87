"""Which answer belongs to which call. Order says nothing: a ``get_state`` overtakes the ``prompt`` before it."""

from dataclasses import dataclass

from openclaw.protocol.pi.records import Answer

MAX_OUTSTANDING = 16  # runtimes stop reading for good when far more wait


@dataclass(frozen=True)
class Matched:
    """The answer to the call ``call_id``."""

    call_id: str
    answer: Answer


@dataclass(frozen=True)
class LateFailure:
    """A prompt that had been accepted has failed after all (0.58 answers twice)."""

    call_id: str
    answer: Answer


@dataclass(frozen=True)
class Unanswerable:
    """An answer that is nobody's: late, repeated, or an error without an id."""

    answer: Answer


class Correlator:
    """The calls that wait. Ids are ``<prefix>-<n>``, never used twice by one runtime."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._count = 0
        self._waiting: dict[str, str] = {}
        self._accepted_prompt: str | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_full(self) -> bool:
        """Whether no further call may be sent now."""
        return len(self._waiting) >= MAX_OUTSTANDING

    def expect(self, command: str) -> str:
        """The id for a call of ``command`` that is about to be sent."""
        self._count += 1
        call_id = f"{self._prefix}-{self._count}"
        self._waiting[call_id] = command
        return call_id

    def forget(self, call_id: str) -> None:
        """Nobody waits any more; its answer, when it comes, is Unanswerable."""
        self._waiting.pop(call_id, None)

    def match(self, answer: Answer) -> Matched | LateFailure | Unanswerable:
        """Whose answer this is. A matched call no longer waits."""
        call_id = answer.call_id
        if call_id is None:
            call_id = self._owner_of(answer)
        elif call_id == self._accepted_prompt and not answer.success:
            self._accepted_prompt = None
            return LateFailure(call_id, answer)
        if call_id is None or call_id not in self._waiting:
            return Unanswerable(answer)
        if self._waiting.pop(call_id) == "prompt" and answer.success:
            self._accepted_prompt = call_id
        return Matched(call_id, answer)

    def _owner_of(self, answer: Answer) -> str | None:
        """The call that an answer without an id can only mean: up to 0.73 it is left out for an unknown command.

        A line that was not understood has neither id nor name. No line of ours is one, so it is blamed on no call.
        """
        if answer.success:
            return None
        return next((key for key, name in self._waiting.items() if name == answer.command), None)
