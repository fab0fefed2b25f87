"""Methods of the protocol that this gateway does not offer, and says so: nothing is answered as done that is not."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from openclaw.kit.errors import Kind
from openclaw.protocol.gateway.errors import GatewayError
from openclaw.protocol.gateway.scopes import READ, WRITE


@dataclass(eq=False)
class NotOfferedError(GatewayError):
    """The method is of a part of the released gateways that this one does not have."""

    detail_name: ClassVar[str | None] = "NOT_OFFERED"

    method: str


@dataclass(eq=False)
class SchedulesNotOfferedError(NotOfferedError):
    """Jobs at set times."""

    code: ClassVar[str] = "gateway.schedules_not_offered"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{method} is not offered: this gateway has no scheduled jobs and no heartbeats."
    template_zh: ClassVar[str] = "不提供 {method}：本网关没有定时任务和心跳。"


@dataclass(eq=False)
class ChannelsNotOfferedError(NotOfferedError):
    """Messages over chat services."""

    code: ClassVar[str] = "gateway.channels_not_offered"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{method} is not offered: this gateway has no channels to send messages over."
    template_zh: ClassVar[str] = "不提供 {method}：本网关没有可用于发送消息的渠道。"


@dataclass(eq=False)
class SkillsNotOfferedError(NotOfferedError):
    """Skills that are installed and run."""

    code: ClassVar[str] = "gateway.skills_not_offered"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{method} is not offered: no skills can be installed on this gateway."
    template_zh: ClassVar[str] = "不提供 {method}：本网关不能安装技能。"


@dataclass(eq=False)
class ServerFilesNotOfferedError(NotOfferedError):
    """Files of the server: its log, its settings. They belong to the installation, not to one of its users."""

    code: ClassVar[str] = "gateway.server_files_not_offered"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = (
        "{method} is not offered: many people share this server, so its log and settings are its owner's alone."
    )
    template_zh: ClassVar[str] = "不提供 {method}：服务器由多人共用，其日志和配置仅归服务器所有者管理。"


@dataclass(eq=False)
class PolicyFilesNotOfferedError(NotOfferedError):
    """Lists of what may run without asking, written from afar."""

    code: ClassVar[str] = "gateway.policy_files_not_offered"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = (
        "{method} is not offered: rules are made by answering approvals, and a machine's policy on the machine."
    )
    template_zh: ClassVar[str] = "不提供 {method}：规则通过回答审批产生，设备自身的策略在设备上修改。"


@dataclass(eq=False)
class BrowserNotOfferedError(NotOfferedError):
    """A browser to drive: no machine of the user that is online has one to offer."""

    code: ClassVar[str] = "gateway.browser_not_offered"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{method} is not offered: no machine that is online lets its browser be driven."
    template_zh: ClassVar[str] = "不提供 {method}：没有在线设备允许控制其浏览器。"


class _Refusal(NamedTuple):
    scope: str
    error: type[NotOfferedError]


NOT_OFFERED: dict[str, _Refusal] = {
    **dict.fromkeys(("cron.get", "cron.runs"), _Refusal(READ, SchedulesNotOfferedError)),
    **dict.fromkeys(
        ("cron.add", "cron.update", "cron.remove", "cron.run", "set-heartbeats", "system-event"),
        _Refusal(WRITE, SchedulesNotOfferedError),
    ),
    **dict.fromkeys(("send", "poll"), _Refusal(WRITE, ChannelsNotOfferedError)),
    **dict.fromkeys(
        ("skills.execute", "skills.install", "skills.update"), _Refusal(WRITE, SkillsNotOfferedError)
    ),
    "logs.tail": _Refusal(READ, ServerFilesNotOfferedError),
    **dict.fromkeys(
        ("config.set", "config.patch", "config.apply"), _Refusal(WRITE, ServerFilesNotOfferedError)
    ),
    **dict.fromkeys(
        ("exec.approvals.set", "exec.approvals.node.set"), _Refusal(WRITE, PolicyFilesNotOfferedError)
    ),
}
