"""What can go wrong on the machine, in words for the person in front of it."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class BridgeRunningError(OpenClawError):
    """Another bridge holds this state folder."""

    code: ClassVar[str] = "bridge.already_running"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "A bridge is already running with this state folder."
    template_zh: ClassVar[str] = "已有一个 bridge 正在使用此状态目录。"


@dataclass(eq=False)
class PortTakenError(OpenClawError):
    """Another program listens on the bridge's port."""

    code: ClassVar[str] = "bridge.port_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "Port {port} on 127.0.0.1 is in use. Stop that program or choose another --port."
    )
    template_zh: ClassVar[str] = (
        "127.0.0.1 的端口 {port} 已被占用。请停止占用的程序，或用 --port 换一个端口。"
    )

    port: int


@dataclass(eq=False)
class StateFolderError(OpenClawError):
    """The state folder or a file in it cannot be used."""

    code: ClassVar[str] = "bridge.state_unusable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The state folder cannot be used: {reason}."
    template_zh: ClassVar[str] = "状态目录无法使用：{reason}。"

    reason: str


@dataclass(eq=False)
class ServiceFileError(OpenClawError):
    """The file that starts the bridge at login cannot be written where it should be."""

    code: ClassVar[str] = "bridge.service_file_unwritable"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{path} cannot be written: {reason}. Choose another folder with --output."
    template_zh: ClassVar[str] = "无法写入 {path}：{reason}。请用 --output 换一个文件夹。"

    path: str
    reason: str


@dataclass(eq=False)
class NotLinkedError(OpenClawError):
    """The operation needs a linked machine."""

    code: ClassVar[str] = "bridge.not_linked"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "This machine is not linked. Get a code in the web app, then: openclaw bridge link CODE"
    )
    template_zh: ClassVar[str] = "本机尚未连接。请在网页中获取配对码，然后运行：openclaw bridge link CODE"


@dataclass(eq=False)
class AlreadyLinkedError(OpenClawError):
    """A machine belongs to one account at a time."""

    code: ClassVar[str] = "bridge.already_linked"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "This machine is already linked to {server}. To link it anew, first run: openclaw bridge unlink"
    )
    template_zh: ClassVar[str] = "本机已连接到 {server}。如需重新连接，请先运行：openclaw bridge unlink"

    server: str


@dataclass(eq=False)
class LinkCodeError(OpenClawError):
    """A link code or challenge id that no server can have made."""

    code: ClassVar[str] = "bridge.bad_code"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{field} is not valid: {reason}."
    template_zh: ClassVar[str] = "{field} 无效：{reason}。"

    field: str
    reason: str


@dataclass(eq=False)
class ConfirmationNeededError(OpenClawError):
    """Nobody can be asked at the machine, so a page alone may not link it."""

    code: ClassVar[str] = "bridge.confirmation_needed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "The bridge has no terminal to ask you at. On that machine, type: openclaw bridge link {link_code}"
    )
    template_zh: ClassVar[str] = (
        "bridge 没有可供确认的终端。请在那台机器上运行：openclaw bridge link {link_code}"
    )

    link_code: str


@dataclass(eq=False)
class LinkDeclinedError(OpenClawError):
    """The person at the machine said no, or did not answer in time."""

    code: ClassVar[str] = "bridge.link_declined"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "Linking was not confirmed at the machine ({reason})."
    template_zh: ClassVar[str] = "未在本机确认连接（{reason}）。"

    reason: str


@dataclass(eq=False)
class LinkBusyError(OpenClawError):
    """One link is being confirmed; a second prompt would confuse the person."""

    code: ClassVar[str] = "bridge.link_in_progress"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "Another link is waiting for an answer at the machine."
    template_zh: ClassVar[str] = "另一个连接请求正在等待本机确认。"


