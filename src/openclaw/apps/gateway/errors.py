"""What can go wrong with direct calls to machines."""

from dataclasses import dataclass
from typing import Any, ClassVar

from openclaw.kit.errors import Kind
from openclaw.protocol.gateway.errors import GatewayError


@dataclass(eq=False)
class CallDeniedError(GatewayError):
    """The user was asked about a direct call and did not allow it."""

    code: ClassVar[str] = "gateway.call_denied"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "The call was not made: {reason}."
    template_zh: ClassVar[str] = "该调用未执行：{reason}。"

    reason: str

    def details(self) -> dict[str, Any]:
        """Why the call was not made."""
        return {"reason": "approval required", "decision": self.reason}


@dataclass(eq=False)
class BeyondPolicyError(GatewayError):
    """A direct call is graded higher than the policies of its workspace or machine let anybody allow."""

    code: ClassVar[str] = "gateway.beyond_policy"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "This call is graded {grade}; the policy allows {most} on {machine} at most."
    template_zh: ClassVar[str] = "该调用的风险等级为 {grade}；策略在 {machine} 上最高只允许 {most}。"

    grade: str
    most: str
    machine: str

    def details(self) -> dict[str, Any]:
        """Why the command may not run."""
        return {"reason": "beyond policy", "grade": self.grade}


@dataclass(eq=False)
class CommandNotAllowedError(GatewayError):
    """The machine has not declared the command."""

    code: ClassVar[str] = "gateway.command_not_allowed"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "node command not allowed: {command}"
    template_zh: ClassVar[str] = "设备不允许执行该命令：{command}"

    command: str

    def details(self) -> dict[str, Any]:
        """Why it is not."""
        return {"reason": "command not declared by node", "command": self.command}


@dataclass(eq=False)
class NodeNotConnectedError(GatewayError):
    """The machine is offline, and a direct call does not wait for it."""

    code: ClassVar[str] = "gateway.node_not_connected"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "node not connected"
    template_zh: ClassVar[str] = "设备未连接"
    detail_name: ClassVar[str | None] = "NOT_CONNECTED"


@dataclass(eq=False)
class NodeCallFailedError(GatewayError):
    """The machine answered with an error, or not in time."""

    code: ClassVar[str] = "gateway.node_call_failed"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The device answered {node_code}: {reason}"
    template_zh: ClassVar[str] = "设备返回 {node_code}：{reason}"

    node_code: str
    reason: str

    def details(self) -> dict[str, Any]:
        """The machine's own error."""
        return {"nodeError": {"code": self.node_code, "message": self.reason}}


@dataclass(eq=False)
class NoDeviceTokensError(GatewayError):
    """Machines connect with the user's gateway token, so they have none of their own to replace."""

    code: ClassVar[str] = "gateway.no_device_tokens"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "This gateway issues no device tokens. Make a new gateway token in the settings of the web console."
    )
    template_zh: ClassVar[str] = "本网关不签发设备令牌，请在网页控制台的设置中新建网关令牌。"
