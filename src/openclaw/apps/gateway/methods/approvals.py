"""exec.approval.*: questions to the user, answered from any client."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler, TwoAnswers
from openclaw.apps.gateway.methods.permission import name_of
from openclaw.apps.gateway.methods.waiting import wait_for
from openclaw.domains.agents.events import approval_topic, run_topic
from openclaw.domains.agents.schemas import Approval, Decide
from openclaw.domains.agents.service import approvals, questions
from openclaw.domains.devices.service import invocations, registry
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
from openclaw.protocol.gateway import params as p
from openclaw.protocol.gateway import params_approvals as pq
from openclaw.protocol.grading import grade_call
from openclaw.protocol.tools import Exec

_DEFAULT_WAIT_MS = 30_000
_DEFAULT_LIFETIME_MS = 120_000
_LISTED = 200
_DECISIONS = ["allow-once", "allow-conversation", "allow-always", "deny"]


def approval_methods(platform: Platform) -> dict[str, Handler]:
    """Handlers by name."""

    async def list_pending(connection: Connection, _params: p.NoParams) -> list[dict[str, Any]]:
        async with platform.database.transaction(connection.actor) as scope:
            found = await approvals.list_approvals(scope, state="pending", limit=_LISTED)
        return [approvals.asked(approval) for approval in found]

    async def get(connection: Connection, params: pq.ApprovalParams) -> dict[str, Any]:
        approval = await find(connection, params.id)
        asked = approvals.asked(approval)
        return {
            "id": params.id,
            "commandText": asked["request"]["command"],
            "commandPreview": None,
            "allowedDecisions": _possible(approval),
            "host": asked["request"]["host"],
            "nodeId": None,
            "agentId": asked["request"]["agentId"],
            "expiresAtMs": asked["expiresAtMs"],
            "approval": asked["approval"],
        }

    async def resolve(connection: Connection, params: pq.ApprovalResolveParams) -> dict[str, Any]:
        decision = params.decision.replace("-", "_")
        data = Decide.model_validate(
            {"decision": decision, "reason": params.reason, "confirm": bool(params.confirm)}
        )
        async with platform.database.transaction(connection.actor) as scope:
            approval = await approvals.decide(scope, _id_of(connection, params.id), data)
        return {"ok": True, "approval": _wire(approval)}

    async def wait_decision(connection: Connection, params: pq.ApprovalWaitParams) -> dict[str, Any]:
        approval = await find(connection, params.id)
        timeout = timedelta(milliseconds=params.timeout_ms or _DEFAULT_WAIT_MS)
        approval = await wait(connection, approval, timeout) or await find(connection, params.id)
        return {**_decided(params.id, approval), "approval": _wire(approval)}

    async def request(
        connection: Connection, params: pq.ApprovalRequestParams
    ) -> TwoAnswers | dict[str, Any]:
        # The client's name for the question is one of the user's own: nobody can ask, or guess, in another's name.
        wanted = params.id or ids.to_wire("appr", ids.new_id())
        lifetime = timedelta(milliseconds=params.timeout_ms or _DEFAULT_LIFETIME_MS)
        async with platform.database.transaction(connection.actor) as scope:
            device = await registry.access_device_by_node(scope, params.node_id) if params.node_id else None
            command = _command(params)
            question = questions.Question(
                id=_id_of(connection, wanted),
                tool="exec",
                arguments=questions.shown_command(command),
                assessment=grade_call("exec", command, home=(device.home if device else None) or ""),
                asked_by=name_of(connection),
                device=device,
                lifetime=lifetime,
            )
            approval, _ = await questions.ask(scope, question)

        async def decision() -> dict[str, Any]:
            left = approval.expires_at - platform.clock.now()
            decided = await wait(connection, approval, max(left, timedelta()))
            if (
                decided is None
            ):  # nobody answered: that is a no, whatever the client would do without an answer
                async with platform.database.transaction(connection.actor) as scope:
                    await approvals.expire(scope, approval.id)
            return _decided(wanted, decided or await find(connection, wanted))

        if params.two_phase:
            return TwoAnswers({"status": "accepted", **_times(wanted, approval)}, decision)
        return await decision()

    async def find(connection: Connection, approval_id: str) -> Approval:
        async with platform.database.transaction(connection.actor) as scope:
            return await approvals.get_approval(scope, _id_of(connection, approval_id))

    async def wait(connection: Connection, approval: Approval, timeout: timedelta) -> Approval | None:
        async def decided() -> Approval | None:
            async with platform.database.transaction(connection.actor) as scope:
                found = await approvals.get_approval(scope, approval.id)
            return found if found.state != "pending" else None

        topic = run_topic(approval.run_id) if approval.run_id else approval_topic(approval.id)
        return await wait_for(platform.bus, topic, decided, timeout=timeout)

    return {
        "exec.approval.list": list_pending,
        "exec.approval.get": get,
        "exec.approval.request": request,
        "exec.approval.resolve": resolve,
        "exec.approval.waitDecision": wait_decision,
    }


def _id_of(connection: Connection, text: str) -> UUID:
    """An approval by our name for it, or by the one of the client that asked."""
    try:
        return ids.from_wire("appr", text)
    except ValueError:
        return invocations.call_id_of(connection.actor, f"approval {text}")


def _command(params: pq.ApprovalRequestParams) -> Exec:
    cwd = params.cwd or "~"
    if params.command is None:
        return Exec(argv=params.command_argv, cwd=cwd)
    return Exec(command=params.command, cwd=cwd)


def _possible(approval: Approval) -> list[str]:
    if approval.coverage is None:
        return ["allow-once", "deny"]
    return [d for d in _DECISIONS if approval.conversation_id or d != "allow-conversation"]


def _times(name: str, approval: Approval) -> dict[str, Any]:
    return {
        "id": name,
        "createdAtMs": int(approval.requested_at.timestamp() * 1000),
        "expiresAtMs": int(approval.expires_at.timestamp() * 1000),
    }


def _decided(name: str, approval: Approval) -> dict[str, Any]:
    decision = None if approval.state == "pending" else (approval.decision or "deny").replace("_", "-")
    return {**_times(name, approval), "decision": decision}


def _wire(approval: Approval) -> dict[str, Any]:
    return approval.model_dump(mode="json", by_alias=True)
