"""The one place of the bridge that reads the process environment."""

import locale
import os
import sys
from functools import cache


def inherited_environment() -> dict[str, str]:
    """The environment of the person who started the bridge: commands run with it, as in their own terminal."""
    return dict(os.environ)


def take_from_environment(name: str) -> None:
    """Remove a secret that has been read: what this process starts must not find it."""
    os.environ.pop(name, None)


@cache
def language() -> str:
    """``zh`` when the person's locale is Chinese, else ``en``: the rule of the whole command line."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith(("zh", "chinese")) else "en"
    if sys.platform != "win32":
        return "en"
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"
