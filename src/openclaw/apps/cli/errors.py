"""What can go wrong on the client's side, and the exit code of every kind of failure."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError

EXIT_CODES: dict[Kind, int] = {
    Kind.INTERNAL: 1,
    Kind.INVALID: 2,
    Kind.UNAUTHENTICATED: 3,
    Kind.FORBIDDEN: 4,
    Kind.NOT_FOUND: 5,
    Kind.CONFLICT: 6,
    Kind.QUOTA: 7,
    Kind.UNAVAILABLE: 8,
}
FAILED = 1
NEEDS_A_PERSON = 3
INTERRUPTED = 130
_KINDS = {
    401: Kind.UNAUTHENTICATED,
    403: Kind.FORBIDDEN,
    404: Kind.NOT_FOUND,
    409: Kind.CONFLICT,
    429: Kind.QUOTA,
    502: Kind.UNAVAILABLE,
    503: Kind.UNAVAILABLE,
    504: Kind.UNAVAILABLE,
}


def exit_code(error: OpenClawError) -> int:
    """The exit code for a failure, by its kind; for the server's own refusals by their HTTP status."""
    if isinstance(error, ServerRefusedError):
        return EXIT_CODES[kind_of_status(error.status)]
    return EXIT_CODES[error.kind]


def kind_of_status(status: int) -> Kind:
    """The kind of failure that an HTTP status stands for."""
    return _KINDS.get(status, Kind.INTERNAL if status >= 500 else Kind.INVALID)


@dataclass(eq=False)
class UsageError(OpenClawError):
    """The command was not typed as it takes its arguments."""

    code: ClassVar[str] = "cli.usage"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{reason}"
    template_zh: ClassVar[str] = "{reason}"

    reason: str


@dataclass(eq=False)
class ServerPartMissingError(OpenClawError):
    """A role of the server was asked for where only the client is installed."""

    code: ClassVar[str] = "cli.server_part_missing"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = (
        'The server part of OpenClaw is not installed here. Install it: pip install "openclaw[server]"'
    )
    template_zh: ClassVar[str] = '此处未安装 OpenClaw 的服务端部分。请安装：pip install "openclaw[server]"'


@dataclass(eq=False)
class PortTakenError(OpenClawError):
    """Another program listens where a role should."""

    code: ClassVar[str] = "cli.port_taken"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = (
        "Port {port} is in use by {holder}. Stop it, or choose another port with {option}."
    )
    template_zh: ClassVar[str] = "端口 {port} 已被 {holder} 占用。请停止它，或用 {option} 换一个端口。"

    port: int
    holder: str
    option: str


@dataclass(eq=False)
class BadSettingError(OpenClawError):
    """A setting in the environment is not of its form."""

    code: ClassVar[str] = "cli.bad_setting"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{name} is not valid: {reason}"
    template_zh: ClassVar[str] = "{name} 无效：{reason}"

    name: str
    reason: str


@dataclass(eq=False)
class RoleFailedError(OpenClawError):
    """A role of the server could not start for a reason of this machine."""

    code: ClassVar[str] = "cli.role_failed"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "{role} could not start: {reason}\nFind out more with: openclaw doctor"
    template_zh: ClassVar[str] = "{role} 无法启动：{reason}\n请运行 openclaw doctor 了解详情"

    role: str
    reason: str


@dataclass(eq=False)
class ServerUnreachableError(OpenClawError):
    """No connection to the server."""

    code: ClassVar[str] = "cli.server_unreachable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = (
        "{server} does not answer ({reason}).\nStart a server with `openclaw up`, or name yours with --server."
    )
    template_zh: ClassVar[str] = (
        "{server} 没有应答（{reason}）。\n请用 `openclaw up` 启动服务器，或用 --server 指定地址。"
    )

    server: str
    reason: str


@dataclass(eq=False)
class NotAServerError(OpenClawError):
    """Something answers, but it is not an OpenClaw server."""

    code: ClassVar[str] = "cli.not_a_server"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "{server} answers, but not as an OpenClaw server ({reason})."
    template_zh: ClassVar[str] = "{server} 有应答，但不是 OpenClaw 服务器（{reason}）。"

    server: str
    reason: str


