"""What can go wrong with direct calls to machines."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class ApprovalNeededError(OpenClawError):
    """A direct call would change something; only a conversation can ask for approval."""

    code: ClassVar[str] = "gateway.approval_needed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "This call ({grade}) needs an approval. Ask for it in a conversation."
    template_zh: ClassVar[str] = "该调用（{grade}）需要审批，请在对话中发起。"

    grade: str


@dataclass(eq=False)
class NodeCallFailedError(OpenClawError):
    """The machine answered with an error, or not in time."""

    code: ClassVar[str] = "gateway.node_call_failed"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The device answered {node_code}: {reason}"
    template_zh: ClassVar[str] = "设备返回 {node_code}：{reason}"

    node_code: str
    reason: str


@dataclass(eq=False)
class PairingRequestNotFoundError(OpenClawError):
    """No machine waits under that request id."""

    code: ClassVar[str] = "gateway.pairing_request_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no pairing request {request_id}."
    template_zh: ClassVar[str] = "配对请求 {request_id} 不存在。"

    request_id: str
