"""Requests that are turned away: each has its own status and stable code."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


class RefusedRequestError(OpenClawError):
    """Base: a request that is not let in; ``status`` is its HTTP status."""

    status: ClassVar[int]


@dataclass(eq=False)
class WrongHostError(RefusedRequestError):
    """The Host header is not this bridge's own address: a rebound name, or a proxy."""

    code: ClassVar[str] = "bridge.wrong_host"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    status: ClassVar[int] = 421
    template: ClassVar[str] = "Call the bridge as http://127.0.0.1 with its port, in exactly one Host header."
    template_zh: ClassVar[str] = "请以 http://127.0.0.1 加端口访问 bridge，且只能有一个 Host 头。"


@dataclass(eq=False)
class ForeignOriginError(RefusedRequestError):
    """The page's origin is not on the list."""

    code: ClassVar[str] = "bridge.origin_not_allowed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    status: ClassVar[int] = 403
    template: ClassVar[str] = "This web origin may not talk to the bridge."
    template_zh: ClassVar[str] = "此网页来源不允许访问 bridge。"


@dataclass(eq=False)
class TokenNeededError(RefusedRequestError):
    """A program without the owner's token."""

    code: ClassVar[str] = "bridge.token_needed"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    status: ClassVar[int] = 401
    template: ClassVar[str] = "This needs the owner's local token in the Authorization header."
    template_zh: ClassVar[str] = "需要在 Authorization 头中提供本机所有者的令牌。"


@dataclass(eq=False)
class OwnerOnlyError(RefusedRequestError):
    """A local control path, called by a web page."""

    code: ClassVar[str] = "bridge.owner_only"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    status: ClassVar[int] = 403
    template: ClassVar[str] = "Web pages may not use this; it is for the command line on this machine."
    template_zh: ClassVar[str] = "网页不能使用此接口；它只供本机命令行使用。"


@dataclass(eq=False)
class NavigationError(RefusedRequestError):
    """Not a script's CORS request: a form, a link, an image, a no-cors fetch."""

    code: ClassVar[str] = "bridge.not_a_cors_request"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    status: ClassVar[int] = 403
    template: ClassVar[str] = (
        "The bridge answers only CORS requests of scripts, no navigation, form or embedding."
    )
    template_zh: ClassVar[str] = "bridge 只应答脚本的 CORS 请求，不应答导航、表单或嵌入请求。"


@dataclass(eq=False)
class NotJsonError(RefusedRequestError):
    """A body of another type."""

    code: ClassVar[str] = "bridge.not_json"
    kind: ClassVar[Kind] = Kind.INVALID
    status: ClassVar[int] = 415
    template: ClassVar[str] = "Send Content-Type: application/json."
    template_zh: ClassVar[str] = "请使用 Content-Type: application/json。"


@dataclass(eq=False)
class BodyTooLargeError(RefusedRequestError):
    """A body over the limit."""

    code: ClassVar[str] = "bridge.body_too_large"
    kind: ClassVar[Kind] = Kind.INVALID
    status: ClassVar[int] = 413
    template: ClassVar[str] = "The body is over {limit} bytes."
    template_zh: ClassVar[str] = "请求体超过 {limit} 字节。"

    limit: int


@dataclass(eq=False)
class BadRequestError(RefusedRequestError):
    """Not well-formed HTTP, or a body that is not one plain JSON object of the right fields."""

    code: ClassVar[str] = "bridge.bad_request"
    kind: ClassVar[Kind] = Kind.INVALID
    status: ClassVar[int] = 400
    template: ClassVar[str] = "The request is not valid: {reason}."
    template_zh: ClassVar[str] = "请求无效：{reason}。"

    reason: str


@dataclass(eq=False)
class HeadersTooLargeError(RefusedRequestError):
    """A request head over the limit."""

    code: ClassVar[str] = "bridge.headers_too_large"
    kind: ClassVar[Kind] = Kind.INVALID
    status: ClassVar[int] = 431
    template: ClassVar[str] = "The request head is over {limit} bytes."
    template_zh: ClassVar[str] = "请求头超过 {limit} 字节。"

    limit: int


