"""What ships to a person's machine starts without a line of server code."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

SERVER_ONLY = {"sqlalchemy", "fastapi", "starlette", "pydantic", "dbos", "asyncpg", "pydantic_ai", "uvicorn"}
THIN = ("kit", "protocol", "apps/bridge", "apps/cli")


def loaded_by(*arguments: str) -> set[str]:
    """The top-level names of the modules that a Python process has imported by its end."""
    result = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr[-2000:]
    return {
        line.rpartition("|")[2].strip().partition(".")[0]
        for line in result.stderr.splitlines()
        if line.startswith("import time:")
    }


@pytest.mark.parametrize("process", ["openclaw.apps.bridge", "openclaw.apps.cli"])
def test_thin_process_loads_no_server_code(process: str) -> None:
    assert loaded_by("-m", process, "--help") & SERVER_ONLY == set()


def test_the_measurement_sees_an_import() -> None:
    assert "sqlalchemy" in loaded_by("-c", "import sqlalchemy.orm")


def test_thin_packages_use_base_dependencies_only(root: Path) -> None:
    """What `pip install openclaw` brings is enough for them: nothing of `openclaw[server]` may creep in."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base = {re.split(r"[^A-Za-z0-9_.-]", line)[0].lower() for line in project["dependencies"]}
    distributions = packages_distributions()
    foreign: set[str] = set()
    for folder in THIN:
        for file in (root / "src" / "openclaw" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                for top in {name.partition(".")[0] for name in names}:
                    if top in sys.stdlib_module_names or top == "openclaw":
                        continue
                    if not base & {name.lower() for name in distributions.get(top, [])}:
                        foreign.add(f"{file.relative_to(root)}: {top}")
    assert foreign == set()
