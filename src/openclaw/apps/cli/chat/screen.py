"""A turn on a terminal, or as plain text: the answer on standard output, everything else beside it."""

import sys
from typing import Any

from openclaw.apps.cli.calls import approval_lines, command_line, headline
from openclaw.apps.cli.chat.turn import ENDED, ToolCall, TurnEnd
from openclaw.apps.cli.help import terminal_width
from openclaw.apps.cli.output import printable, styled
from openclaw.apps.cli.words import say
from openclaw.kit.layout import wrap

_OUTPUT_LINES = 40
_EMOJI = "\n\t\u200c\u200d"
_MARKS = {"ok": ("✓", "green"), "error": ("✗", "red"), "denied": ("✗", "yellow"), "aborted": ("✗", "yellow")}


class Screen:
    """The view for people. Where standard output is no terminal, it gets the Markdown as it is and nothing else."""

    def __init__(self, *, shows_conversation: bool) -> None:
        self._is_terminal = sys.stdout.isatty()
        self._notes = sys.stdout if self._is_terminal else sys.stderr
        self._shows_conversation = shows_conversation
        self._conversation = ""
        self._headed: set[str] = set()
        self._lines: dict[str, int] = {}
        self._streamed: dict[tuple[str, str], str] = {}
        self._open: str | None = None
        self._is_line_open = False
        self._has_text = False
        if self._is_terminal:
            from openclaw.apps.cli.chat.markdown import StreamedMarkdown

            self._markdown = StreamedMarkdown(sys.stdout)

    def started(self, *, conversation_id: str, run_id: str, message_id: str) -> None:
        """The message is accepted."""
        self._conversation = conversation_id

    def said(self, piece: str) -> None:
        """The assistant says more."""
        self._close_output()
        if not self._has_text:
            piece = piece.lstrip("\n")
        if not piece:
            return
        self._has_text = True
        piece = printable(piece, kept=_EMOJI)
        if self._is_terminal:
            self._markdown.feed(piece)
        else:
            sys.stdout.write(piece)
            sys.stdout.flush()

    def tool(self, call: ToolCall) -> None:
        """A call came into another state."""
        if call.state in ("running", "waiting_for_device"):
            self._head(call)
            if call.state == "waiting_for_device":
                self._note(
                    styled(
                        say("waiting_for_device", device=printable(call.device)), "yellow", stream=self._notes
                    )
                )
        elif call.state in ENDED:
            if call.state in ("ok", "error"):
                self._head(call)
            self._show_rest(call)
            self._close_output()
            mark, style = _MARKS[call.state]
            lines = wrap(outcome(call), terminal_width() - 4)
            self._note(
                f"  {styled(mark, style, stream=self._notes)} {lines[0]}",
                *(f"    {line}" for line in lines[1:]),
            )
            self._note("")

    def tool_output(self, call: ToolCall, stream: str, text: str) -> None:
        """A running call prints: its first lines are shown."""
        self._head(call)
        shown = self._lines.get(call.id, 0)
        if shown > _OUTPUT_LINES:
            return
        self._streamed[call.id, stream] = self._streamed.get((call.id, stream), "") + text
        for line in printable(text).splitlines(keepends=True):
            if not self._is_line_open:
                shown += 1
                if shown > _OUTPUT_LINES:
                    self._note(styled(f"  │ {say('more_output')}", "dim", stream=self._notes))
                    break
                self._notes.write(styled("  │ ", "dim", stream=self._notes))
            style = "yellow" if stream == "stderr" else "dim"
            self._notes.write(styled(line.rstrip("\r\n"), style, stream=self._notes))
            self._is_line_open = not line.endswith("\n")
            if not self._is_line_open:
                self._notes.write("\n")
        self._notes.flush()
        self._lines[call.id] = shown

    def asked(self, approval: dict[str, Any]) -> None:
        """A call needs consent."""
        self._break()
        lines = approval_lines(approval, terminal_width(), stream=sys.stderr)
        sys.stderr.write("\n".join(lines) + "\n")
        sys.stderr.flush()

    def answered(self, approval: dict[str, Any], *, elsewhere: bool) -> None:
        """The consent was given, refused, or is no longer needed."""
        state = approval["state"]
        if elsewhere and state != "cancelled":
            sys.stderr.write("\n" + styled(say(f"elsewhere_{state}"), "dim", stream=sys.stderr) + "\n")
        sys.stderr.write("\n")

    def refused(self, words: str) -> None:
        """The answer was not accepted."""
        sys.stderr.write(styled(words, "red", stream=sys.stderr) + "\n")

    def lost(self) -> None:
        """The connection is lost and tried again."""
        self._break()
        self._note(styled(say("reconnecting"), "yellow", stream=self._notes))

    def stopping(self) -> None:
        """The person wants it to stop."""
        self._break()
        self._note("", styled(say("stopping"), "yellow", stream=self._notes))

    def ended(self, end: TurnEnd, run: dict[str, Any]) -> None:
        """It is over."""
        self._break()
        if not self._is_terminal and self._has_text:
            sys.stdout.write("\n")
            sys.stdout.flush()
        if end.state == "aborted":
            self._note(styled(say("stopped"), "yellow", stream=self._notes))
        elif end.state == "failed":
            lines = wrap(printable(end.words), terminal_width())
            self._note(*(styled(line, "red", stream=self._notes) for line in lines))
        elif end.state == "parked" and end.approval is not None:
            self._note("", *wrap(say("parked"), terminal_width()))
            self._note(f"  openclaw approvals allow {end.approval['id']}")
        self._footer(end, run)

    def _footer(self, end: TurnEnd, run: dict[str, Any]) -> None:
        facts = [say("demo_model") if run.get("demo") else printable(run.get("model") or "")]
        usage = run.get("usage")
        if usage and usage["inputTokens"] + usage["outputTokens"]:
            facts.append(say("tokens", input=usage["inputTokens"], output=usage["outputTokens"]))
            if usage["costMicros"]:
                facts.append(f"${usage['costMicros'] / 1_000_000:.4f}")
        if self._shows_conversation:
            facts.append(self._conversation)
        if self._is_terminal:
            lines = wrap(" · ".join(fact for fact in facts if fact), terminal_width())
            self._note(*(styled(line, "dim", stream=self._notes) for line in lines))

    def _show_rest(self, call: ToolCall) -> None:
        """What a command printed while nobody was connected, or too late to be streamed: its result has it."""
        result = call.result or {}
        for stream in ("stdout", "stderr"):
            printed = result.get(stream) or ""
            missing = (
                ""
                if result.get(f"{stream}Truncated")
                else _unseen(printed, self._streamed.get((call.id, stream), ""))
            )
            if missing:
                self._close_output()
                self.tool_output(call, stream, missing)

    def _head(self, call: ToolCall) -> None:
        if self._open == call.id:
            return
        self._break()
        self._open = call.id
        if call.id in self._headed:
            return
        self._headed.add(call.id)
        device = f"  {styled(printable(call.device), 'dim', stream=self._notes)}" if call.device else ""
        mark = styled("●", "cyan", stream=self._notes)
        self._note(
            f"{mark} {styled(headline(call.name, call.arguments), 'bold', stream=self._notes)}{device}"
        )
        if call.name == "exec":
            rows = wrap(command_line(call.arguments), terminal_width() - 4)
            prompts = ["$", *(" " for _ in rows)]
            self._note(
                *(
                    f"  {styled(prompt, 'dim', stream=self._notes)} {row}"
                    for prompt, row in zip(prompts, rows, strict=False)
                )
            )

    def _break(self) -> None:
        """Nothing stays half drawn before something else is shown."""
        if self._is_terminal and self._has_text:
            self._markdown.finish()
            self._note("")
        elif self._has_text:
            sys.stdout.write("\n\n")
            sys.stdout.flush()
        self._has_text = False
        self._close_output()
        self._open = None

    def _close_output(self) -> None:
        if self._is_line_open:
            self._notes.write("\n")
            self._is_line_open = False

    def _note(self, *lines: str) -> None:
        self._notes.write("".join(f"{line}\n" for line in lines))
        self._notes.flush()


