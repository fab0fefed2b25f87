"""The page on the local bridge names a test for each row, and each of them exists."""

import re
from pathlib import Path

_NAMED = re.compile(r"`([\w.]+\.(?:py|ts))(?:::|: )([^`]+)`")


def test_every_row_names_a_test_that_exists(root: Path) -> None:
    page = (root / "docs/reference/local-bridge.md").read_text()
    rows = [
        line
        for line in page.splitlines()
        if line.startswith("|") and not line.startswith("|--") and "test |" not in line
    ]
    unproven = [row for row in rows if not _NAMED.search(row)]
    assert not unproven
    sources = {
        file.name: file for folder in ("tests", "web/apps", "web/packages") for file in _tests(root / folder)
    }
    missing = [
        (file, name)
        for file, name in _NAMED.findall(page)
        if file not in sources or not _has(sources[file].read_text(), file, name)
    ]
    assert not missing
    assert len(rows) > 60


def _tests(folder: Path) -> list[Path]:
    found = (*folder.rglob("test_*.py"), *folder.rglob("*.test.ts"))
    return [file for file in found if "node_modules" not in file.parts]


def _has(source: str, file: str, name: str) -> bool:
    return f"def {name}(" in source if file.endswith(".py") else f'"{name}"' in source
