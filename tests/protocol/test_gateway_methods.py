"""The method table: recorded calls fit, everything is closed, and each role and scope gets its own."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from openclaw.protocol.gateway.errors import InvalidParamsError, MissingScopeError, WrongRoleError
from openclaw.protocol.gateway.methods import METHODS
from openclaw.protocol.gateway.params import NodeInvokeProgressParams, SessionsPatchParams
from openclaw.protocol.gateway.scopes import (
    ADMIN,
    APPROVALS,
    PAIRING,
    READ,
    SCOPES,
    WRITE,
    Role,
    can,
    granted_scopes,
)

FIXTURES = Path(__file__).parent / "fixtures"
CALLS = [
    frame
    for name in ("gateway-2026.2.3-1.jsonl", "gateway-2026.9.6.jsonl")
    for frame in map(json.loads, (FIXTURES / name).read_text(encoding="utf-8").splitlines())
    if frame["method"] != "connect"
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call['method']}-{len(call.get('params') or {})}")
def test_recorded_calls_of_both_releases_fit(call: dict[str, Any]) -> None:
    method, params = METHODS[call["method"]], call.get("params") or {}
    if call["method"] == "chat.history" and not params:  # recorded as a deliberate mistake
        with pytest.raises(InvalidParamsError, match=r"invalid chat\.history params: .*sessionKey"):
            method.decode(params)
        return
    decoded = msgspec.to_builtins(method.decode(params))
    assert {k: v for k, v in decoded.items() if v is not None} == params


@pytest.mark.parametrize("name", METHODS)
def test_params_are_closed_and_wrong_types_are_named(name: str) -> None:
    method = METHODS[name]
    with pytest.raises(InvalidParamsError, match=rf"^invalid {name} params: "):
        method.decode({"surprise": 1})
    for wire_name in method.params.__struct_encode_fields__:
        if wire_name in {"payload", "params"}:  # any JSON is right here
            continue
        with pytest.raises(InvalidParamsError):
            method.decode({wire_name: {"not": "this"}, "surprise": 1})


@pytest.mark.parametrize("name", METHODS)
def test_only_the_right_role_with_the_scope_may_call(name: str) -> None:
    method = METHODS[name]
    other = Role.NODE if method.role is Role.OPERATOR else Role.OPERATOR
    with pytest.raises(WrongRoleError, match=f"unauthorized role: {other.value}"):
        method.check_allowed(other, (ADMIN,))
    if method.scope is None:
        method.check_allowed(method.role, ())
        return
    for scope in SCOPES:
        if can((scope,), method.scope):
            method.check_allowed(Role.OPERATOR, (scope,))
        else:
            with pytest.raises(MissingScopeError, match=f"missing scope: {method.scope}"):
                method.check_allowed(Role.OPERATOR, (scope,))


def test_nodes_have_only_their_own_methods() -> None:
    assert {m.name for m in METHODS.values() if m.role is Role.NODE} == {
        "node.invoke.result",
        "node.invoke.progress",
        "node.run.event",
        "node.event",
        "node.host.heartbeat",
        "node.skills.update",
        "node.pluginTools.update",
        "node.runnerInventory.update",
        "skills.bins",
    }


def test_calls_with_a_key_are_idempotent() -> None:
    can = {m.name for m in METHODS.values() if m.is_idempotent}
    assert can == {"chat.send", "node.invoke", "sessions.create", "sessions.send"}


def test_reports_about_one_invocation_share_a_lane() -> None:
    result, progress = METHODS["node.invoke.result"], METHODS["node.invoke.progress"]
    assert result.lane is not None
    assert progress.lane is not None
    end = result.lane(result.decode({"id": "i", "nodeId": "n", "ok": True}))
    ours = progress.decode({"id": "i", "nodeId": "n", "seq": 0, "stream": "stdout", "data": "x"})
    theirs = progress.decode({"invokeId": "i", "nodeId": "n", "seq": 1, "chunk": "y"})
    assert end == progress.lane(ours) == progress.lane(theirs)
    assert isinstance(ours, NodeInvokeProgressParams)
    assert isinstance(theirs, NodeInvokeProgressParams)
    assert (ours.call_id, ours.text, theirs.call_id, theirs.text) == ("i", "x", "i", "y")


@pytest.mark.parametrize("params", [{}, {"id": "i", "invokeId": "i", "chunk": ""}, {"id": "i"}])
def test_progress_needs_one_name_for_each_thing(params: dict[str, Any]) -> None:
    with pytest.raises(InvalidParamsError, match="exactly one of"):
        METHODS["node.invoke.progress"].decode({"nodeId": "n", "seq": 0} | params)


def test_a_patch_tells_clearing_from_leaving_alone() -> None:
    patch = METHODS["sessions.patch"].decode({"key": "main", "label": None})
    assert isinstance(patch, SessionsPatchParams)
    assert patch.label is None
    assert patch.archived is msgspec.UNSET


@pytest.mark.parametrize(
    ("requested", "allowed", "protocol", "granted"),
    [
        ([READ], [ADMIN], 4, {READ}),
        ([WRITE], [READ, WRITE], 4, {READ, WRITE}),
        ([ADMIN], [READ, WRITE, APPROVALS], 4, {READ, WRITE, APPROVALS}),
        ([ADMIN], [ADMIN], 4, set(SCOPES)),
        ([ADMIN, "operator.talk"], ["operator.talk", READ], 4, {READ}),
        ([PAIRING], [READ], 4, set()),
        ([], [READ, WRITE], 4, set()),
        ([], [READ, WRITE], 3, {READ, WRITE}),
    ],
)
def test_granted_is_what_is_asked_and_allowed(
    requested: list[str], allowed: list[str], protocol: int, granted: set[str]
) -> None:
    assert set(granted_scopes(requested, allowed, protocol=protocol)) == granted


def test_scope_algebra() -> None:
    assert all(can([ADMIN], scope) for scope in SCOPES)
    assert can([WRITE], READ)
    assert not can([READ], WRITE)
    assert not any(can([WRITE], scope) for scope in (ADMIN, APPROVALS, PAIRING))
    assert not any(can([], scope) for scope in SCOPES)
