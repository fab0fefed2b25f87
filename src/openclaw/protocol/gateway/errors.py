"""Failures of the gateway protocol, and how any failure of the family looks in an error frame.

An error frame carries one of the few codes that the protocol knows, and in ``details.code`` either the name
that released clients look for (``MISSING_SCOPE`` …) or our stable code. ``details.errorCode`` is always ours.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from msgspec import Struct

from openclaw.kit.errors import Kind, OpenClawError

INVALID_REQUEST = "INVALID_REQUEST"
UNAVAILABLE = "UNAVAILABLE"
NOT_PAIRED = "NOT_PAIRED"
FORBIDDEN = "FORBIDDEN"

CODES: dict[Kind, str] = {
    Kind.INVALID: INVALID_REQUEST,
    Kind.UNAUTHENTICATED: INVALID_REQUEST,
    Kind.FORBIDDEN: FORBIDDEN,
    Kind.NOT_FOUND: INVALID_REQUEST,
    Kind.CONFLICT: INVALID_REQUEST,
    Kind.QUOTA: UNAVAILABLE,
    Kind.UNAVAILABLE: UNAVAILABLE,
    Kind.INTERNAL: UNAVAILABLE,
}
# What released clients look for in ``details.reason``, by our code.
REASONS = {
    "agents.approval_not_found": "APPROVAL_NOT_FOUND",
    "agents.approval_decided": "APPROVAL_ALREADY_RESOLVED",
}
MAX_WORDS = 300
_RETRYABLE = frozenset({Kind.QUOTA, Kind.UNAVAILABLE})


class ErrorShape(Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The ``error`` of a response frame."""

    code: str
    message: str
    details: dict[str, Any] | None = None
    retryable: bool | None = None
    retry_after_ms: int | None = None


class GatewayError(OpenClawError):
    """A failure that the protocol itself names: ``detail_name`` is what released clients look for."""

    detail_name: ClassVar[str | None] = None
    protocol_code: ClassVar[str | None] = None
    close_code: ClassVar[int] = 1008

    def details(self) -> dict[str, Any]:
        """Further fields of ``details``, in the words of the protocol."""
        return {}

    def close_reason(self) -> str:
        """Why the connection is closed, in at most 123 bytes."""
        return self.words()


@dataclass(eq=False)
class ProtocolMismatchError(GatewayError):
    """The client speaks no release that we speak."""

    code: ClassVar[str] = "gateway.protocol_mismatch"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "protocol mismatch"
    template_zh: ClassVar[str] = "协议版本不匹配"
    detail_name: ClassVar[str | None] = "PROTOCOL_MISMATCH"
    close_code: ClassVar[int] = 1002

    client_min: int
    client_max: int
    oldest: int
    newest: int

    def details(self) -> dict[str, Any]:
        """The ranges of both ends."""
        return {
            "clientMinProtocol": self.client_min,
            "clientMaxProtocol": self.client_max,
            "expectedProtocol": self.newest,
            "minimumProbeProtocol": self.oldest,
        }


@dataclass(eq=False)
class InvalidParamsError(GatewayError):
    """The parameters are not of the form that the method takes."""

    code: ClassVar[str] = "gateway.invalid_params"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "invalid {method} params: {reason}"
    template_zh: ClassVar[str] = "{method} 的参数无效：{reason}"

    method: str
    reason: str


@dataclass(eq=False)
class UnknownMethodError(GatewayError):
    """No such method on this gateway."""

    code: ClassVar[str] = "gateway.unknown_method"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "unknown method: {method}"
    template_zh: ClassVar[str] = "未知的方法：{method}"

    method: str


@dataclass(eq=False)
class MissingScopeError(GatewayError):
    """The connection was not granted the scope that the method needs."""

    code: ClassVar[str] = "gateway.missing_scope"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "missing scope: {scope}"
    template_zh: ClassVar[str] = "缺少权限：{scope}"
    detail_name: ClassVar[str | None] = "MISSING_SCOPE"

    scope: str

    def details(self) -> dict[str, Any]:
        """The scope to ask for."""
        return {"missingScope": self.scope, "requiredScopes": [self.scope]}


