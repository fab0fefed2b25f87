"""agent, agent.wait, wake: turns of the assistant, for clients that wait for what comes of them."""

from datetime import datetime, timedelta
from typing import Any

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler, TwoAnswers
from openclaw.apps.gateway.methods.sending import send
from openclaw.apps.gateway.methods.waiting import wait_for
from openclaw.domains.agents.events import run_ended_topic
from openclaw.domains.agents.schemas import Run, TextPart
from openclaw.domains.agents.service import runs
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
from openclaw.protocol.gateway import params_agent as pa
from openclaw.protocol.gateway.not_offered import SchedulesNotOfferedError

_DEFAULT_WAIT_MS = 30_000
_MAIN = "main"


def agent_methods(platform: Platform) -> dict[str, Handler]:
    """Handlers by name."""

    async def agent(connection: Connection, params: pa.AgentParams) -> TwoAnswers:
        key = params.session_key or params.session_id or _MAIN
        accepted = await send(
            platform,
            connection,
            key,
            text=params.message,
            key=params.idempotency_key,
            session_id=params.session_id,
        )
        first = {
            "runId": accepted.client_run_id,
            "sessionKey": key,
            "agentId": "main",
            "status": "accepted",
            "acceptedAt": _ms(platform.clock.now()),
        }

        async def final() -> dict[str, Any]:
            run = await wait_for_end(connection, accepted.client_run_id, timeout=None)
            assert run is not None, "without a limit it is waited until the end"
            return _result(run)

        return TwoAnswers(first, final)

    async def wait(connection: Connection, params: pa.AgentWaitParams) -> dict[str, Any]:
        milliseconds = _DEFAULT_WAIT_MS if params.timeout_ms is None else params.timeout_ms
        run = await wait_for_end(connection, params.run_id, timeout=timedelta(milliseconds=milliseconds))
        if run is None:
            return {"runId": params.run_id, "status": "timeout"}
        words = {"error": run.error.title} if run.error else {}
        return {
            "runId": params.run_id,
            "status": "ok" if run.state == "completed" else "error",
            "startedAt": _ms(run.created_at),
            "endedAt": _ms(run.finished_at or run.created_at),
            **words,
            **({"stopReason": "aborted"} if run.state == "aborted" else {}),
        }

    async def wake(connection: Connection, params: pa.WakeParams) -> dict[str, Any]:
        if params.mode != "now":  # no heartbeat would ever bring it up
            raise SchedulesNotOfferedError(method="wake next-heartbeat")
        await send(platform, connection, params.session_key or _MAIN, text=params.text, key=None)
        return {"ok": True}

    async def wait_for_end(connection: Connection, name: str, *, timeout: timedelta | None) -> Run | None:
        async def find() -> Run | None:
            async with platform.database.transaction(connection.actor) as scope:
                return await runs.find_run(scope, name)

        async def ended() -> Run | None:
            run = await find()
            return run if run is not None and run.finished_at is not None else None

        known = await find()
        if known is None:
            # As the released gateway: what nobody knows (yet) is not ended, and there is nothing to wait for.
            return None
        return await wait_for(platform.bus, run_ended_topic(known.id), ended, timeout=timeout)

    return {"agent": agent, "agent.wait": wait, "wake": wake}


def _result(run: Run) -> dict[str, Any]:
    text = "\n\n".join(part.text for part in run.parts if isinstance(part, TextPart))
    used = run.usage
    usage = {"input": used.input_tokens, "output": used.output_tokens} if used else {}
    is_ok = run.state == "completed"
    summary = "completed" if is_ok else run.error.title if run.error else run.state
    return {
        "runId": run.client_run_id,
        "status": "ok" if is_ok else "error",
        "summary": summary,
        "result": {
            "payloads": [{"text": text, "mediaUrl": None}] if text else [],
            "meta": {
                "durationMs": _ms(run.finished_at or run.created_at) - _ms(run.created_at),
                "agentMeta": {
                    "sessionId": ids.to_wire("conv", run.conversation_id),
                    "model": run.model or "demo",
                    "usage": usage,
                },
                "aborted": run.state == "aborted",
            },
        },
    }


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
