"""``http``: one request. From a server that others reach it goes to public addresses only, and to the checked one.

The name is looked up once, and the connection goes to that very address with the name in TLS and in the Host header: a
name server that answers differently the next time gains nothing. Redirects are not followed; they are the output.
"""

import asyncio
import contextlib
import json
import re
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson

from openclaw.domains.workflows.jobs.carrying import StepCall
from openclaw.domains.workflows.language.failures import StepError, limit_met
from openclaw.domains.workflows.language.limits import MAX_OUTPUT_BYTES
from openclaw.infra.addresses import PrivateAddressError, UnknownHostError, resolve

_SECONDS = 60
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})


class HttpCarrier:
    """Makes requests. ``may_be_private``: addresses inside the network are allowed."""

    def __init__(self, *, may_be_private: bool) -> None:
        self._may_be_private = may_be_private

    async def carry(self, call: StepCall) -> dict[str, Any]:
        """The answer: status, headers, body (JSON where it is). Raises StepError."""
        inputs = call.inputs
        try:
            url = httpx2.URL(str(inputs["url"]), params=_texts(inputs["query"]) or None)
        except (httpx2.InvalidURL, ValueError) as error:
            raise StepError("wrong_url", str(error)[:200], is_final=True) from None
        if url.scheme not in ("http", "https") or not url.host:
            raise StepError("wrong_url", "must be http:// or https://", is_final=True)
        address = await self._address(url.host, url.port or (443 if url.scheme == "https" else 80))
        headers = {k: v for k, v in _texts(inputs["headers"]).items() if k.lower() not in _OURS}
        for name, value in headers.items():
            if not _HEADER.fullmatch(name) or not (value.isascii() and value.isprintable()):
                words = f"the header {ascii(name)[1:-1][:100]}: names and values are plain ASCII, in one line"
                raise StepError("wrong_request", words, is_final=True)
        headers["Host"] = urlsplit(str(url)).netloc.rpartition("@")[2]
        if inputs["method"] not in ("GET", "HEAD"):
            headers.setdefault("Idempotency-Key", call.key)
        body = inputs["body"]
        content = body.encode() if isinstance(body, str) else orjson.dumps(body) if body is not None else None
        if content is not None and not isinstance(body, str):
            headers.setdefault("Content-Type", "application/json")
        said = f"{inputs['method']} {url.scheme}://{url.netloc.decode().rpartition('@')[2]}{url.path}"
        began = asyncio.get_running_loop().time()
        try:
            status, answer_headers, answer = await _ask(
                inputs["method"], url.copy_with(host=address), headers, content, url.host
            )
        except (httpx2.HTTPError, OSError) as error:
            call.log(f"{said}: no answer after {_milliseconds(began)} ms")
            raise StepError("no_answer", f"{type(error).__name__}: {error}"[:300]) from None
        call.log(f"{said}: {status} after {_milliseconds(began)} ms")
        expected = inputs["expect"]
        if status not in expected if expected else status >= 400:
            is_final = 400 <= status < 500 and status not in (408, 425, 429)
            raise StepError("http_status", f"the server answered {status}", is_final=is_final)
        return {"status": status, "headers": answer_headers, "body": answer}

    async def _address(self, host: str, port: int) -> str:
        """The address to connect to; every address of the name must be allowed."""
        try:
            return await resolve(host, port, may_be_private=self._may_be_private)
        except UnknownHostError:
            raise StepError("no_such_host", f"{host} is not known") from None
        except PrivateAddressError:
            raise StepError(
                "private_address", f"{host} is not on the public internet", is_final=True
            ) from None


def _milliseconds(since: float) -> int:
    return int((asyncio.get_running_loop().time() - since) * 1000)


async def _ask(
    method: str, url: httpx2.URL, headers: dict[str, str], content: bytes | None, host: str
) -> tuple[int, dict[str, str], Any]:
    async with httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False, trust_env=False) as client:
        request = client.build_request(
            method, url, headers=headers, content=content, extensions={"sni_hostname": host}
        )
        response = await client.send(request, stream=True)
        try:
            pieces: list[bytes] = []
            size = 0
            async for piece in response.aiter_bytes():
                size += len(piece)
                if size > MAX_OUTPUT_BYTES:
                    raise limit_met("The answer", MAX_OUTPUT_BYTES)
                pieces.append(piece)
        finally:
            await response.aclose()
    answer: Any = b"".join(pieces).decode(response.encoding or "utf-8", "replace")
    if "json" in response.headers.get("content-type", ""):
        with contextlib.suppress(ValueError, RecursionError):
            answer = json.loads(answer)
    return response.status_code, dict(response.headers), answer


def _texts(values: Any) -> dict[str, str]:
    if not isinstance(values, dict):
        raise StepError("wrong_request", "headers and query are objects", is_final=True)
    return {
        key: value if isinstance(value, str) else orjson.dumps(value).decode()
        for key, value in values.items()
    }
