"""Calls from the server: at most once each, a few at a time, each with a result that is kept until it arrives."""

import asyncio
import logging
import sqlite3
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta, Struct

from openclaw.apps.bridge.errors import PolicyFileError
from openclaw.apps.bridge.journal import INTERRUPTED, Journal, Outcome
from openclaw.apps.bridge.policy import Policy, PolicyStore
from openclaw.apps.bridge.run_commands import RunCommands, decode_run_call
from openclaw.apps.bridge.tools.collecting import HandOver
from openclaw.apps.bridge.tools.dispatch import Control, changes_files, decode_call, judge_call, perform
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError, ToolFailure
from openclaw.apps.bridge.tools.output import StreamName
from openclaw.apps.bridge.tools.premises import check, look
from openclaw.apps.bridge.tools.process_tree import kill_marked, mark_of
from openclaw.apps.bridge.vault.commands import VaultCommands, decode_vault_call
from openclaw.apps.bridge.versions.recorder import Recorder
from openclaw.apps.bridge.versions.store import Versions
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.runs import RUN_ARGUMENTS
from openclaw.protocol.vault import VAULT_ARGUMENTS

_log = logging.getLogger(__name__)

MAX_RUNNING = 8
MAX_WAITING = 256
MAX_CALL_ID_LETTERS = 128
_END_SECONDS = 2.0


class CallRequest(msgspec.Struct, frozen=True, rename="camel"):
    """``node.invoke.request``. ``id`` is also the key under which the call runs at most once."""

    id: Annotated[str, Meta(min_length=1, max_length=MAX_CALL_ID_LETTERS)]
    node_id: str
    command: Annotated[str, Meta(max_length=128)]
    params_json: str | None = msgspec.field(name="paramsJSON", default=None)
    timeout_ms: Annotated[int, Meta(ge=1)] | None = None


class Outlet(Protocol):
    """Where results and output go: the connection, when there is one."""

    def send_result(self, call_id: str, outcome: Outcome) -> None:
        """Send a result, or drop it: it is sent again after the next hello."""
        ...

    def send_progress(self, call_id: str, seq: int, stream: StreamName, text: str) -> None:
        """Send a piece of output, or drop it: the result holds the tail."""
        ...

    def send_run_event(self, call_id: str, seq: int | None, event: bytes) -> None:
        """Send what a run has to tell; one without a number is live, and may be dropped."""
        ...


@dataclass
class _Active:
    request: CallRequest
    device_id: str
    control: Control = field(default_factory=Control)
    task: "asyncio.Task[None] | None" = None
    has_begun: bool = False  # a task that is cancelled before would never run, not even to answer
    is_dropped: bool = False  # its outcome is no longer anybody's business
    is_interruptible: bool = True
    progress: int = 0


