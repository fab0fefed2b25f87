"""The public site: pages without scripts that were rendered when the web app was built, in the visitor's language."""

import re
from pathlib import Path
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from openclaw.infra.web.context import language_of

SITE = Path(__file__).parent / "static" / "site"
_NAME = re.compile(r"[a-z0-9-]{1,64}")

router = APIRouter(include_in_schema=False)


@router.get("/welcome")
@router.get("/pricing")
@router.get("/docs")
async def page(request: Request, lang: Literal["en", "zh"] | None = None) -> Response:
    """A page; ``lang`` stands before what the browser prefers."""
    return _page(request, request.url.path.strip("/"), lang)


@router.get("/docs/{name}")
async def guide(request: Request, name: str, lang: Literal["en", "zh"] | None = None) -> Response:
    """A guide."""
    if not _NAME.fullmatch(name):
        raise HTTPException(404, "There is no such guide.")
    return _page(request, f"docs/{name}", lang)


def _page(request: Request, name: str, language: str | None) -> Response:
    file = SITE / (language or language_of(request)) / f"{name}.html"
    if not file.is_file():
        raise HTTPException(404, "There is no such page.")
    return FileResponse(file, headers={"Vary": "Accept-Language", "Cache-Control": "no-cache"})