@dataclass(eq=False)
class GatewayUnreachableError(OpenClawError):
    """The server answers, its gateway does not."""

    code: ClassVar[str] = "cli.gateway_unreachable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = (
        "The gateway at {url} does not answer ({reason}). The reply goes on without this terminal."
    )
    template_zh: ClassVar[str] = "网关 {url} 没有应答（{reason}）。回复会在服务器上继续进行。"

    url: str
    reason: str


@dataclass(eq=False)
class ServerRefusedError(OpenClawError):
    """The server refused; ``refusal`` is its own stable code, ``details`` its public data."""

    code: ClassVar[str] = "cli.server_refused"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{detail}"
    template_zh: ClassVar[str] = "{detail}"

    status: int
    refusal: str
    detail: str
    details: dict[str, object]
    request_id: str


@dataclass(eq=False)
class NotLoggedInError(OpenClawError):
    """No session for this server."""

    code: ClassVar[str] = "cli.not_logged_in"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "You are not logged in to {server}. Log in with: openclaw login {server}"
    template_zh: ClassVar[str] = "尚未登录 {server}。请运行：openclaw login {server}"

    server: str


@dataclass(eq=False)
class SessionEndedError(OpenClawError):
    """The server has ended this session."""

    code: ClassVar[str] = "cli.session_ended"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "Your session on {server} has ended. Log in again with: openclaw login {server}"
    template_zh: ClassVar[str] = "您在 {server} 的会话已结束。请重新登录：openclaw login {server}"

    server: str


@dataclass(eq=False)
class BadAddressError(OpenClawError):
    """An address that no server can have."""

    code: ClassVar[str] = "cli.bad_address"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{address!r} is not the address of a server. Example: https://claw.example"
    template_zh: ClassVar[str] = "{address!r} 不是服务器地址。示例：https://claw.example"

    address: str


@dataclass(eq=False)
class InsecureServerError(OpenClawError):
    """A plain-text address that is not this machine."""

    code: ClassVar[str] = "cli.insecure_server"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = (
        "{server} is not encrypted and not on this machine: anyone on the way could read your password. "
        "Use https, or --insecure if you accept that."
    )
    template_zh: ClassVar[str] = (
        "{server} 未加密且不在本机：途中任何人都能读到您的密码。请使用 https；若接受风险，可加 --insecure。"
    )

    server: str


@dataclass(eq=False)
class CredentialsError(OpenClawError):
    """The file with the sessions cannot be read or written."""

    code: ClassVar[str] = "cli.credentials_unusable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "{path} cannot be used: {reason}"
    template_zh: ClassVar[str] = "{path} 无法使用：{reason}"

    path: str
    reason: str


@dataclass(eq=False)
class NoMatchError(OpenClawError):
    """Nothing has that id, name or end of an id."""

    code: ClassVar[str] = "cli.no_match"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "Nothing matches “{wanted}”. See: {command}"
    template_zh: ClassVar[str] = "没有与“{wanted}”相符的内容。请查看：{command}"

    wanted: str
    command: str


@dataclass(eq=False)
class AmbiguousError(OpenClawError):
    """Several things match."""

    code: ClassVar[str] = "cli.ambiguous"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "“{wanted}” could be any of: {found}"
    template_zh: ClassVar[str] = "“{wanted}”对应多项：{found}"

    wanted: str
    found: str


@dataclass(eq=False)
class NothingToSayError(OpenClawError):
    """A message without text."""

    code: ClassVar[str] = "cli.nothing_to_say"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "There is no text to send."
    template_zh: ClassVar[str] = "没有要发送的文字。"


@dataclass(eq=False)
class NotConfirmedError(OpenClawError):
    """The person did not say yes, or nobody could be asked."""

    code: ClassVar[str] = "cli.not_confirmed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "Not confirmed; nothing was changed. Without a question: --yes"
    template_zh: ClassVar[str] = "未确认，未作任何更改。如不需询问，请加 --yes"
