"""What browsers are shown of results: ``/a/<token>/…`` a version, to whoever has its address; ``/p/<name>/…`` a site.

No session counts here, and what is shown reaches none (see `policy.isolation`).
"""

from html import escape
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from openclaw.domains.artifacts.models import PublicationRow, ReleaseRow
from openclaw.domains.artifacts.policy.isolation import (
    base_of,
    content_type,
    door_policy,
    is_shown,
    isolating,
    page_policy,
)
from openclaw.domains.artifacts.policy.paths import is_slug
from openclaw.domains.artifacts.service import showing
from openclaw.domains.identity.service.passwords import is_password
from openclaw.infra.web.context import Platform, address_of, language_of
from openclaw.infra.web.limits import RateLimit
from openclaw.kit.errors import RateLimitedError

_MARK = "~"  # begins the part of a path that says that somebody knew the password
_MOST_TRIES = 10
_MAX_FORM = 4096
_GONE = {
    "en": ("There is nothing here", "This page was never published, or is not public any more."),
    "zh": ("这里没有内容", "此页面从未发布，或已不再公开。"),
}
_WORDS = {
    "en": (
        "This page asks for a password",
        "Password",
        "Open",
        "That is not the password.",
        "Try again in {} s.",
    ),
    "zh": ("此页面需要密码", "密码", "打开", "密码不正确。", "请在 {} 秒后重试。"),
}
_NOTHING = """<!doctype html><html lang="{lang}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title><style>
:root{{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}}
body{{display:grid;place-items:center;min-height:90vh}}main{{width:min(30rem,90vw)}}h1{{font-size:1.5rem;margin:0}}
p{{margin:.5rem 0}}</style><main><h1>{title}</h1><p>{text}</p></main></html>"""
_DOOR = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
:root{{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}}
body{{display:grid;place-items:center;min-height:90vh}}
form{{display:grid;gap:.75rem;width:min(20rem,90vw)}}h1{{font-size:1.1rem;margin:0}}p{{margin:0}}
input,button{{font:inherit;padding:.5rem}}</style>
<form method="post"><h1>{title}</h1>{said}<label>{label}<br>
<input type="password" name="password" autocomplete="off" required autofocus></label>
<button>{button}</button></form></html>"""


class ResultPages:
    """An ASGI application: both kinds of addresses below its mount."""

    def __init__(self, platform: Platform, *, published: bool) -> None:
        self._platform = platform
        self._published = published
        # Of one address also for all sites together: it could have many of its own, to use up what is everybody's.
        self._callers = RateLimit(per_address=5 * _MOST_TRIES, overall=10_000, minutes=10)
        self._tries = RateLimit(per_address=_MOST_TRIES, overall=1_000, minutes=10)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Whatever is not there is a plain 404. Raises UnavailableError."""
        request = Request(scope, receive)
        name, slash, path = scope["path"][len(scope.get("root_path", "")) :].lstrip("/").partition("/")
        if not slash:
            response = self._redirect(request, f"{name}/") if name else _nothing(request)
        elif self._published:
            response = await self._site(request, name, path)
        else:
            response = await self._version(request, name, path)
        await response(scope, receive, send)

    async def _version(self, request: Request, token: str, path: str) -> Response:
        platform = self._platform
        shown = showing.read_token(platform.keys, token, platform.clock.now())
        if shown is None or request.method not in ("GET", "HEAD"):
            return _nothing(request)
        async with platform.database.system(is_quiet=True) as scope:
            version = await showing.find_version(scope, shown)
        if version is None or version.sync_mode != "full":
            return _nothing(request)
        page = await showing.load_page(
            version.files,
            version.entry,
            path,
            platform.blobs,
            workspace_id=shown.workspace_id,
            artifact_id=shown.artifact_id,
        )
        policy = page_policy(self._base(request, token), platform.config.web_origins)
        return _answer(request, page, policy, cache="private, no-cache")

    async def _site(self, request: Request, slug: str, path: str) -> Response:
        platform = self._platform
        found = None
        if is_slug(slug):
            async with platform.database.system(is_quiet=True) as scope:
                found = await showing.find_site(scope, slug)
        if found is None:
            return _nothing(request)
        row, release = found
        if row.password_hash is None:
            return await self._page(request, row, release, slug, path, cache="public, no-cache")
        head, slash, rest = path.partition("/")
        now = platform.clock.now()
        if slash and head.startswith(_MARK) and showing.is_pass(platform.keys, row, head[1:], now):
            below = f"{slug}/{head}"
            return await self._page(request, row, release, below, rest, cache="private, no-store")
        return await self._door(request, row, slug)

    async def _page(
        self, request: Request, row: PublicationRow, release: ReleaseRow, below: str, path: str, *, cache: str
    ) -> Response:
        if request.method not in ("GET", "HEAD"):
            return _nothing(request)
        page = await showing.load_page(
            release.files,
            release.entry,
            path,
            self._platform.blobs,
            workspace_id=row.workspace_id,
            artifact_id=row.artifact_id,
        )
        return _answer(request, page, page_policy(self._base(request, below), ()), cache=cache)

    async def _door(self, request: Request, row: PublicationRow, slug: str) -> Response:
        """Ask for the password; whoever knows it goes on at an address of their own, since a page has no cookies."""
        said, status = "", 401
        now, keys = self._platform.clock.now(), self._platform.keys
        language = language_of(request)
        if request.method == "POST":
            try:
                self._callers.check(address_of(request), now)
                self._tries.check(f"{slug} {address_of(request)}", now)
                if await is_password(row.password_hash, await _password(request)):
                    passed = showing.make_pass(keys, row, now)
                    return self._redirect(request, f"{slug}/{_MARK}{passed}/", status=303)
                said = _WORDS[language][3]
            except RateLimitedError as error:
                said, status = _WORDS[language][4].format(error.retry_after_seconds), 429
        title, label, button, *_ = _WORDS[language]
        body = _DOOR.format(
            lang=language,
            title=title,
            label=label,
            button=button,
            said=f"<p role=alert>{escape(said)}</p>" if said else "",
        )
        headers = isolating(door_policy(self._base(request, slug))) | {"Cache-Control": "no-store"}
        return Response(body, status, headers, media_type="text/html")

    def _redirect(self, request: Request, below: str, *, status: int = 308) -> Response:
        kind = "p" if self._published else "a"
        headers = isolating("default-src 'none'; sandbox") | {"Cache-Control": "no-store"}
        return RedirectResponse(f"/{kind}/{below}", status, headers)

    def _base(self, request: Request, below: str) -> str:
        kind = "p" if self._published else "a"
        origin = self._platform.config.content_origin
        return base_of(origin, request.headers.get("host", ""), f"/{kind}/{below}/")


def _answer(request: Request, page: showing.Page | None, policy: str, *, cache: str) -> Response:
    if page is None:
        return _nothing(request)
    tag = f'"{page.digest[:32]}"'
    headers = isolating(policy) | {"Cache-Control": cache, "ETag": tag}
    if not page.is_missing and request.headers.get("if-none-match") == tag:
        return Response(None, 304, headers)
    if not is_shown(page.media_type):
        headers["Content-Disposition"] = "attachment"
    headers["Content-Type"] = content_type(page.media_type)
    return Response(page.body, 404 if page.is_missing else 200, headers)


def _nothing(request: Request) -> Response:
    language = language_of(request)
    title, text = _GONE[language]
    policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    body = _NOTHING.format(lang=language, title=title, text=text)
    return Response(body, 404, isolating(policy) | {"Cache-Control": "no-store"}, media_type="text/html")


async def _password(request: Request) -> str:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM:
            return ""
    fields: dict[str, Any] = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    return str(fields.get("password", [""])[0])
