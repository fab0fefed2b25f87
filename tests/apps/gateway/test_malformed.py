"""Whatever a client sends, it is told so or sent away, nothing is done, and the gateway lives."""

import contextlib
import json
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from openclaw.apps.gateway.limits import GatewayLimits
from openclaw.protocol.gateway.methods import METHODS
from openclaw.protocol.gateway.scopes import Role
from tests.apps.gateway.harness import Client, Machine, Person, Product, running

Bad = tuple[str, str | bytes | list[bytes]]


def request(**changes: Any) -> dict[str, Any]:
    return {"type": "req", "id": "x1", "method": "chat.history", "params": {"sessionKey": "main"}} | changes


def nested(depth: int) -> str:
    return '{"type":"req","id":"x1","method":"health","params":{"a":' + "[" * depth + "]" * depth + "}}"


WRONG: list[Any] = [None, True, 1, -1, 1.5, "", "x" * 129, [], [1], {}, {"a": 1}, "\0", "a\0b"]


def frames() -> Iterator[Bad]:
    """Frames that no connection survives."""
    for text in (
        "",
        " ",
        "{",
        "}",
        "[]",
        "null",
        "1",
        '"x"',
        "{}",
        "nonsense",
        "{'a':1}",
        "\ufeff{}",
        "\0",
        "NaN",
    ):
        yield f"text {text!r}", text
    for key in ("type", "id", "method"):
        for value in WRONG:
            if not (key == "method" and isinstance(value, str) and value == "x" * 0):
                yield f"{key}={str(value)[:12]!r}", json.dumps(request(**{key: value}))
        yield f"no {key}", json.dumps({k: v for k, v in request().items() if k != key})
    for value in (True, 1, "x", [], [1]):
        yield f"params={value}", json.dumps(request(params=value))
    for extra in ("seq", "payload", "ok", "event", "__proto__", "constructor", ""):
        yield f"extra {extra!r}", json.dumps(request(**{extra: {}}))
    for depth in (63, 500, 900, 5_000, 30_000, 100_000):
        yield f"deep {depth}", nested(depth)
        yield f"deep open {depth}", nested(depth)[:depth]
    yield "deep objects", '{"type":"req","id":"x1","method":"health","params":' + '{"a":' * 100_000
    yield "many values", json.dumps(request(params={"a": [0] * 200_001}))
    yield "10 MB", json.dumps(request(params={"sessionKey": "x" * 10_000_000}))
    for key in ("type", "id", "method", "params"):
        yield f"repeated {key}", json.dumps(request())[:-1] + f', "{key}": {json.dumps(request()[key])}}}'
    yield (
        "repeated in params",
        '{"type":"req","id":"x1","method":"health","params":{"probe":true,"probe":false}}',
    )
    for text in ("\\u0000", "\\ud800", "\\udc00", "\\ud800\\u0041", "\\x00", "\\"):
        yield f"escape {text}", json.dumps(request(params={"sessionKey": "@"})).replace("@", text)
    yield "escaped NUL in id", '{"type":"req","id":"x\\u00001","method":"health"}'
    for number in ("1e999", "-1e999", "9" * 5000, "01", "+1", "0x1", "Infinity", "1."):
        yield f"number {number[:9]}", json.dumps(request(params={"limit": "@"})).replace('"@"', number)
    yield "binary frame", json.dumps(request()).encode()
    yield "binary noise", bytes(range(256))
    yield "binary fragments", [b"\x00" * 10, b"\xff" * 10]


def wrong_params() -> Iterator[tuple[str, dict[str, Any]]]:
    """Params that are answered with an error, after which the connection goes on."""
    for method in METHODS.values():
        if method.role is not Role.OPERATOR:
            continue
        yield method.name, {"surprise": 1}
        fields = method.params.__struct_encode_fields__
        for name in fields[:4]:
            if name in {"params", "payload"}:
                continue
            for value in ({"a": 1}, [[1]], "x" * 300_000, -1):
                yield method.name, {name: value, "surprise": 1}
    yield "node.describe", {"nodeId": "../../etc/passwd" * 20}
    yield "chat.send", {"sessionKey": "main", "message": "", "idempotencyKey": "k"}
    yield "chat.send", {"sessionKey": "main", "message": "m", "idempotencyKey": "k" * 257}
    yield "chat.send", {"sessionKey": "s" * 513, "message": "m", "idempotencyKey": "k"}
    yield "chat.history", {"sessionKey": "main", "limit": 1001}
    yield "chat.history", {"sessionKey": "main", "limit": True}
    yield "exec.approval.resolve", {"id": "a", "decision": "allow-everything"}


def product_that_must_not_be_called() -> Product:
    product = Product()

    async def do_not(_connection: object, _params: object) -> None:
        raise AssertionError("a malformed request reached its handler")

    product.handlers = dict.fromkeys(METHODS, do_not)
    product.handlers["health"] = product._health
    return product


async def refused(client: Client) -> tuple[int, list[dict[str, Any]]]:
    """Read to the end: the close code, and the errors that were answered, each with a stable code."""
    errors: list[dict[str, Any]] = []
    with contextlib.suppress(ConnectionClosed):
        async for message in client.socket:
            frame = json.loads(message)
            if frame["type"] == "res":
                assert not frame["ok"], frame
                assert frame["error"]["details"]["code"].startswith("gateway.")
                errors.append(frame["error"])
    assert client.socket.close_code is not None
    return client.socket.close_code, errors


BAD_FRAMES = list(frames())
BAD_PARAMS = list(wrong_params())
CODES = {1003, 1007, 1008, 1009}