@dataclass(eq=False)
class InsecureServerError(OpenClawError):
    """A plain-text address that is not this machine."""

    code: ClassVar[str] = "bridge.insecure_server"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = (
        "{url} is not encrypted and not on this machine. Use https (wss), or --insecure if you accept that "
        "anyone on the way can read and take over the session."
    )
    template_zh: ClassVar[str] = (
        "{url} 未加密且不在本机。请使用 https（wss）；若接受途中任何人都能读取并接管会话，可加 --insecure。"
    )

    url: str


@dataclass(eq=False)
class BadAddressError(OpenClawError):
    """An address or origin that cannot be used."""

    code: ClassVar[str] = "bridge.bad_address"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{address!r} is not usable: {reason}."
    template_zh: ClassVar[str] = "{address!r} 不可用：{reason}。"

    address: str
    reason: str


@dataclass(eq=False)
class ControlPlaneUnreachableError(OpenClawError):
    """The server does not answer, or not in the form that it should."""

    code: ClassVar[str] = "bridge.server_unreachable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "{server} does not answer as an OpenClaw server ({reason})."
    template_zh: ClassVar[str] = "{server} 没有按 OpenClaw 服务器的方式应答（{reason}）。"

    server: str
    reason: str


@dataclass(eq=False)
class ControlPlaneRefusedError(OpenClawError):
    """The server refused; ``refusal`` is its own stable code, ``details`` its public data."""

    code: ClassVar[str] = "bridge.server_refused"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "The server refused: {detail} ({refusal})"
    template_zh: ClassVar[str] = "服务器拒绝：{detail}（{refusal}）"

    status: int
    refusal: str
    detail: str
    details: dict[str, object]


@dataclass(eq=False)
class SessionRevokedError(OpenClawError):
    """The server has ended this machine's session."""

    code: ClassVar[str] = "bridge.session_revoked"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "The server has revoked this machine."
    template_zh: ClassVar[str] = "服务器已撤销本机的连接。"


@dataclass(eq=False)
class PolicyFileError(OpenClawError):
    """policy.toml cannot be used; until it can, everything is refused."""

    code: ClassVar[str] = "bridge.policy_unusable"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "The local policy file cannot be used, so everything is refused: {reason}"
    template_zh: ClassVar[str] = "本地策略文件无法使用，因此一切调用都被拒绝：{reason}"

    reason: str


@dataclass(eq=False)
class NoRuntimeError(OpenClawError):
    """There is no Pi runtime on this machine."""

    code: ClassVar[str] = "bridge.no_runtime"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = (
        "No Pi runtime is installed on this machine, or the configured one is not there."
    )
    template_zh: ClassVar[str] = "本机未安装 Pi 运行时，或所配置的运行时不存在。"


@dataclass(eq=False)
class RuntimeStartingError(OpenClawError):
    """The runtime is being started."""

    code: ClassVar[str] = "bridge.runtime_starting"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The Pi runtime is starting. Try again in a moment."
    template_zh: ClassVar[str] = "Pi 运行时正在启动，请稍后重试。"


@dataclass(eq=False)
class RuntimeTimeoutError(OpenClawError):
    """The runtime did not answer a read in time."""

    code: ClassVar[str] = "bridge.runtime_timeout"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "The Pi runtime did not answer within {seconds:g} s."
    template_zh: ClassVar[str] = "Pi 运行时未在 {seconds:g} 秒内应答。"

    seconds: float


@dataclass(eq=False)
class BadCommandError(OpenClawError):
    """The words of a command are not quoted as a shell takes them."""

    code: ClassVar[str] = "bridge.bad_command"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "--pi-command is not quoted as a shell takes it: {reason}."
    template_zh: ClassVar[str] = "--pi-command 的引号不符合 shell 语法：{reason}。"

    reason: str


@dataclass(eq=False)
class VaultRefusedError(OpenClawError):
    """There is no such local-only system here, or what was written is none."""

    code: ClassVar[str] = "bridge.vault_refused"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{reason}"
    template_zh: ClassVar[str] = "无法完成：{reason}"

    reason: str
