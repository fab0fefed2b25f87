"""Write the server's OpenAPI document to a file, for the web client's generated types."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from openclaw.apps.server.app import build_app
from openclaw.infra.config import Config


def document() -> dict[str, Any]:
    """The document of this source tree; no process is needed for it."""
    platform = SimpleNamespace(config=Config())
    return build_app(cast("Any", platform)).openapi()


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(document(), ensure_ascii=False, indent=1))
