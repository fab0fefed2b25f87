"""The public site: pages without scripts that were rendered when the web app was built, in the visitor's language."""

import re
from pathlib import Path

from starlette.datastructures import Headers, QueryParams
from starlette.responses import FileResponse, Response
from starlette.types import Scope

_PAGE = re.compile(r"/(welcome|pricing|docs(?:/[a-z0-9-]{1,64})?)")


def find_page(folder: Path, scope: Scope) -> Response | None:
    """The page of ``folder`` that is asked for; ``?lang=`` stands before what the browser prefers. None: it is none."""
    found = _PAGE.fullmatch(scope["path"])
    if found is None:
        return None
    wanted = QueryParams(scope["query_string"]).get("lang")
    prefers_chinese = Headers(scope=scope).get("accept-language", "").lower().startswith("zh")
    language = wanted if wanted in {"en", "zh"} else "zh" if prefers_chinese else "en"
    file = folder / language / f"{found[1]}.html"
    return FileResponse(file, headers={"Vary": "Accept-Language"}) if file.is_file() else None
