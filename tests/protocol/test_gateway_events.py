"""Events and errors: who sees what, what a slow reader may miss, and the words of an error frame."""

from typing import Any

import pytest

from openclaw.kit.errors import (
    InternalError,
    InvalidInputError,
    Kind,
    OpenClawError,
    RateLimitedError,
    UnavailableError,
)
from openclaw.protocol.gateway import errors
from openclaw.protocol.gateway.events import (
    EVENTS,
    can_receive,
    is_droppable,
    is_sequenced,
    restated,
    topic_of,
)
from openclaw.protocol.gateway.scopes import APPROVALS, PAIRING, READ, SCOPES, WRITE, Role


def sees(
    event: str, payload: dict[str, Any] | None = None, *, scopes: tuple[str, ...] = (), **more: Any
) -> bool:
    given: dict[str, Any] = {"role": Role.OPERATOR, "scopes": scopes, "caps": (), "protocol": 4} | more
    return can_receive(event, payload or {}, **given)


@pytest.mark.parametrize("event", EVENTS)
def test_a_node_sees_only_its_own_and_the_ungated(event: str) -> None:
    aimed = {"node.invoke.request", "node.invoke.prepare", "node.invoke.cancel"}
    own = {"connect.challenge", "tick", "shutdown"} | aimed
    assert sees(event, role=Role.NODE, scopes=tuple(SCOPES), caps=("approvals",)) is (event in own)


@pytest.mark.parametrize(
    ("event", "scope"),
    [
        ("chat", READ),
        ("agent", READ),
        ("presence", READ),
        ("sessions.changed", READ),
        ("device.changed", READ),
        ("device.pair.requested", PAIRING),
        ("exec.approval.requested", APPROVALS),
        ("exec.approval.resolved", APPROVALS),
    ],
)
def test_operators_need_the_scope(event: str, scope: str) -> None:
    caps = ("approvals",)
    assert sees(event, scopes=(scope,), caps=caps)
    assert not sees(event, scopes=(), caps=caps)
    assert not sees(event, scopes=tuple(SCOPES - {scope, WRITE, "operator.admin"}), caps=caps)


def test_approvals_and_live_tools_need_an_able_client() -> None:
    assert not sees("exec.approval.requested", scopes=(APPROVALS,))
    assert sees("exec.approval.requested", scopes=(APPROVALS,), caps=("exec-approvals",))
    assert sees("exec.approval.requested", scopes=(APPROVALS,), protocol=3), "release 3 announces nothing"
    tool = {"stream": "tool"}
    assert not sees("agent", tool, scopes=(READ,))
    assert sees("agent", tool, scopes=(READ,), caps=("tool-events",))
    assert sees("agent", {"stream": "assistant"}, scopes=(READ,))


def test_a_publisher_can_ask_for_more_and_an_unknown_event_is_a_defect() -> None:
    assert not sees("chat", scopes=(READ,), scope=WRITE)
    assert sees("chat", scopes=(WRITE,), scope=WRITE)
    assert not sees("node.invoke.request", scopes=tuple(SCOPES))
    with pytest.raises(KeyError):
        sees("chatter")


def test_only_aimed_events_are_not_counted() -> None:
    assert {event for event in EVENTS if not is_sequenced(event)} == {
        "node.invoke.request",
        "node.invoke.prepare",
        "node.invoke.cancel",
    }


def test_what_may_be_left_out() -> None:
    delta, final = {"state": "delta", "runId": "r"}, {"state": "final", "runId": "r"}
    assert topic_of("chat", delta) == topic_of("chat", final) == "chat:r"
    assert topic_of("chat", {"state": "aborted", "runId": "r"}) is None
    assert is_droppable("chat", delta)
    assert not is_droppable("chat", final)
    assert is_droppable("tick", {})
    assert not is_droppable("agent", {"runId": "r"})
    assert topic_of("exec.approval.requested", {}) is None


def test_a_missed_delta_is_told_as_a_replacement() -> None:
    message = {"role": "assistant", "content": [{"type": "text", "text": "Hello "}, {"text": "world"}]}
    delta = {"runId": "r", "state": "delta", "deltaText": "ld", "message": message}
    assert restated("chat", delta) == delta | {"deltaText": "Hello world", "replace": True}
    assert restated("tick", {"ts": 1}) == {"ts": 1}


# ── Errors ────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_kind_has_a_code_of_the_protocol() -> None:
    assert set(errors.CODES) == set(Kind)


@pytest.mark.parametrize(
    ("error", "code", "name", "retryable"),
    [
        (InvalidInputError(field="text", reason="too long"), "INVALID_REQUEST", "request.invalid", None),
        (UnavailableError(part="The database"), "UNAVAILABLE", "service.unavailable", True),
        (InternalError(request_id="r"), "UNAVAILABLE", "internal", None),
        (errors.UnknownMethodError(method="x"), "INVALID_REQUEST", "gateway.unknown_method", None),
        (errors.MissingScopeError(scope=READ), "FORBIDDEN", "MISSING_SCOPE", None),
        (errors.WrongRoleError(role="node"), "INVALID_REQUEST", "gateway.wrong_role", None),
        (errors.DeviceIdentityRequiredError(), "NOT_PAIRED", "DEVICE_IDENTITY_REQUIRED", None),
        (errors.PairingRequiredError(request_id="q", device_id="d"), "NOT_PAIRED", "PAIRING_REQUIRED", True),
        (errors.TooManyInFlightError(limit=16), "UNAVAILABLE", "gateway.too_many_in_flight", True),
    ],
    ids=lambda value: value.code if isinstance(value, OpenClawError) else None,
)
def test_an_error_keeps_its_stable_code(
    error: OpenClawError, code: str, name: str, retryable: bool | None
) -> None:
    shape = errors.error_shape(error)
    assert (shape.code, shape.retryable) == (code, retryable)
    assert shape.details is not None
    assert (shape.details["code"], shape.details["errorCode"]) == (name, error.code)
    assert shape.message == error.words()
    assert errors.error_shape(error, language="zh").message == error.words("zh")


def test_release_3_does_not_know_forbidden() -> None:
    assert errors.error_shape(errors.MissingScopeError(scope=READ), protocol=3).code == "INVALID_REQUEST"


def test_a_limit_says_when_to_come_back() -> None:
    shape = errors.error_shape(RateLimitedError(retry_after_seconds=7))
    assert (shape.retryable, shape.retry_after_ms) == (True, 7000)


def test_a_failed_connect_tells_clients_to_stop_or_wait() -> None:
    class _DeniedError(UnavailableError):
        kind = Kind.UNAUTHENTICATED

    denied = _DeniedError(part="x")
    wrong = errors.connect_error_shape(denied, has_token=True).details
    absent = errors.connect_error_shape(denied, has_token=False).details
    assert wrong is not None
    assert absent is not None
    assert (wrong["code"], wrong["errorCode"]) == ("AUTH_TOKEN_MISMATCH", denied.code)
    assert absent["code"] == "AUTH_TOKEN_MISSING"
    assert wrong["recommendedNextStep"] == "update_auth_credentials"
    locked = errors.connect_error_shape(RateLimitedError(retry_after_seconds=300), has_token=True)
    assert locked.details is not None
    assert (locked.details["code"], locked.retry_after_ms) == ("AUTH_RATE_LIMITED", 300_000)
    waiting = errors.connect_error_shape(
        errors.PairingRequiredError(request_id="q", device_id="d"), has_token=True
    )
    assert waiting.details is not None
    assert waiting.details["recommendedNextStep"] == "wait_then_retry"
    assert waiting.details["pauseReconnect"] is False