@dataclass(eq=False)
class WrongRoleError(GatewayError):
    """A node called an operator's method, or the other way round."""

    code: ClassVar[str] = "gateway.wrong_role"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "unauthorized role: {role}"
    template_zh: ClassVar[str] = "该角色无权调用：{role}"
    protocol_code: ClassVar[str | None] = INVALID_REQUEST

    role: str


@dataclass(eq=False)
class InvalidRoleError(GatewayError):
    """``connect`` names a role that does not exist here."""

    code: ClassVar[str] = "gateway.invalid_role"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "invalid role"
    template_zh: ClassVar[str] = "无效的角色"


@dataclass(eq=False)
class ConnectFirstError(GatewayError):
    """The first frame was no ``connect``, or a later one was."""

    code: ClassVar[str] = "gateway.connect_first"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "connect must be the first frame, and only the first"
    template_zh: ClassVar[str] = "connect 必须是第一个且唯一一个握手帧"


@dataclass(eq=False)
class DeviceIdentityRequiredError(GatewayError):
    """A node must prove which machine it is."""

    code: ClassVar[str] = "gateway.device_identity_required"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "device identity required"
    template_zh: ClassVar[str] = "需要设备身份证明"
    detail_name: ClassVar[str | None] = "DEVICE_IDENTITY_REQUIRED"
    protocol_code: ClassVar[str | None] = NOT_PAIRED


@dataclass(eq=False)
class DeviceProofError(GatewayError):
    """The proof of the device key does not hold; ``reason`` is one of ``DEVICE_PROOF_NAMES``."""

    code: ClassVar[str] = "gateway.device_proof"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    template: ClassVar[str] = "{reason}"
    template_zh: ClassVar[str] = "设备证明无效：{reason}"

    reason: str

    def details(self) -> dict[str, Any]:
        """The name that released clients know this reason by."""
        return {"code": DEVICE_PROOF_NAMES[self.reason]}


DEVICE_PROOF_NAMES = {
    "device public key invalid": "DEVICE_AUTH_PUBLIC_KEY_INVALID",
    "device identity mismatch": "DEVICE_AUTH_DEVICE_ID_MISMATCH",
    "device signature expired": "DEVICE_AUTH_SIGNATURE_EXPIRED",
    "device nonce required": "DEVICE_AUTH_NONCE_REQUIRED",
    "device nonce mismatch": "DEVICE_AUTH_NONCE_MISMATCH",
    "device signature invalid": "DEVICE_AUTH_SIGNATURE_INVALID",
}


@dataclass(eq=False)
class PairingRequiredError(GatewayError):
    """The device is known to nobody yet; a released node host waits and joins once it is approved."""

    code: ClassVar[str] = "gateway.pairing_required"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "pairing required"
    template_zh: ClassVar[str] = "需要先配对设备"
    detail_name: ClassVar[str | None] = "PAIRING_REQUIRED"
    protocol_code: ClassVar[str | None] = NOT_PAIRED

    request_id: str
    device_id: str
    reason: str = "not-paired"

    def details(self) -> dict[str, Any]:
        """What to approve, and that the client may keep trying."""
        return {
            "requestId": self.request_id,
            "deviceId": self.device_id,
            "reason": self.reason,
            "requestedRole": "node",
            "recommendedNextStep": "wait_then_retry",
            "retryable": True,
            "pauseReconnect": False,
        }

    def close_reason(self) -> str:
        """What to approve, as the released gateways say it."""
        return f"pairing required: device is not approved yet (requestId: {self.request_id})"


@dataclass(eq=False)
class PairingRefusedError(GatewayError):
    """The owner rejected the device a little while ago; a released node host stops trying."""

    code: ClassVar[str] = "gateway.pairing_refused"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "pairing refused"
    template_zh: ClassVar[str] = "配对请求已被拒绝"
    detail_name: ClassVar[str | None] = "AUTH_UNAUTHORIZED"  # PAIRING_REQUIRED always means: wait, then retry
    protocol_code: ClassVar[str | None] = NOT_PAIRED

    device_id: str

    def details(self) -> dict[str, Any]:
        """That trying again is of no use."""
        return {"deviceId": self.device_id, "reason": "rejected", "pauseReconnect": True}