class Calls:
    """Accepts, runs, cancels and answers calls."""

    def __init__(
        self,
        *,
        journal: Journal,
        versions: Versions,
        policies: PolicyStore,
        node_id: str,
        outlet: Outlet,
        runs: RunCommands,
        vault: VaultCommands,
        hand_over: HandOver,
        at_once: int = MAX_RUNNING,
    ) -> None:
        self._journal = journal
        self._versions = versions
        self._policies = policies
        self._node_id = node_id
        self._outlet = outlet
        self._runs = runs
        self._vault = vault
        self._hand_over = hand_over
        self._active: dict[str, _Active] = {}
        self._preparing: dict[str, asyncio.Task[None]] = {}
        self._looking = asyncio.Lock()
        self._at_once = at_once
        self._slots = asyncio.Semaphore(at_once)

    @property
    def count(self) -> int:
        """How many calls run or wait now."""
        return len(self._active)

    @property
    def waiting(self) -> int:
        """How many of them at least wait until others have ended."""
        return max(0, len(self._active) - self._at_once)

    def accept(self, request: CallRequest, *, device_id: str) -> None:
        """Run a call that is new; answer one that has ended with its kept result; leave a running one alone."""
        if not self._is_new(request.id):
            return
        if len(self._active) >= self._at_once + MAX_WAITING:
            self._outlet.send_result(request.id, _failed(FailureCode.INTERNAL, "Too many calls are waiting."))
            return
        active = _Active(request, device_id)
        self._active[request.id] = active
        active.task = spawn(self._run(active), name=f"call {request.command}")

    def prepare(self, request: CallRequest) -> None:
        """Look at what a call rests on that waits for its owner's answer; it is compared before the call runs."""
        if request.id in self._preparing or len(self._preparing) >= MAX_WAITING:
            return
        self._preparing[request.id] = spawn(self._prepare(request), name=f"look {request.command}")

    def refuse(self, call_id: str) -> None:
        """Answer a call that has no readable form, unless its id is known: then as ``accept`` does."""
        if self._is_new(call_id):
            self._outlet.send_result(call_id, _MALFORMED)

    def cancel(self, call_id: str) -> None:
        """Stop a call, if it still runs: a command ends with its partial output, others with CANCELLED."""
        active = self._active.get(call_id)
        if active is None:
            return
        is_asked = active.control.cancel()
        if not is_asked and active.has_begun and active.is_interruptible and active.task is not None:
            active.task.cancel()

    def resend(self, device_id: str) -> None:
        """Send everything that the server has not confirmed: what runs told first, then results."""
        for call_id, seq, event in self._journal.untold_events(device_id):
            self._outlet.send_run_event(call_id, seq, event)
        for call_id, outcome in self._journal.unacknowledged(device_id):
            self._outlet.send_result(call_id, outcome)

    def acknowledge(self, call_id: str) -> None:
        """The server has the result of ``call_id``."""
        self._journal.acknowledge(call_id)

    def acknowledge_event(self, call_id: str, seq: int) -> None:
        """The server has that event of the run."""
        self._journal.forget_event(call_id, seq)

    def kill_all(self) -> None:
        """End every command now and forget every outcome: the machine belongs to nobody any more."""
        self._drop_all()
        self._journal.forget_results()

    def interrupt_all(self) -> None:
        """End every command now: what they were run for may be done elsewhere. They are interrupted."""
        self._drop_all()
        self._journal.interrupt_unfinished()

    async def close(self) -> None:
        """End every command. Their calls stay unfinished in the journal and are interrupted at the next start."""
        ending = list(self._active.values())
        self._drop_all()
        await cancel_and_wait(*self._preparing.values())
        await cancel_and_wait(*(active.task for active in ending if active.task is not None))
        with suppress(TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                await asyncio.gather(*(active.control.wait_until_ended() for active in ending))

    def _is_new(self, call_id: str) -> bool:
        if call_id in self._active:
            return False
        try:
            known = self._journal.find(call_id)
        except sqlite3.Error:
            self._outlet.send_result(call_id, _JOURNAL_BROKEN)
            return False
        if known is not None:
            self._outlet.send_result(call_id, known.outcome or INTERRUPTED)
        return known is None

    def _drop_all(self) -> None:
        for active in self._active.values():
            active.is_dropped = True
            active.control.kill()
            if active.task is not None:
                active.task.cancel()
        self._active.clear()
        kill_marked(mark_of(self._node_id, ""))

    async def _run(self, active: _Active) -> None:
        request = active.request
        active.has_begun = True
        try:
            outcome = _CANCELLED if active.control.stopped.is_set() else await self._outcome(active)
        except asyncio.CancelledError:
            if active.is_dropped:
                raise
            outcome = _CANCELLED
        if active.is_dropped:
            return
        try:
            self._journal.start(request.id, device_id=active.device_id, tool=request.command)
            self._journal.finish(request.id, outcome)
        except sqlite3.Error:
            _log.exception("the journal cannot be written")
        self._active.pop(request.id, None)
        self._outlet.send_result(request.id, outcome)

    async def _outcome(self, active: _Active) -> Outcome:
        # A turn of the runtime takes as long as it takes, and the answers that it waits for must not wait behind it.
        async with nullcontext() if active.request.command in RUN_ARGUMENTS else self._slots:
            try:
                return await self._performed(active)
            except ToolFailedError as failed:
                return Outcome(ok=False, error=failed.failure)
            except PolicyFileError as error:
                return _failed(FailureCode.DENIED_BY_LOCAL_POLICY, str(error))
            except sqlite3.Error:
                return _JOURNAL_BROKEN
            except Exception:  # noqa: BLE001  (one call's defect must not end the others)
                _log.exception("a call failed unexpectedly", extra={"tool": active.request.command})
                return _failed(FailureCode.INTERNAL, "The bridge could not do this; its log says why.")

    async def _prepare(self, request: CallRequest) -> None:
        try:
            async with self._looking:  # one at a time: what is asked about may be large
                if self._journal.find(request.id) is None and self._journal.find_premises(request.id) is None:
                    policy, arguments = (
                        self._policies.current(),
                        decode_call(request.command, request.params_json),
                    )
                    found = await asyncio.to_thread(look, policy, request.command, arguments)
                    self._journal.keep_premises(request.id, found)
        except (ToolFailedError, PolicyFileError):
            pass  # it will be refused when it is to run
        except sqlite3.Error:
            _log.exception("the journal cannot be written")
        finally:
            self._preparing.pop(request.id, None)

    async def _check_premises(self, policy: Policy, request: CallRequest, arguments: Struct) -> None:
        """Pass, or ToolFailedError when the call is not what its owner was asked about any more."""
        if (preparing := self._preparing.get(request.id)) is not None:
            await asyncio.wait([preparing])
        before = self._journal.find_premises(request.id)
        if before is not None:
            check(before, await asyncio.to_thread(look, policy, request.command, arguments))

    async def _performed(self, active: _Active) -> Outcome:
        request = active.request
        policy = self._policies.current()
        if request.command in RUN_ARGUMENTS:
            return await self._run_command(policy, active)
        if request.command in VAULT_ARGUMENTS:
            return await self._vault_command(policy, active)
        arguments = decode_call(request.command, request.params_json)
        await judge_call(policy, request.command, arguments)
        await self._check_premises(policy, request, arguments)
        if not self._journal.start(request.id, device_id=active.device_id, tool=request.command):
            return INTERRUPTED  # another process of this machine has it; never run it a second time
        _log.info("run %s", request.command)
        active.is_interruptible = not changes_files(arguments)

        def publish(stream: StreamName, text: str) -> None:
            self._outlet.send_progress(request.id, active.progress, stream, text)
            active.progress += 1

        result = await perform(
            policy,
            arguments,
            recorder=Recorder(self._versions, call_id=request.id, device_id=active.device_id),
            mark=mark_of(self._node_id, request.id),
            timeout_ms=request.timeout_ms,
            publish=publish,
            control=active.control,
            hand_over=partial(self._hand_over, request.id),
        )
        return Outcome(ok=True, payload_json=msgspec.json.encode(result).decode())

    async def _run_command(self, policy: Policy, active: _Active) -> Outcome:
        request = active.request
        if not policy.allows_runtime:
            raise ToolFailedError(
                FailureCode.DENIED_BY_LOCAL_POLICY, "This machine's owner has switched the Pi runtime off."
            )
        arguments = decode_run_call(request.command, request.params_json)
        if not self._journal.start(request.id, device_id=active.device_id, tool=request.command):
            return INTERRUPTED
        _log.info("run %s", request.command)
        result = await self._runs.perform(request.id, arguments, device_id=active.device_id)
        return Outcome(ok=True, payload_json=msgspec.json.encode(result).decode())

    async def _vault_command(self, policy: Policy, active: _Active) -> Outcome:
        request = active.request
        if not policy.allows_vault:
            raise ToolFailedError(
                FailureCode.DENIED_BY_LOCAL_POLICY, "This machine's owner has switched the vault off."
            )
        command = decode_vault_call(request.command, request.params_json)
        if not self._journal.start(request.id, device_id=active.device_id, tool=request.command):
            return INTERRUPTED
        _log.info("run %s", request.command)
        active.is_interruptible = False
        result = await self._vault.perform(command, device_id=active.device_id)
        return Outcome(ok=True, payload_json=msgspec.json.encode(result).decode())


def _failed(code: FailureCode, message: str) -> Outcome:
    return Outcome(ok=False, error=ToolFailure(code, message))


_CANCELLED = _failed(FailureCode.CANCELLED, "The call was cancelled.")
_MALFORMED = _failed(FailureCode.INVALID_ARGUMENTS, "The call does not have the form of node.invoke.request.")
_JOURNAL_BROKEN = _failed(
    FailureCode.INTERNAL, "The bridge cannot write its journal, so it runs nothing (disk full?)."
)