@dataclass(eq=False)
class RequestTimeoutError(RefusedRequestError):
    """The request did not arrive in time."""

    code: ClassVar[str] = "bridge.request_timeout"
    kind: ClassVar[Kind] = Kind.INVALID
    status: ClassVar[int] = 408
    template: ClassVar[str] = "The request did not arrive in time."
    template_zh: ClassVar[str] = "请求未能及时到达。"


@dataclass(eq=False)
class NoSuchPathError(RefusedRequestError):
    """The bridge has no such path."""

    code: ClassVar[str] = "bridge.no_such_path"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    status: ClassVar[int] = 404
    template: ClassVar[str] = "The bridge has no such path."
    template_zh: ClassVar[str] = "bridge 没有此路径。"


@dataclass(eq=False)
class MethodNotAllowedError(RefusedRequestError):
    """The path is there, the method is not."""

    code: ClassVar[str] = "bridge.method_not_allowed"
    kind: ClassVar[Kind] = Kind.INVALID
    status: ClassVar[int] = 405
    template: ClassVar[str] = "This path takes {allowed}."
    template_zh: ClassVar[str] = "此路径只接受 {allowed}。"

    allowed: str


@dataclass(eq=False)
class BusyError(RefusedRequestError):
    """Too many connections."""

    code: ClassVar[str] = "bridge.busy"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    status: ClassVar[int] = 503
    template: ClassVar[str] = "The bridge has too many open connections."
    template_zh: ClassVar[str] = "bridge 的连接数过多。"


@dataclass(eq=False)
class AppUrlError(RefusedRequestError):
    """A page that claims to be another one."""

    code: ClassVar[str] = "bridge.app_url_mismatch"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    status: ClassVar[int] = 403
    template: ClassVar[str] = "appUrl must be the origin of the page that asks."
    template_zh: ClassVar[str] = "appUrl 必须与发出请求的网页来源一致。"


@dataclass(eq=False)
class PageTokenNeededError(RefusedRequestError):
    """A read of the runtime by a page without a token that counts."""

    code: ClassVar[str] = "bridge.page_token_needed"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    status: ClassVar[int] = 401
    template: ClassVar[str] = "This page needs a token from /link/page, for its own origin and not yet ended."
    template_zh: ClassVar[str] = "此网页需要从 /link/page 获取属于自己来源且未过期的令牌。"


@dataclass(eq=False)
class PassRefusedError(RefusedRequestError):
    """A pass that the server did not sign for this machine, this origin and this nonce, or a nonce that is used up."""

    code: ClassVar[str] = "bridge.pass_refused"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    status: ClassVar[int] = 403
    template: ClassVar[str] = (
        "The pass is not the server's for this machine, or its nonce is used or too old."
    )
    template_zh: ClassVar[str] = "该凭证不是服务器为本机签发的，或其一次性随机数已使用或过期。"


@dataclass(eq=False)
class CommandNotAllowedError(RefusedRequestError):
    """A command other than the three reads."""

    code: ClassVar[str] = "bridge.command_not_allowed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    status: ClassVar[int] = 403
    template: ClassVar[str] = "Pages may read: get_state, get_messages, get_session_stats. Nothing else."
    template_zh: ClassVar[str] = "网页只能读取：get_state、get_messages、get_session_stats，其他一律不可。"


@dataclass(eq=False)
class RepeatedIdError(RefusedRequestError):
    """An id that was used before."""

    code: ClassVar[str] = "bridge.repeated_id"
    kind: ClassVar[Kind] = Kind.CONFLICT
    status: ClassVar[int] = 409
    template: ClassVar[str] = "Every call needs an id of its own; this one was used before."
    template_zh: ClassVar[str] = "每次调用都需要自己的 id；此 id 已使用过。"


@dataclass(eq=False)
class TooManyCallsError(RefusedRequestError):
    """Too many reads wait for the runtime."""

    code: ClassVar[str] = "bridge.too_many_calls"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    status: ClassVar[int] = 503
    template: ClassVar[str] = "{limit} calls wait for the runtime already. Try again in a moment."
    template_zh: ClassVar[str] = "已有 {limit} 个调用在等待运行时，请稍后重试。"

    limit: int
