"""HTTP by the host: it resolves, checks and connects, so that it works also where the code has no network."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from openclaw.sdk.errors import PluginError

_REDIRECTS = {301, 302, 303, 307, 308}
_FOR_ANYBODY = {"accept", "accept-language", "content-type", "user-agent"}


@dataclass(frozen=True)
class Response:
    """An answer; ``headers`` by lower-case name, the last of a name."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: str

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text, in the encoding that it says, else UTF-8."""
        _, _, said = self.headers.get("content-type", "").partition("charset=")
        name = said.split(";")[0].strip().strip('"') or "utf-8"
        try:
            return self.body.decode(name, errors="replace")
        except LookupError:
            return self.body.decode(errors="replace")

    def json(self) -> Any:
        """The body as JSON.

        :raises PluginError: ``not_json``.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise PluginError("not_json", f"{self.url} did not answer with JSON.") from None


class Http:
    """Requests to hosts that were granted. Permission: ``network:host``."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        json_body: Any = None,
        redirects: int = 5,
    ) -> Response:
        """One request; up to ``redirects`` are followed, each checked like a request of its own.

        To another host, or another scheme, only headers go along that are for anybody (``Accept`` …).

        :raises HostError: the host is not granted or does not answer.
        :raises PluginError: ``too_many_redirects``.
        """
        sent = dict(headers or {})
        if json_body is not None:
            body = json.dumps(json_body)
            sent.setdefault("Content-Type", "application/json")
        for _ in range(redirects + 1):
            response = self._once(method, url, sent, body)
            target = response.headers.get("location")
            if response.status not in _REDIRECTS or not target or redirects == 0:
                return response
            url, before = urljoin(url, target), url
            if urlsplit(url)[:2] != urlsplit(before)[:2]:  # keys and tokens are for whom they were meant
                sent = {name: value for name, value in sent.items() if name.lower() in _FOR_ANYBODY}
            if response.status == 303 or (response.status in {301, 302} and method == "POST"):
                method, body = "GET", None
        raise PluginError("too_many_redirects", f"{url} leads on and on.")

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Response:
        """A GET."""
        return await self.request("GET", url, headers=headers)

    async def post(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        json_body: Any = None,
    ) -> Response:
        """A POST."""
        return await self.request("POST", url, headers=headers, body=body, json_body=json_body)

    def _once(self, method: str, url: str, headers: dict[str, str], body: bytes | str | None) -> Response:
        given: dict[str, Any] = {"url": url, "method": method, "headers": headers}
        if isinstance(body, bytes):
            given["body_base64"] = base64.b64encode(body).decode()
        elif body is not None:
            given["body"] = body
        answer = self._ask("http", **given)
        return Response(
            status=int(answer["status"]),
            headers={str(name).lower(): str(value) for name, value in answer["headers"]},
            body=base64.b64decode(answer["body"]),
            url=url,
        )