def _unseen(printed: str, seen: str) -> str:
    """The part of ``printed`` that ``seen`` lacks: its end, or a gap in it."""
    start = _common(printed, seen)
    rest, seen = printed[start:], seen[start:]
    return rest[: len(rest) - _common(rest[::-1], seen[::-1])]


def _common(one: str, other: str) -> int:
    """How many letters are the same from the start."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def outcome(call: ToolCall) -> str:
    """How a call ended, in one sentence."""
    if call.state == "denied":
        return say("outcome_denied")
    if call.state == "aborted":
        return say("outcome_aborted")
    if call.error is not None:
        return printable(str(call.error.get("message") or call.error.get("code") or ""))
    result = call.result or {}
    name = call.name.replace("_", ".")
    if name == "exec":
        if result.get("timedOut"):
            return say("outcome_timed_out")
        status = result["exitCode"] if result.get("exitCode") is not None else result.get("signal")
        return say("outcome_exec", status=status)
    counted = {"fs.list": "entries", "fs.search": "matches"}
    if name in counted:
        return say(f"outcome_{counted[name]}", count=len(result.get(counted[name]) or []))
    if name == "fs.read":
        return say("outcome_lines", count=result.get("lines", 0))
    if name == "fs.write":
        return say(
            "outcome_created" if result.get("created") else "outcome_written", bytes=result.get("bytes", 0)
        )
    if name == "fs.edit":
        return say("outcome_edited", count=result.get("replacements", 0))
    return say("outcome_ok")
