"""What is wrong below HTTP's meaning, sent to a real listener: it answers or hangs up, and goes on."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from openclaw.apps.server.serve import listen, serving
from openclaw.infra.web.limits import MAX_BODY
from tests.malformed.cases import Target
from tests.support.accounts import Person

LINE = "POST /api/v2/conversations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(target: Target) -> AsyncIterator[tuple[str, int]]:
    listener = listen("127.0.0.1", 0)
    async with serving(target.person.server.app, listener):
        yield listener.getsockname()


@pytest.fixture
def ann(target: Target) -> Person:
    return target.person


async def exchange(
    address: tuple[str, int], *pieces: bytes, hang_up: bool = False, says_more: bool = True
) -> tuple[int, bytes]:
    """Send ``pieces`` and read to the end; status and body. Status 0: the listener hung up without a word.

    ``says_more`` False: there is no more to come, so that a listener that waits for the rest gives up.
    """
    reader, writer = await asyncio.open_connection(*address)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if hang_up:
            writer.transport.abort()
            return 0, b""
        if not says_more:
            writer.write_eof()
        answer = await reader.read()
    except ConnectionError:  # refused before all of it was sent
        answer = await reader.read() if not reader.exception() else b""
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return (int(head.split()[1]) if head else 0), body


async def is_well(ann: Person, address: tuple[str, int]) -> None:
    head = "GET /api/v2/conversations HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    request = f"{head}Authorization: Bearer {ann.token}\r\n\r\n"
    status, body = await exchange(address, request.encode())
    assert (status, list(json.loads(body))) == (200, ["nextCursor", "items"])


def head_of(ann: Person, *headers: str) -> bytes:
    always = (f"Authorization: Bearer {ann.token}", "Connection: close")
    lines = "".join(f"{header}\r\n" for header in (*always, *headers))
    return f"{LINE}{lines}\r\n".encode("latin-1")


async def test_a_body_that_says_it_is_too_large_is_not_read(ann: Person, address: tuple[str, int]) -> None:
    status, body = await exchange(address, head_of(ann, f"Content-Length: {MAX_BODY + 1}"))
    assert (status, json.loads(body)["code"]) == (413, "request.too_large")
    await is_well(ann, address)


async def test_who_sends_all_of_a_body_that_is_too_large_hears_so(
    ann: Person, address: tuple[str, int]
) -> None:
    """A connection that is closed while somebody sends takes the answer with it."""
    body = b"x" * 10_485_760
    for path in ("/hooks/auto_" + "0" * 32, "/api/v2/conversations"):
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
        status, answer = await exchange(address, head.encode() + body)
        assert (status, json.loads(answer)["code"]) == (413, "request.too_large")


async def test_a_body_that_grows_too_large_is_read_no_further(ann: Person, address: tuple[str, int]) -> None:
    """Chunked, so that nobody can know before."""
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    status, body = await exchange(address, head_of(ann, "Transfer-Encoding: chunked"), *[chunk] * 33)
    assert (status, json.loads(body)["code"]) == (413, "request.too_large")
    await is_well(ann, address)


@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 2", "Content-Length: 3"),
        ("Content-Length: -1",),
        ("Content-Length: 1e3",),
        ("Transfer-Encoding: gzip",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("X-Name : space before the colon",),
        ("X-Nul: a\0b",),
        ("no colon at all",),
        (" folded",),
        ("X-Long: " + "x" * 200_000,),
    ],
)
async def test_heads_that_two_readers_might_read_differently(
    ann: Person, address: tuple[str, int], headers: tuple[str, ...]
) -> None:
    status, _ = await exchange(address, head_of(ann, *headers), b"{}", says_more=False)
    assert status in (0, 400, 413, 431, 501)
    await is_well(ann, address)


@pytest.mark.parametrize(
    "words",
    [
        b"\0" * 1000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # the beginning of TLS
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",  # no Host
        b"GET /\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET " + b"/a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ],
)
async def test_words_that_are_no_request(ann: Person, address: tuple[str, int], words: bytes) -> None:
    status, _ = await exchange(address, words, says_more=False)
    assert status in (0, 400, 413, 414, 421, 431, 505)
    await is_well(ann, address)


async def test_a_client_that_leaves_in_the_middle_changes_nothing(
    ann: Person, address: tuple[str, int]
) -> None:
    await exchange(address, head_of(ann, "Content-Length: 1000"), b'{"title": "half', hang_up=True)
    await exchange(address, head_of(ann, "Transfer-Encoding: chunked"), b'5\r\n{"tit', hang_up=True)
    await is_well(ann, address)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:3000", "127.0.0.1.evil.example", "[::1", "", "0x7f.1"]
)
async def test_a_page_whose_name_was_rebound_to_this_machine_gets_nothing(
    ann: Person, address: tuple[str, int], host: str
) -> None:
    for path in ("/", "/api/v2/conversations", "/healthz"):
        words = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: Bearer {ann.token}\r\n\r\n"
        status, body = await exchange(address, words.encode())
        assert (status, json.loads(body)["code"]) == (421, "request.foreign_host")
    await is_well(ann, address)


async def test_the_folder_of_the_console_is_all_that_is_served(ann: Person, address: tuple[str, int]) -> None:
    for path in (
        "/../app.py",
        "/..%2fapp.py",
        "/assets/../../app.py",
        "//etc/passwd.txt",
        "/%2e%2e/%2e%2e/main.py",
    ):
        status, body = await exchange(
            address, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        )
        assert status == 404, path
        assert b"import" not in body
