"""The one exception family that may cross a process boundary."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar


class Kind(StrEnum):
    """How a caller should react. Transports map a kind, never a class."""

    INVALID = "invalid"  # fix the request
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"  # re-read, then retry
    QUOTA = "quota"  # wait or upgrade
    UNAVAILABLE = "unavailable"  # retry later; not our bug
    INTERNAL = "internal"  # our bug


_REGISTRY: dict[str, type["OpenClawError"]] = {}


class OpenClawError(Exception):
    """Base of expected failures. A subclass is a dataclass (``eq=False``); its fields are public data.

    ``template`` is English and ``template_zh`` Chinese; both are formatted with the fields.
    """

    code: ClassVar[str]
    kind: ClassVar[Kind]
    template: ClassVar[str]
    template_zh: ClassVar[str]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" not in cls.__dict__:
            return
        holder = _REGISTRY.setdefault(cls.code, cls)
        if (holder.__module__, holder.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"error code {cls.code!r} is taken by {holder.__qualname__}")
        _REGISTRY[cls.code] = cls  # `dataclass(slots=True)` and reloads make a second class object

    @property
    def data(self) -> dict[str, Any]:
        """Structured fields a client may rely on."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]

    def words(self, language: str = "en") -> str:
        """The sentence for people, in ``language`` (``en`` or ``zh``)."""
        template = self.template_zh if language == "zh" else self.template
        return template.format(**self.data)

    def __str__(self) -> str:
        return self.words()

    def to_wire(self) -> dict[str, Any]:
        """The form stored by the durable engine and sent over the gateway."""
        return {"code": self.code, "data": self.data}

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> "OpenClawError":
        """Rebuild an error that another process raised; InternalError when this release does not know it."""
        try:
            return _REGISTRY[wire["code"]](**wire["data"])
        except (KeyError, TypeError):
            return InternalError(request_id=str(wire.get("code")))

    def __reduce__(self) -> tuple[Any, ...]:
        return OpenClawError.from_wire, (self.to_wire(),)


def registered_errors() -> dict[str, type[OpenClawError]]:
    """Every declared error by its stable code."""
    return dict(_REGISTRY)


@dataclass(eq=False)
class InvalidInputError(OpenClawError):
    """The request is not of the form that the operation takes."""

    code: ClassVar[str] = "request.invalid"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{field}: {reason}"
    template_zh: ClassVar[str] = "{field}：{reason}"

    field: str
    reason: str


@dataclass(eq=False)
class TooLargeError(OpenClawError):
    """A body, frame or field is over its limit."""

    code: ClassVar[str] = "request.too_large"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "{field} is over the limit of {limit}."
    template_zh: ClassVar[str] = "{field} 超出上限 {limit}。"

    field: str
    limit: int


@dataclass(eq=False)
class RateLimitedError(OpenClawError):
    """Too many requests in the window."""

    code: ClassVar[str] = "request.rate_limited"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "Too many requests. Try again in {retry_after_seconds} s."
    template_zh: ClassVar[str] = "请求过于频繁，请在 {retry_after_seconds} 秒后重试。"

    retry_after_seconds: int


@dataclass(eq=False)
class UnavailableError(OpenClawError):
    """A part that the request needs does not answer right now; nothing was changed."""

    code: ClassVar[str] = "service.unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "{part} is not available right now. Try again in a moment."
    template_zh: ClassVar[str] = "{part} 暂时不可用，请稍后重试。"

    part: str


@dataclass(eq=False)
class InternalError(OpenClawError):
    """A defect of ours. The request id finds it in the log."""

    code: ClassVar[str] = "internal"
    kind: ClassVar[Kind] = Kind.INTERNAL
    template: ClassVar[str] = "Something went wrong on our side (request {request_id})."
    template_zh: ClassVar[str] = "服务内部出错（请求 {request_id}）。"

    request_id: str
