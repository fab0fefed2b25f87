"""The host call ``page``: what a page shows once its scripts have run. What it asks for goes through `HttpCall`.

The browser has no network, so nothing that a page does, in whatever way, reaches more than the grant names.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import tempfile
import zlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin

from openclaw.sandbox.browser.jail import find_browser, write_launcher
from openclaw.sandbox.egress.fetch import HttpCall

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, Playwright, Request, Route

_SECONDS = 30.0
_QUIET_MS = 3_000
_MOST_BYTES = 8 << 20
_MOST_REDIRECTS = 5
_REDIRECTS = {301, 302, 303, 307, 308}
_LAUNCH_MS = 20_000
# A browser is a few hundred MB: so many at once in a process, the others wait their turn.
_ROOM = asyncio.Semaphore(2)
_FLAGS = (
    "--disable-gpu",
    "--js-flags=--max-old-space-size=512",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)
_NOT_PASSED = {"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"}
_INSTALL = "pages are opened by a browser, which needs openclaw[browser]"


class PageCall:
    """Answers ``host.call("page", url=…, wait_for="a CSS selector")``: ``url``, ``status`` and ``html``.

    Without ``wait_for`` the page is read when it has been quiet for a moment.
    """

    def __init__(self, http: HttpCall, *, seconds: float = _SECONDS) -> None:
        self._http = http
        self._seconds = seconds

    async def __call__(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """One page, in a browser of its own.

        :raises ValueError: the address was not granted, or the page is too large.
        :raises OSError: there is no browser here, or the page did not come, or not to what was waited for.
        """
        try:
            from playwright.async_api import Error, async_playwright  # noqa: PLC0415  (an extra)
        except ImportError:
            raise OSError(_INSTALL) from None
        url, wait_for = str(parameters["url"]), parameters.get("wait_for")
        try:
            async with asyncio.timeout(self._seconds), _ROOM:
                visit = _Visit(self._http, *await _follow(self._http, "GET", url, {}, None))
                async with async_playwright() as playwright, _browser(playwright) as browser:
                    return await visit.read(browser, None if wait_for is None else str(wait_for))
        except TimeoutError:
            raise OSError(f"the page was not there within {self._seconds:g} seconds") from None
        except Error as error:
            raise OSError(error.message.splitlines()[0][:300]) from None


class _Visit:
    """The page at ``url``, whose answer is here already: it says where redirects led."""

    def __init__(self, http: HttpCall, url: str, answer: dict[str, Any]) -> None:
        self._http = http
        self._url = url
        self._answer: dict[str, Any] | None = answer

    async def read(self, browser: Browser, wait_for: str | None) -> dict[str, Any]:
        from playwright.async_api import TimeoutError as NotQuietError  # noqa: PLC0415

        context = await browser.new_context(service_workers="block", accept_downloads=False)
        await context.route("**/*", self._serve)
        page = await context.new_page()
        response = await page.goto(self._url, wait_until="domcontentloaded", timeout=0)
        if wait_for:
            await page.wait_for_selector(wait_for, state="attached", timeout=0)
        else:
            with contextlib.suppress(NotQuietError):
                await page.wait_for_load_state("networkidle", timeout=_QUIET_MS)
        return {
            "url": page.url,
            "status": response.status if response else 0,
            "html": await _html(page),
        }

    async def _serve(self, route: Route, request: Request) -> None:
        try:
            answer = await self._answer_to(request)
        except (ValueError, OSError):
            await route.abort("blockedbyclient")
            return
        await route.fulfill(status=answer["status"], headers=_headers(answer["headers"]), body=_body(answer))

    async def _answer_to(self, request: Request) -> dict[str, Any]:
        if self._answer is not None and request.is_navigation_request():
            answer, self._answer = self._answer, None
            if urldefrag(request.url).url == urldefrag(self._url).url:
                return answer
        headers = {
            name: value for name, value in (await request.all_headers()).items() if not name.startswith(":")
        }
        _, answer = await _follow(self._http, request.method, request.url, headers, request.post_data_buffer)
        return answer


async def _follow(
    http: HttpCall, method: str, url: str, headers: dict[str, str], body: bytes | None
) -> tuple[str, dict[str, Any]]:
    """Where ``url`` leads, and the answer there. A browser asks nobody again about a redirect that it was answered."""
    headers = headers | {"accept-encoding": "identity"}
    for _ in range(_MOST_REDIRECTS + 1):
        packed = None if body is None else base64.b64encode(body).decode()
        answer = await http({"url": url, "method": method, "headers": headers, "body_base64": packed})
        target = next((value for name, value in answer["headers"] if name.lower() == "location"), None)
        if answer["status"] not in _REDIRECTS or not target:
            return url, answer
        url = urljoin(url, target)
        # What was meant for the first host is not for another.
        headers = {name: value for name, value in headers.items() if name not in {"cookie", "authorization"}}
        if answer["status"] not in {307, 308}:
            method, body = "GET", None
    raise ValueError("too_many_redirects")


def _headers(pairs: list[list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        if key not in _NOT_PASSED:
            found[key] = f"{found[key]}\n{value}" if key in found else value
    return found


def _body(answer: dict[str, Any]) -> bytes:
    """As it is meant: some servers compress what they were asked not to."""
    body = base64.b64decode(answer["body"])
    coding = next(
        (value.lower() for name, value in answer["headers"] if name.lower() == "content-encoding"), ""
    )
    if coding not in {"gzip", "deflate"}:
        return body
    with contextlib.suppress(zlib.error):
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, _MOST_BYTES)
    return body


async def _html(page: Page) -> str:
    size = await page.evaluate("document.documentElement.outerHTML.length")
    if not isinstance(size, int) or size > _MOST_BYTES:
        raise ValueError(f"the page is larger than {_MOST_BYTES} letters")
    return await page.content()


@contextlib.asynccontextmanager
async def _browser(playwright: Playwright) -> AsyncIterator[Browser]:
    """A browser in a jail of its own."""
    browser = find_browser() or playwright.chromium.executable_path
    with tempfile.TemporaryDirectory(prefix="openclaw-browser-") as folder:
        launched = await playwright.chromium.launch(
            executable_path=write_launcher(Path(folder), browser),
            chromium_sandbox=True,
            args=list(_FLAGS),
            timeout=_LAUNCH_MS,
        )
        try:
            yield launched
        finally:
            await launched.close()
