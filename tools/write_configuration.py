"""Write docs/reference/configuration.md from the settings themselves; `--check` fails when the page is stale."""

import sys
from pathlib import Path

from openclaw.infra.config import Config

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "configuration.md"
_HEAD = """# Configuration

Settings of the server roles (`up`, `server`, `gateway`, `worker`). Each is an environment variable; none is needed.
Generated from `src/openclaw/infra/config.py` by `python -m tools.write_configuration`.

| variable | default | |
|---|---|---|
"""


def page() -> str:
    """The page as it should be."""
    rows = []
    for name, field in Config.model_fields.items():
        default = field.get_default(call_default_factory=False)
        shown = "a folder in the user's data home" if name == "home" else _shown(default)
        rows.append(f"| `OPENCLAW_{name.upper()}` | {shown} | {field.description or ''} |")
    return _HEAD + "\n".join(rows) + "\n"


def _shown(default: object) -> str:
    if default is None or default == ():
        return "–"
    return f"`{default}`"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(
            0
            if PAGE.read_text() == page()
            else f"{PAGE.name} is stale: run python -m tools.write_configuration"
        )
    PAGE.write_text(page())
