"""What can go wrong with a host."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class NotEnrolledError(OpenClawError):
    """The machine is no host of any workspace."""

    code: ClassVar[str] = "host.not_enrolled"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "This machine is not enrolled. Make a token (openclaw host token), then here: openclaw host enroll TOKEN"
    )
    template_zh: ClassVar[str] = (
        "本机尚未注册。请先生成令牌（openclaw host token），然后在此运行：openclaw host enroll TOKEN"
    )


@dataclass(eq=False)
class AlreadyEnrolledError(OpenClawError):
    """The machine is a host already."""

    code: ClassVar[str] = "host.already_enrolled"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "This machine is a host of {server} already. To enrol it anew, first run: openclaw host leave"
    )
    template_zh: ClassVar[str] = "本机已是 {server} 的主机。如需重新注册，请先运行：openclaw host leave"

    server: str


@dataclass(eq=False)
class HostRevokedError(OpenClawError):
    """The server has ended this host."""

    code: ClassVar[str] = "host.revoked"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = (
        "The server has revoked this host; what ran here was ended. Enrol it with a new token."
    )
    template_zh: ClassVar[str] = "服务器已撤销此主机，正在运行的任务已终止。请用新令牌重新注册。"


@dataclass(eq=False)
class HostOptionError(OpenClawError):
    """An option has a value that it cannot have."""

    code: ClassVar[str] = "host.bad_option"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{option} cannot be used: {reason}."
    template_zh: ClassVar[str] = "{option} 无效：{reason}。"

    option: str
    reason: str