def test_there_are_more_than_two_hundred() -> None:
    assert len(BAD_FRAMES) > 100
    assert len(BAD_FRAMES) + len(BAD_PARAMS) > 400


@pytest.mark.parametrize("role", list(Role))
async def test_malformed_frames_end_their_connection_alone(role: Role) -> None:
    machine = Machine(Person())
    async with running(product_that_must_not_be_called()) as gateway:
        for name, data in BAD_FRAMES:
            client = await (gateway.operator() if role is Role.OPERATOR else gateway.node(machine))
            await client.socket.send(data)
            code, errors = await refused(client)
            assert code in CODES, name
            assert [error["code"] for error in errors] in ([], ["INVALID_REQUEST"]), name
            await gateway.product.closed.get()
            await gateway.is_alive()
            await gateway.product.closed.get()
        assert len(gateway.hub) == 0


async def test_malformed_frames_before_connect_are_refused_too() -> None:
    async with running(product_that_must_not_be_called()) as gateway:
        for name, data in BAD_FRAMES:
            client = await gateway.open()
            await client.challenge()
            await client.socket.send(data)
            code, _ = await refused(client)
            assert code in CODES, name
            assert len(gateway.hub) == 0
        await gateway.is_alive()


async def test_a_frame_before_connect_is_small() -> None:
    async with running() as gateway:
        for size, code in ((65_536 - 100, 1008), (65_537, 1009)):
            client = await gateway.open()
            await client.challenge()
            await client.socket.send("x" * size)
            assert (await refused(client))[0] == code
        greeted = await gateway.operator()
        for size, code in ((65_537, 1008), (8 * 1024 * 1024 + 1, 1009)):
            await greeted.socket.send("x" * size)
            assert (await refused(greeted))[0] == code
            greeted = await gateway.operator()


async def test_wrong_params_are_named_and_the_connection_goes_on() -> None:
    limits = GatewayLimits(request_burst=10_000)
    async with running(product_that_must_not_be_called(), limits=limits) as gateway:
        client = await gateway.operator()
        for method, params in BAD_PARAMS:
            error = await client.error(method, params)
            assert error["code"] == "INVALID_REQUEST", (method, error)
            assert error["details"]["code"] == "gateway.invalid_params"
            assert error["message"].startswith(f"invalid {method} params: ")
        assert await client.result("health") == {"ok": True}


def wire(
    opcode: int, payload: bytes = b"", *, fin: bool = True, masked: bool = True, size: int | None = None
) -> bytes:
    """A WebSocket frame of RFC 6455 section 5.2, as wrong as asked for (the mask is zero)."""
    size = len(payload) if size is None else size
    short, extended = (size, b"") if size < 126 else (127, struct.pack("!Q", size))
    head = bytes([0x80 * fin | opcode, 0x80 * masked | short]) + extended
    return head + (b"\0\0\0\0" if masked else b"") + payload


GOOD = json.dumps(request(method="health", params={})).encode()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("invalid UTF-8", wire(1, b'{"type":"\xff\xfe"}'), 1007),
        ("cut UTF-8", wire(1, "中".encode()[:2]), 1007),
        ("invalid UTF-8 across fragments", wire(1, b'"\xe4', fin=False) + wire(0, b'"'), 1007),
        ("unmasked", wire(1, GOOD, masked=False), 1002),
        ("reserved opcode", wire(3, GOOD), 1002),
        ("reserved bit", bytes([wire(1, GOOD)[0] | 0x40]) + wire(1, GOOD)[1:], 1002),
        ("continuation of nothing", wire(0, GOOD), 1002),
        ("a frame inside a fragmented one", wire(1, b"{", fin=False) + wire(1, GOOD), 1002),
        ("fragmented ping", wire(9, b"", fin=False), 1002),
        ("large ping", wire(9, b"x" * 200), 1002),
        ("declared huge", wire(1, b"x", size=2**62), 1009),
        ("declared too large", wire(1, b"x", size=8 * 1024 * 1024 + 1), 1009),
        (
            "fragments that grow too large",
            wire(1, b"x" * 5_000_000, fin=False) * 1 + wire(0, b"x" * 5_000_000),
            1009,
        ),
        ("close with a wrong code", wire(8, struct.pack("!H", 999)), 1002),
        ("close with half a code", wire(8, b"x"), 1002),
        ("noise", bytes(range(255, 0, -1)), 1002),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_broken_websocket_frames(name: str, data: bytes, code: int) -> None:
    async with running(product_that_must_not_be_called()) as gateway:
        client = await gateway.operator()
        client.socket.transport.write(data)
        assert (await refused(client))[0] == code, name
        await gateway.product.closed.get()
        await gateway.is_alive()


async def test_fragments_are_one_frame_and_tiny_ones_are_bounded() -> None:
    async with running() as gateway:
        client = await gateway.operator()
        pieces = [
            wire(1, GOOD[:1], fin=False),
            *(wire(0, GOOD[n : n + 1], fin=False) for n in range(1, len(GOOD))),
        ]
        client.socket.transport.write(b"".join([*pieces, wire(9, b"ping"), wire(0)]))
        assert (await client.answer("x1"))["ok"]


async def test_a_socket_that_just_vanishes_leaves_nothing_behind() -> None:
    async with running() as gateway:
        for _ in range(5):
            client = await gateway.operator()
            client.socket.transport.write(wire(1, GOOD, size=len(GOOD) + 5))
            client.socket.transport.abort()
            await gateway.product.closed.get()
            early = await gateway.open()
            early.socket.transport.abort()
        assert len(gateway.hub) == 0
        await gateway.is_alive()
