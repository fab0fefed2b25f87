"""Write docs/reference/workflow.schema.json from the workflow language; `--check` fails when it is stale."""

import json
import sys
from pathlib import Path

from openclaw.domains.workflows.language.schema import language_schema

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "workflow.schema.json"


def page() -> str:
    """The file as it should be."""
    return json.dumps(language_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(
            0
            if PAGE.read_text() == page()
            else f"{PAGE.name} is stale: run python -m tools.write_workflow_schema"
        )
    PAGE.write_text(page())
