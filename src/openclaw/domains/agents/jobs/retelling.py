"""What a machine tells of a run, as the steps, questions and events that the same run on the server would have."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.agents import policy, repository
from openclaw.domains.agents.jobs import questions
from openclaw.domains.agents.jobs.asking import count_cost
from openclaw.domains.agents.jobs.context import Remote, RunContext
from openclaw.domains.agents.jobs.planning import judge_assessed
from openclaw.domains.agents.jobs.steps import add_words
from openclaw.domains.agents.models import ApprovalRow, RunRow, RunStepRow
from openclaw.domains.agents.service import approvals
from openclaw.domains.agents.service.transcript import Transcript
from openclaw.domains.devices.service import calls
from openclaw.infra.jsonb import storable
from openclaw.infra.metrics import MODEL_TOKENS, TOOL_CALLS
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.protocol.grading import Assessment, Grade, grade_call
from openclaw.protocol.runs import (
    SAY,
    Asked,
    Began,
    Closed,
    Heard,
    KeptEvent,
    LiveEvent,
    Output,
    Question,
    Said,
    ToolEnded,
    ToolStarted,
)
from openclaw.protocol.tools import ARGUMENTS, InvalidArguments, decode_arguments

_STATES = {"stop": "ok", "length": "ok", "tools": "ok", "error": "error", "aborted": "aborted"}
_UNNAMED = "tool"  # how a call is called whose name does not leave the machine
_ASKS = "pi.ask"
_MAX_TOKENS = 2**31 - 1
_MAX_EARLY = 500
_DENIED = {"code": "DENIED", "message": "The user denied this."}


class Retelling:
    """Keeps what is told, one event at a time, in the transaction of whoever leads the run."""

    def __init__(self, question_lifetime: timedelta, transcript: Transcript) -> None:
        self._lifetime = question_lifetime
        self._transcript = transcript

    async def keep(self, scope: Scope, ctx: RunContext, run: RunRow, event: KeptEvent) -> None:
        """Apply one event; the run is locked."""
        remote = _remote(ctx)
        match event:
            case Began():
                remote.has_begun = True
                if not remote.keeps_words:  # sent again, the machine knows the call by its id
                    await calls.forget_params(scope, ctx.run_id)
                await self._transcript.begun(
                    scope,
                    conversation_id=ctx.conversation_id,
                    run_id=ctx.run_id,
                    session=event.session,
                    keeps_words=remote.keeps_words,
                )
            case Said():
                await self._said(scope, ctx, run, remote, event)
            case ToolStarted():
                await self._tool_started(scope, ctx, run, event)
            case ToolEnded():
                await self._tool_ended(scope, ctx, event)
            case Asked():
                await self._asked(scope, ctx, event)
            case Closed():
                await self._closed(scope, ctx, event.question)
            case Heard():
                assert ctx.device_id is not None
                await calls.note_done(scope, UUID(hex=event.say), device_id=ctx.device_id, command=SAY)

    def show(self, ctx: RunContext, event: LiveEvent) -> None:
        """Pass on what is live, once what it follows on is kept.

        A piece that does not follow on what was heard is left out: the whole comes later.
        """
        remote = _remote(ctx)
        if not remote.keeps_words:
            return
        if event.after > remote.told or remote.early:
            if len(remote.early) < _MAX_EARLY:
                remote.early.append(event)
        elif isinstance(event, Output):
            step = _find(ctx, event.call)
            if step is not None and step.finished_at is None:
                ctx.live.output(step, {"stream": "stdout", "text": storable(event.text)})
        elif (event.reply, event.offset) == (remote.replies, _heard(ctx)):
            self._speak(ctx, event.text)

    def show_early(self, ctx: RunContext) -> None:
        """Pass on what came too early before."""
        remote = _remote(ctx)
        early, remote.early = remote.early, []  # `show` puts what is still too early back, in order
        for event in early:
            self.show(ctx, event)

    async def answered(self, scope: Scope, ctx: RunContext, row: ApprovalRow) -> None:
        """A question was answered: its step goes on, or was nothing but the question."""
        step = next((step for step in ctx.open_tools if step.id == row.step_id), None)
        if step is None:
            return
        if step.name != _ASKS:
            await self._set(scope, ctx, step, "update", state="running")
        elif row.state == "allowed":
            output = {"answer": row.answer} if row.answer and _remote(ctx).keeps_words else {}
            await self._set(scope, ctx, step, "result", state="ok", output=output)
        else:
            await self._set(scope, ctx, step, "result", state="denied", error=_DENIED)

    def last_error(self, ctx: RunContext) -> str:
        """What the model's provider said last, if that was an error."""
        replies = [step for step in ctx.steps if step.kind == "model"]
        return str((replies[-1].output or {}).get("error") or "") if replies else ""

    # ── One event each ──

    async def _said(self, scope: Scope, ctx: RunContext, run: RunRow, remote: Remote, event: Said) -> None:
        text = storable(event.text or "")
        heard = "".join(ctx.unkept)
        if text.startswith(heard) and (rest := text[len(heard) :]):
            self._speak(ctx, rest)
        if event.stop == "tools":
            await ctx.live.said(scope)
        else:
            ctx.live.end_text()
        output = {"text": text, "finishReason": event.stop}
        if event.error:
            output["error"] = event.error
        model = event.model or "pi"
        await add_words(scope, ctx, output, state=_STATES[event.stop], model=model)
        remote.replies += 1
        run.input_tokens = min(run.input_tokens + event.input_tokens, _MAX_TOKENS)
        run.output_tokens = min(run.output_tokens + event.output_tokens, _MAX_TOKENS)
        count_cost(run, event.cost_micros, model=model, is_demo=False)
        MODEL_TOKENS.labels("input").inc(event.input_tokens)
        MODEL_TOKENS.labels("output").inc(event.output_tokens)

    async def _tool_started(self, scope: Scope, ctx: RunContext, run: RunRow, event: ToolStarted) -> None:
        if _find(ctx, event.call) is not None:
            return
        name = event.name or _UNNAMED
        step = await self._add(scope, ctx, event.call, name=name, arguments=event.arguments)
        if event.question is not None:
            await self._judge(scope, ctx, step, event.question)
        if step.state == "awaiting_approval":
            run.state = step.state
        await ctx.live.tool_with(scope, step, "start")

    async def _judge(self, scope: Scope, ctx: RunContext, step: RunStepRow, question: Question) -> None:
        """What the server's rules say to a call that its machine would not run unasked."""
        remote = _remote(ctx)
        if remote.device is None:
            return  # unlinked: the run is about to end
        assessment = _assess(question, remote.home)
        plan = await judge_assessed(
            scope, remote.device, question.tool or "", assessment, conversation_id=ctx.conversation_id
        )
        if plan.verdict is policy.Verdict.ASK:
            await self._ask(scope, ctx, step, question, assessment)
            return
        is_allowed = plan.verdict is policy.Verdict.ALLOW
        text = None if is_allowed else plan.refusal or "This is never run."
        await questions.send_answer(scope, ctx, question.id, key=step.id, is_allowed=is_allowed, text=text)

    async def _tool_ended(self, scope: Scope, ctx: RunContext, event: ToolEnded) -> None:
        step = _find(ctx, event.call)
        if step is None or step.finished_at is not None:
            return
        await self._withdraw(scope, ctx, step)
        state = "denied" if event.is_denied else "error" if event.is_error else "ok"
        error: dict[str, Any] | None = None
        if event.is_denied:
            error = {**_DENIED, "message": _said_in(event.result) or _DENIED["message"]}
        elif event.is_error:
            error = {"code": "FAILED", "message": _said_in(event.result) or "The tool failed."}
        output = None if event.is_denied else storable(event.result)
        await self._set(scope, ctx, step, "result", state=state, output=output, error=storable(error))
        TOOL_CALLS.labels(step.name if step.name in ARGUMENTS else _UNNAMED, state).inc()

    async def _asked(self, scope: Scope, ctx: RunContext, event: Asked) -> None:
        question = event.question
        step = _find(ctx, event.call) if event.call else None
        is_new = step is None or step.finished_at is not None or await _has_question(scope, step)
        if is_new or step is None:
            shown = (
                {"title": question.title, "message": question.message} if _remote(ctx).keeps_words else None
            )
            step = await self._add(scope, ctx, f"ask.{question.id}", name=_ASKS, arguments=shown)
        assessment = _assess(question, _remote(ctx).home)
        await self._ask(scope, ctx, step, question, assessment)
        await ctx.live.tool_with(scope, step, "start" if is_new else "update")

    async def _closed(self, scope: Scope, ctx: RunContext, question: str) -> None:
        for row in await repository.list_pending_of_run(scope, ctx.run_id):
            if row.question is not None and row.question["id"] == question:
                await approvals.withdraw(scope, row)
                await self.answered(scope, ctx, row)

    # ── Parts of them ──

    async def _ask(
        self, scope: Scope, ctx: RunContext, step: RunStepRow, question: Question, assessment: Assessment
    ) -> None:
        remote = _remote(ctx)
        if remote.device is None:
            return
        asked: dict[str, Any] = {"id": question.id, "method": question.method}
        if question.method != "gate":
            asked |= {"title": question.title, "message": question.message, "options": question.options}
        if assessment.grade < Grade.MODIFY or assessment.grade > Grade.HIGH:
            assessment = Assessment(Grade(question.grade), assessment.segments, assessment.folder, ())
        await questions.ask(
            scope,
            ctx,
            step,
            assessment,
            devices=[remote.device],
            lifetime=self._lifetime,
            arguments=storable(question.arguments or {}),
            question=storable(asked),
            can_be_ruled=question.method == "gate",
        )
        await repository.update_step(scope, step.id, state=step.state)

    async def _withdraw(self, scope: Scope, ctx: RunContext, step: RunStepRow) -> None:
        for row in await repository.list_pending_of_run(scope, ctx.run_id):
            if row.step_id == step.id:
                await approvals.withdraw(scope, row)

    async def _add(
        self, scope: Scope, ctx: RunContext, call: str, *, name: str, arguments: dict[str, Any] | None
    ) -> RunStepRow:
        step = RunStepRow(
            id=ids.new_id(),
            workspace_id=scope.workspace_id,
            user_id=scope.user_id,
            run_id=ctx.run_id,
            position=len(ctx.steps) + 1,
            kind="tool",
            state="running",
            name=storable(name),
            tool_call_id=_call_id(ctx, call),
            arguments=storable(arguments or {}),
            device_id=ctx.device_id,
            device_name=_remote(ctx).device_name,
            started_at=scope.now(),
        )
        await repository.add(scope, step)
        ctx.steps.append(step)
        return step

    async def _set(
        self,
        scope: Scope,
        ctx: RunContext,
        step: RunStepRow,
        phase: str,
        *,
        state: str,
        output: dict[str, Any] | None = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        step.state = state
        values: dict[str, Any] = {"state": state}
        if phase == "result":
            step.output, step.error, step.finished_at = output, error, scope.now()
            values |= {"output": output, "error": error, "finished_at": step.finished_at}
        await repository.update_step(scope, step.id, **values)
        await ctx.live.tool_with(scope, step, phase)

    def _speak(self, ctx: RunContext, text: str) -> None:
        if not ctx.unkept:
            ctx.live.begin_text()
        ctx.unkept.append(text)
        ctx.live.text(text)


async def _has_question(scope: Scope, step: RunStepRow) -> bool:
    return await repository.find_approval_of_step(scope, step.id) is not None


def _assess(question: Question, home: str) -> Assessment:
    """The server's own judgement where it may know the call, never below the machine's."""
    own = Assessment(Grade(question.grade), (), None, ())
    if question.tool not in ARGUMENTS or question.arguments is None:
        return own
    try:
        decoded = decode_arguments(question.tool, question.arguments)
    except InvalidArguments:
        return own
    found = grade_call(question.tool, decoded, home=home)
    return found if found.grade >= own.grade else Assessment(own.grade, found.segments, found.folder, ())


def _remote(ctx: RunContext) -> Remote:
    assert ctx.remote is not None
    return ctx.remote


def _heard(ctx: RunContext) -> int:
    return sum(map(len, ctx.unkept))


def _call_id(ctx: RunContext, call: str) -> str:
    """A runtime may use an id again in another turn; ours are one of a kind in a conversation."""
    return f"{ctx.run_id.hex[-12:]}.{call}"[:200]


def _find(ctx: RunContext, call: str) -> RunStepRow | None:
    wanted = _call_id(ctx, call)
    return next((step for step in ctx.steps if step.kind == "tool" and step.tool_call_id == wanted), None)


def _said_in(result: dict[str, Any] | None) -> str:
    texts = (str((result or {}).get(key) or "") for key in ("stdout", "text", "content"))
    return next((text[:1000] for text in texts if text), "")
