"""exec.approval.*: questions to the user, answered from any client."""

import asyncio
from typing import Any

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.domains.agents.errors import ApprovalNotFoundError
from openclaw.domains.agents.events import run_topic
from openclaw.domains.agents.schemas import Approval, Decide
from openclaw.domains.agents.service import approvals
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
from openclaw.protocol.gateway import params as p

_DEFAULT_WAIT_MS = 30_000
_LISTED = 200


def approval_methods(platform: Platform) -> dict[str, Handler]:
    """Handlers by name."""

    async def list_pending(connection: Connection, _params: p.NoParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            rows = await approvals.list_approvals(scope, state="pending", limit=_LISTED)
        return {"approvals": [_wire(row) for row in rows]}

    async def get(connection: Connection, params: p.ApprovalParams) -> dict[str, Any]:
        return _wire(await _find(connection, params.id))

    async def resolve(connection: Connection, params: p.ApprovalResolveParams) -> dict[str, Any]:
        decision = params.decision.replace("-", "_")
        data = Decide.model_validate(
            {
                "decision": decision,
                "reason": params.reason,
                "confirm": bool(params.confirm),
                "answer": params.answer,
            }
        )
        async with platform.database.transaction(connection.actor) as scope:
            approval = await approvals.decide(scope, _parse(params.id), data)
        return {"ok": True, "approval": _wire(approval)}

    async def wait_decision(connection: Connection, params: p.ApprovalWaitParams) -> dict[str, Any]:
        seconds = (params.timeout_ms or _DEFAULT_WAIT_MS) / 1000
        deadline = asyncio.get_running_loop().time() + seconds
        approval = await _find(connection, params.id)
        async with platform.bus.wakeups(run_topic(approval.run_id)) as woken:
            while True:
                woken.clear()
                approval = await _find(connection, params.id)
                if approval.state != "pending":
                    break
                try:
                    async with asyncio.timeout_at(deadline):
                        await woken.wait()
                except TimeoutError:
                    break
        decided = (approval.decision or "deny").replace("_", "-") if approval.state != "pending" else None
        return {"id": params.id, "decision": decided, "approval": _wire(approval)}

    async def _find(connection: Connection, approval_id: str) -> Approval:
        async with platform.database.transaction(connection.actor) as scope:
            return await approvals.get_approval(scope, _parse(approval_id))

    return {
        "exec.approval.list": list_pending,
        "exec.approval.get": get,
        "exec.approval.resolve": resolve,
        "exec.approval.waitDecision": wait_decision,
    }


def _parse(text: str) -> Any:
    try:
        return ids.from_wire("appr", text)
    except ValueError:
        raise ApprovalNotFoundError from None


def _wire(approval: Approval) -> dict[str, Any]:
    return approval.model_dump(mode="json", by_alias=True)