@dataclass(eq=False)
class TooManyInFlightError(GatewayError):
    """The connection has as many unanswered requests as it may have."""

    code: ClassVar[str] = "gateway.too_many_in_flight"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    template: ClassVar[str] = "More than {limit} requests at once. Wait for an answer first."
    template_zh: ClassVar[str] = "同时进行的请求超过 {limit} 个，请等待应答后再试。"

    limit: int


@dataclass(eq=False)
class TooManyConnectionsError(GatewayError):
    """The user has as many connections as they may have."""

    code: ClassVar[str] = "gateway.too_many_connections"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = (
        "More than {limit} connections of one account. Close one, or try again in {retry_after_seconds} s."
    )
    template_zh: ClassVar[str] = (
        "该账号的连接超过 {limit} 个，请关闭一个，或在 {retry_after_seconds} 秒后重试。"
    )
    detail_name: ClassVar[str | None] = "RATE_LIMITED"
    close_code: ClassVar[int] = 1013

    limit: int
    retry_after_seconds: int = 30

    def details(self) -> dict[str, Any]:
        """That the client may come back by itself."""
        return {"recommendedNextStep": "wait_then_retry"}


@dataclass(eq=False)
class IdempotencyConflictError(GatewayError):
    """The idempotency key was used before with other parameters."""

    code: ClassVar[str] = "gateway.idempotency_conflict"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "idempotencyKey {key} was used before with other params"
    template_zh: ClassVar[str] = "幂等键 {key} 已用于其他参数"

    key: str


def briefly(problem: Exception) -> str:
    """What a decoder found wrong, without the megabytes that it may quote."""
    words = str(problem)
    return words if len(words) <= MAX_WORDS else words[:MAX_WORDS] + "…"


def error_shape(error: OpenClawError, *, protocol: int = 4, language: str = "en") -> ErrorShape:
    """``error`` as the ``error`` of a response to a client of ``protocol``."""
    code = CODES[error.kind]
    details: dict[str, Any] = {"code": error.code, "errorCode": error.code}
    if isinstance(error, GatewayError):
        code = error.protocol_code or code
        details["code"] = error.detail_name or error.code
        details.update(error.details())
    else:
        details |= {"data": error.data} if error.data else {}
        details |= {"reason": REASONS[error.code]} if error.code in REASONS else {}
    if protocol < 4 and code == FORBIDDEN:
        code = INVALID_REQUEST  # the older release does not know FORBIDDEN
    seconds = error.data.get("retry_after_seconds")
    return ErrorShape(
        code=code,
        message=error.words(language),
        details=details,
        retryable=True if error.kind in _RETRYABLE else None,
        retry_after_ms=seconds * 1000 if isinstance(seconds, int) else None,
    )


def connect_error_shape(
    error: OpenClawError, *, has_token: bool, protocol: int = 4, language: str = "en"
) -> ErrorShape:
    """``error`` as the answer to a failed ``connect``, with the hints by which clients stop or retry."""
    shape = error_shape(error, protocol=protocol, language=language)
    details = dict(shape.details or {})
    if isinstance(error, GatewayError):
        return shape
    if error.kind is Kind.UNAUTHENTICATED:
        details["code"] = "AUTH_TOKEN_MISMATCH" if has_token else "AUTH_TOKEN_MISSING"
        details["canRetryWithDeviceToken"] = False
        details["recommendedNextStep"] = "update_auth_credentials"
    elif error.kind is Kind.QUOTA:
        details["code"] = "AUTH_RATE_LIMITED"
        details["recommendedNextStep"] = "wait_then_retry"
    return ErrorShape(shape.code, shape.message, details, shape.retryable, shape.retry_after_ms)
