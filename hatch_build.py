"""Wheel build hook: the wheel carries the built web app."""

import runpy
import shutil
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebAppHook(BuildHookInterface[Any]):
    """Builds the web app when it is missing or stale and Node is there."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files are collected. An editable install serves whatever ``make`` has built."""
        if version == "editable":
            return
        web = runpy.run_path(str(Path(self.root, "tools", "build_web.py")))
        if web["is_fresh"]():
            return
        if shutil.which("npm"):
            web["build"]()
        elif not (web["STATIC"] / "index.html").is_file():
            # A wheel without its pages would install well and then answer 404.
            raise RuntimeError("the web app is not built and there is no npm to build it; install Node.js")
        else:
            self.app.display_warning("no npm: packing the web app as it was last built")
