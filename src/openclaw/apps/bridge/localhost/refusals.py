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
