"""Requests to addresses that a tenant may name: to the address that was checked, and nowhere else.

The name is looked up once, and the connection goes to that very address with the name in TLS and in the Host header: a
name server that answers differently the next time gains nothing. Redirects are not followed.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import httpx2

from openclaw.infra.addresses import PrivateAddressError, UnknownHostError, resolve

SECONDS = 20
LARGEST_ANSWER = 65_536


class WrongUrlError(Exception):
    """It is no address of the web, or holds a name and password."""


class NoAnswerError(Exception):
    """Nobody has answered; trying again may help. Its words hold nothing of the address but the host."""


class ForbiddenAddressError(Exception):
    """It leads to an address inside the network, which is not allowed here."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status, headers with small letters, and the beginning of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


def parsed_url(text: str) -> httpx2.URL:
    """An http or https address without a name and password. Raises WrongUrlError."""
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError):
        raise WrongUrlError("is no address") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise WrongUrlError("must be http:// or https://, without a name and password")
    return url


async def request(
    method: str,
    url: httpx2.URL,
    *,
    headers: Mapping[str, str],
    content: bytes | None,
    may_be_private: bool,
    seconds: float = SECONDS,
    largest: int = LARGEST_ANSWER,
) -> Answer:
    """One request. Of the body ``largest`` bytes are read. Raises NoAnswerError, ForbiddenAddressError."""
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        address = await resolve(url.host, port, may_be_private=may_be_private)
    except PrivateAddressError:
        raise ForbiddenAddressError(f"{url.host} is not on the public internet") from None
    except UnknownHostError:
        raise NoAnswerError(f"{url.host} is not known") from None
    named = {**headers, "Host": urlsplit(str(url)).netloc.rpartition("@")[2]}
    try:
        async with asyncio.timeout(seconds):
            return await _send(method, url, address, named, content, seconds=seconds, largest=largest)
    except (httpx2.HTTPError, OSError) as error:
        raise NoAnswerError(f"{type(error).__name__}: {error}"[:300]) from None


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we trust: read once, since that takes a tenth of a second in which nothing else happens."""
    return httpx2.create_ssl_context(trust_env=False)


async def _send(
    method: str,
    url: httpx2.URL,
    address: str,
    headers: dict[str, str],
    content: bytes | None,
    *,
    seconds: float,
    largest: int,
) -> Answer:
    async with httpx2.AsyncClient(
        timeout=seconds, follow_redirects=False, trust_env=False, verify=_trusted()
    ) as client:
        built = client.build_request(
            method,
            url.copy_with(host=address),
            headers=headers,
            content=content,
            extensions={"sni_hostname": url.host},
        )
        response = await client.send(built, stream=True)
        try:
            body = b""
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) >= largest:
                    break
        finally:
            await response.aclose()
    return Answer(response.status_code, dict(response.headers), body[:largest])
