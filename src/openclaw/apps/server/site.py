"""The public site: pages without scripts that were rendered when the web app was built, in the visitor's language."""

import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from openclaw.infra.web.context import language_of

SITE = Path(__file__).parent / "static" / "site"
_LANGUAGES = ("en", "zh")
_PAGE = re.compile(r"(welcome|pricing|docs|docs/[a-z0-9-]{1,64})")


async def _page(request: Request) -> Response:
    """A page; ``lang`` stands before what the browser prefers."""
    name = request.url.path.strip("/")
    wanted = request.query_params.get("lang")
    language = wanted if wanted in _LANGUAGES else language_of(request)
    file = SITE / language / f"{name}.html"
    if not _PAGE.fullmatch(name) or not file.is_file():
        raise HTTPException(404, "There is no such page.")
    return FileResponse(file, headers={"Vary": "Accept-Language", "Cache-Control": "no-cache"})


ROUTES = [Route(path, _page) for path in ("/welcome", "/pricing", "/docs", "/docs/{guide}")]
