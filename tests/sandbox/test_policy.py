"""Which hosts a grant means, and which addresses nobody may be led to."""

import ssl
from typing import Any

import pytest

from openclaw.sandbox.calls import NetworkGrant
from openclaw.sandbox.egress.policy import DeniedError, address_for, is_public, normalise_host
from openclaw.sandbox.egress.tls import NotTlsError, server_name

GRANT = NetworkGrant(
    hosts=("api.example.com", "*.example.org", "odd.example.net:8443", "10.0.0.1", "2130706433")
)


def _resolver(*answers: str) -> Any:
    async def resolve(host: str, port: int) -> list[str]:
        if not answers:
            raise OSError("no such name")
        return list(answers)

    return resolve


@pytest.mark.parametrize(
    ("host", "port", "denied"),
    [
        ("api.example.com", 443, None),
        ("API.Example.COM.", 80, None),
        ("api.example.com", 22, "host_not_granted"),
        ("a.b.example.org", 443, None),
        ("example.org", 443, "host_not_granted"),
        ("evilexample.org", 443, "host_not_granted"),
        (".example.org", 443, "bad_host"),
        ("example.org.evil.test", 443, "host_not_granted"),
        ("odd.example.net", 8443, None),
        ("odd.example.net", 443, "host_not_granted"),
        ("10.0.0.1", 443, "address_instead_of_name"),
        ("2130706433", 443, "address_instead_of_name"),
        ("api.example.com\r\nx", 443, "bad_host"),
        ("api.example.com@evil.test", 443, "bad_host"),
        ("", 443, "bad_host"),
        ("x" * 300, 443, "bad_host"),
    ],
)
async def test_hosts(host: str, port: int, denied: str | None) -> None:
    async def lookup() -> str:
        return await address_for(GRANT, normalise_host(host), port, resolve=_resolver("93.184.216.34"))

    if denied is None:
        assert await lookup() == "93.184.216.34"
    else:
        with pytest.raises(DeniedError, match=denied):
            await lookup()


async def test_any_host_is_a_public_one() -> None:
    anywhere = NetworkGrant(hosts=("*",))
    assert await address_for(anywhere, "a.example", 443, resolve=_resolver("93.184.216.34"))
    for host, port, answer, denied in (
        ("a.example", 22, "93.184.216.34", "host_not_granted"),
        ("a.example", 443, "127.0.0.1", "address_not_public"),
        ("10.0.0.1", 443, "10.0.0.1", "address_instead_of_name"),
    ):
        with pytest.raises(DeniedError, match=denied):
            await address_for(anywhere, host, port, resolve=_resolver(answer))


PRIVATE = (
    "127.0.0.1 127.9.9.9 0.0.0.0 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.100.100.200 224.0.0.1 "
    "255.255.255.255 192.0.0.1 198.18.0.1 240.0.0.1 ::1 :: fe80::1 fe80::1%eth0 fc00::1 ff02::1 ::ffff:127.0.0.1 "
    "::ffff:10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::a00:1 2002:7f00:1:: 2001:0:7f00:1::1 2001:db8::1 fd00:ec2::254"
).split()


@pytest.mark.parametrize("address", PRIVATE)
async def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)
    for answers in ((address,), ("93.184.216.34", address)):  # also behind a public one
        with pytest.raises(DeniedError, match="address_not_public"):
            await address_for(GRANT, "api.example.com", 443, resolve=_resolver(*answers))
    found = await address_for(
        GRANT, "api.example.com", 443, resolve=_resolver(address), internal=("api.example.com",)
    )
    assert found == address


async def test_names_that_lead_nowhere() -> None:
    with pytest.raises(DeniedError, match="name_unknown"):
        await address_for(GRANT, "api.example.com", 443, resolve=_resolver())
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")


def _hello(name: str | None) -> bytes:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.check_hostname = False
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    return outgoing.read()


def test_the_name_in_a_hello() -> None:
    hello = _hello("Api.Example.com")
    assert server_name(hello) == "api.example.com"
    assert server_name(_hello(None)) == ""
    for length in range(len(hello)):
        assert server_name(hello[:length]) is None
    for data in (b"SSH-2.0", b"GET / HTTP/1.1\r\n", b"\x00"):
        with pytest.raises(NotTlsError):
            server_name(data)
    for at in range(5, len(hello)):  # nothing that a client can write makes it fail otherwise
        server_name(hello[:at] + bytes([hello[at] ^ 0xFF]) + hello[at + 1 :])
    assert server_name(b"\x16\x03\x01\x00\x03abc") == ""
