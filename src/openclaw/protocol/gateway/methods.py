"""The methods: what each takes, which role may call it, and which scope it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from openclaw.protocol.gateway import params as p
from openclaw.protocol.gateway import params_agent as pa
from openclaw.protocol.gateway import params_approvals as pq
from openclaw.protocol.gateway import params_overview as po
from openclaw.protocol.gateway import params_sessions as ps
from openclaw.protocol.gateway.errors import InvalidParamsError, MissingScopeError, WrongRoleError, briefly
from openclaw.protocol.gateway.scopes import APPROVALS, PAIRING, READ, WRITE, Role, can

CONNECT = "connect"


@dataclass(frozen=True)
class Method:
    """One method.

    ``scope`` is needed of operators (None: none). ``lane`` names what a request is about, when requests about
    the same thing must be handled in the order in which they came. ``is_remembered``: a repeated call with the same
    ``idempotencyKey`` gets the same answer for a while; else it is asked anew once it has been answered.
    ``answers_twice``: the request is answered at once, and again when it is done; what a repeated call means is
    the service's to know.
    """

    name: str
    params: type[p.Params]
    scope: str | None = None
    role: Role = Role.OPERATOR
    lane: Callable[[Any], str] | None = None
    is_remembered: bool = True
    answers_twice: bool = False

    @cached_property
    def is_idempotent(self) -> bool:
        """Whether a call can carry an ``idempotencyKey``, by which a repeated call is recognised."""
        return "idempotency_key" in self.params.__struct_fields__ and not self.answers_twice

    def check_allowed(self, role: Role, scopes: tuple[str, ...]) -> None:
        """Raise WrongRoleError or MissingScopeError unless ``role`` with ``scopes`` may call it."""
        if role is not self.role:
            raise WrongRoleError(role=role.value)
        if self.scope is not None and not can(scopes, self.scope):
            raise MissingScopeError(scope=self.scope)

    def decode(self, params: dict[str, Any]) -> p.Params:
        """``params`` as the type of the method; InvalidParamsError says which field is wrong."""
        try:
            return msgspec.convert(params, self.params)
        except msgspec.ValidationError as error:
            raise InvalidParamsError(method=self.name, reason=briefly(error)) from None


def _chat_lane(params: p.ChatSendParams | p.ChatAbortParams | ps.ChatInjectParams) -> str:
    return f"session:{params.session_key}"


def _send_lane(params: ps.SessionsSendParams) -> str:
    return f"session:{params.key}"


def _abort_lane(params: ps.SessionsAbortParams) -> str:
    return f"run:{params.run_id}" if params.key is None else f"session:{params.key}"


def _invoke_lane(params: p.NodeInvokeResultParams) -> str:
    return f"invoke:{params.id}"


def _run_lane(params: p.NodeRunEventParams) -> str:
    return f"invoke:{params.id}"


def _progress_lane(params: p.NodeInvokeProgressParams) -> str:
    return f"invoke:{params.call_id}"


_NODE = Role.NODE

METHODS: dict[str, Method] = {
    m.name: m
    for m in (
        Method("health", p.HealthParams),
        Method("status", p.StatusParams, READ),
        Method("system-presence", p.NoParams, READ),
        Method("chat.send", p.ChatSendParams, WRITE, lane=_chat_lane, is_remembered=False),
        Method("chat.history", p.ChatHistoryParams, READ),
        Method("chat.abort", p.ChatAbortParams, WRITE, lane=_chat_lane),
        Method("chat.inject", ps.ChatInjectParams, WRITE, lane=_chat_lane),
        Method("chat.startup", ps.ChatStartupParams, READ),
        Method("chat.metadata", ps.ChatMetadataParams, READ),
        Method("sessions.list", p.SessionsListParams, READ),
        Method("sessions.preview", p.SessionsPreviewParams, READ),
        Method("sessions.patch", p.SessionsPatchParams, WRITE),
        Method("sessions.reset", p.SessionsResetParams, WRITE),
        Method("sessions.delete", p.SessionsDeleteParams, WRITE),
        Method("sessions.resolve", po.SessionsResolveParams, READ),
        Method("sessions.compact", po.SessionsCompactParams, WRITE),
        Method("sessions.subscribe", po.SessionsSubscribeParams, READ),
        Method("sessions.unsubscribe", p.NoParams, READ),
        Method("sessions.messages.subscribe", ps.SessionsFollowParams, READ),
        Method("sessions.messages.unsubscribe", ps.SessionsUnfollowParams, READ),
        Method("sessions.describe", ps.SessionsDescribeParams, READ),
        Method("sessions.create", ps.SessionsCreateParams, WRITE),
        Method("sessions.send", ps.SessionsSendParams, WRITE, lane=_send_lane, is_remembered=False),
        Method("sessions.abort", ps.SessionsAbortParams, WRITE, lane=_abort_lane),
        Method("node.list", p.NoParams, READ),
        Method("node.describe", p.NodeDescribeParams, READ),
        Method("node.invoke", p.NodeInvokeParams, WRITE),
        Method("node.rename", p.NodeRenameParams, PAIRING),
        Method("node.invoke.result", p.NodeInvokeResultParams, role=_NODE, lane=_invoke_lane),
        Method("node.invoke.progress", p.NodeInvokeProgressParams, role=_NODE, lane=_progress_lane),
        Method("node.run.event", p.NodeRunEventParams, role=_NODE, lane=_run_lane),
        Method("node.event", p.NodeEventParams, role=_NODE),
        Method("node.host.heartbeat", p.HostHeartbeatParams, role=_NODE),
        Method("node.skills.update", p.NodeSkillsParams, role=_NODE),
        Method("node.pluginTools.update", p.NodePluginToolsParams, role=_NODE),
        Method("node.runnerInventory.update", p.NodeRunnerInventoryParams, role=_NODE),
        Method("skills.bins", p.NoParams, role=_NODE),
        Method("agent", pa.AgentParams, WRITE, answers_twice=True),
        Method("agent.wait", pa.AgentWaitParams, WRITE),
        Method("wake", pa.WakeParams, WRITE),
        Method("browser.request", pa.BrowserRequestParams, WRITE),
        Method("config.get", p.NoParams, READ),
        Method("cron.list", po.CronListParams, READ),
        Method("cron.status", p.NoParams, READ),
        Method("channels.status", po.ChannelsStatusParams, READ),
        Method("skills.status", po.SkillsStatusParams, READ),
        Method("last-heartbeat", p.NoParams, READ),
        Method("exec.approvals.get", p.NoParams, READ),
        Method("exec.approvals.node.get", pq.MachinePolicyParams, WRITE),
        Method("exec.approval.request", pq.ApprovalRequestParams, APPROVALS, answers_twice=True),
        Method("exec.approval.get", pq.ApprovalParams, APPROVALS),
        Method("exec.approval.list", p.NoParams, APPROVALS),
        Method("exec.approval.resolve", pq.ApprovalResolveParams, APPROVALS),
        Method("exec.approval.waitDecision", pq.ApprovalWaitParams, APPROVALS),
        Method("device.pair.list", p.NoParams, PAIRING),
        Method("device.pair.approve", p.PairDecisionParams, PAIRING),
        Method("device.pair.reject", p.PairDecisionParams, PAIRING),
        Method("device.pair.remove", p.PairedDeviceParams, PAIRING),
        Method("device.pair.rename", p.PairRenameParams, PAIRING),
        Method("node.pair.list", p.NoParams, PAIRING),
        Method("node.pair.approve", p.PairDecisionParams, PAIRING),
        Method("node.pair.reject", p.PairDecisionParams, PAIRING),
        Method("device.token.rotate", p.TokenRotateParams, PAIRING),
        Method("device.token.revoke", p.TokenRevokeParams, PAIRING),
        Method("models.list", p.ModelsListParams, READ),
        Method("agents.list", p.NoParams, READ),
        Method("agent.identity.get", p.AgentIdentityParams, READ),
    )
}
