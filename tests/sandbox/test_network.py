"""The way out of a jail: what was granted, to the addresses that were checked, and nothing beside it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from openclaw.sandbox.calls import Grants, Limits, NetworkGrant, Tier
from openclaw.sandbox.client import Sandbox
from openclaw.sandbox.frames import Settings
from tests.sandbox.conftest import MISSING, Cell, value

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIMITS = Limits(wall_seconds=20)


@dataclass
class Site:
    """A server on loopback, with and without TLS; keeps what it was asked."""

    port: int = 0
    secure_port: int = 0
    asked: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer whatever comes, once."""
        try:
            self.asked.append(await reader.readuntil(b"\r\n\r\n"))
            if b"Content-Length: 5\r\n" in self.asked[-1].title():
                self.asked[-1] += await reader.readexactly(5)
            body = b"x" * 300_000 if b"/large" in self.asked[-1] else b"hello"
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
            )
            await writer.drain()
        except (OSError, EOFError, ssl.SSLError) as error:
            self.asked.append(repr(error).encode())
        finally:
            writer.close()


def _certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    encoding, private, no_password = (
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    text = key.private_bytes(encoding, private, no_password)
    (folder / "both.pem").write_bytes(text + builder.sign(key, hashes.SHA256()).public_bytes(encoding))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


@pytest_asyncio.fixture(loop_scope="module")
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    site = Site()
    plain = await asyncio.start_server(site.serve, "127.0.0.1", 0)
    secure = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=_certificate(tmp_path))
    site.port, site.secure_port = (server.sockets[0].getsockname()[1] for server in (plain, secure))
    yield site
    plain.close()
    secure.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cell() -> AsyncIterator[Cell]:
    """With an operator's leave to reach this machine by one name."""
    settings = Settings(slots=1, only=Tier.NAMESPACES, internal_hosts=("localhost",))
    async with Sandbox(settings) as sandbox:
        hello = await sandbox.start()
        if hello.tier is Tier.NONE:
            pytest.skip(f"{MISSING} ({hello.findings})")
        yield Cell(sandbox, hello.tier, hello.findings)


def _to(*hosts: str, total_bytes: int = 1 << 20) -> Grants:
    return Grants(network=NetworkGrant(hosts=hosts, total_bytes=total_bytes))


async def test_what_was_granted_is_reached_and_told(cell: Cell, site: Site) -> None:
    urls = [f"http://localhost:{site.port}/some?query=1", f"https://localhost:{site.secure_port}/secure"]
    grants = _to(f"localhost:{site.port}", f"localhost:{site.secure_port}")
    outcome = await cell.run("network:fetch", {"urls": urls, "body": "12345"}, grants=grants, limits=LIMITS)
    assert value(outcome) == ["hello", "hello"]
    plain, secure = site.asked
    assert plain.startswith(b"POST /some?query=1 HTTP/1.1\r\n")
    assert plain.endswith(b"12345")
    assert f"host: localhost:{site.port}".encode() in plain.lower()
    assert secure.startswith(b"POST /secure")
    assert [(c.host, c.port, c.decision) for c in outcome.connections] == [
        ("localhost", site.port, "allow"),
        ("localhost", site.secure_port, "allow"),
    ]
    assert outcome.usage.network_bytes > 500
    assert outcome.refused == ()


async def test_nothing_else_is_reached(cell: Cell, site: Site) -> None:
    port = site.port
    names = ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "localhost.", "other.test"]
    urls = [f"http://{name}:{port}/" for name in names] + ["http://localhost:1/", f"ftp://localhost:{port}/"]
    grants = _to(f"127.0.0.1:{port}", f"2130706433:{port}", f"0x7f.1:{port}", "localhost:80")
    outcome = await cell.run("network:fetch", {"urls": urls}, grants=grants, limits=LIMITS)
    assert site.asked == []
    assert value(outcome)[:3] == ["address_instead_of_name"] * 3
    assert set(value(outcome)[3:8]) == {"host_not_granted"}
    assert "allow" not in {connection.decision for connection in outcome.connections}


async def test_a_name_of_ours_is_not_public_unless_an_operator_says_so(site: Site) -> None:
    async with Sandbox(Settings(slots=1, only=Tier.NAMESPACES)) as sandbox:
        hello = await sandbox.start()
        if hello.tier is Tier.NONE:
            pytest.skip(MISSING)
        outcome = await Cell(sandbox, hello.tier, hello.findings).run(
            "network:fetch",
            {"urls": [f"http://localhost:{site.port}/"]},
            grants=_to(f"localhost:{site.port}"),
            limits=LIMITS,
        )
    assert value(outcome) == ["address_not_public"]
    assert site.asked == []


async def test_a_tunnel_carries_tls_for_its_host_only(cell: Cell, site: Site) -> None:
    target = f"localhost:{site.secure_port}"
    openings = [
        "SSH-2.0-OpenSSH\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "sni:other.test",
        "\x16\x03\x01\x00\x02\x01\x00",
    ]
    outcome = await cell.run(
        "network:tunnel", {"target": target, "openings": openings}, grants=_to(target), limits=LIMITS
    )
    told = [connection.decision for connection in outcome.connections]
    assert told == ["not_tls", "not_tls", "other_name:other.test", "other_name:"]
    assert site.asked == []


async def test_one_plain_request_a_connection(cell: Cell, site: Site) -> None:
    target = f"localhost:{site.port}"
    first = f"GET http://{target}/first HTTP/1.1\r\nHost: other.test\r\n\r\n"
    second = "GET http://other.test/second HTTP/1.1\r\nHost: other.test\r\n\r\n"
    for texts in ([first + second], [first, second]):
        await cell.run("network:smuggle", {"texts": texts}, grants=_to(target), limits=LIMITS)
    assert [asked.split(b"\r\n")[0] for asked in site.asked] == [b"GET /first HTTP/1.1"] * 2
    assert b"other.test" not in b"".join(site.asked)


async def test_there_is_no_way_around(cell: Cell, site: Site) -> None:
    target = f"localhost:{site.port}"
    outcome = await cell.run("network:around", {"port": site.port}, grants=_to(target), limits=LIMITS)
    assert site.asked == []
    assert "PermissionError" in value(outcome) or "ConnectionRefusedError" in value(outcome)
    assert value(outcome)[-1] == "gaierror"


async def test_bytes_are_limited(cell: Cell, site: Site) -> None:
    target = f"localhost:{site.port}"
    grants = _to(target, total_bytes=100_000)
    inputs = {"urls": [f"http://{target}/large"]}
    outcome = await cell.run("network:fetch", inputs, grants=grants, limits=LIMITS)
    assert "x" * 200_000 not in value(outcome)[0]
    assert outcome.connections[-1].decision == "byte_limit"
