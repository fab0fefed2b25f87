"""The example of the guide for authors works as it stands there."""

import base64
import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from openclaw.apps.cli.plugins.folder import read_folder
from openclaw.protocol.packages.calls import HOST_CALLS
from openclaw.protocol.packages.permissions import describe
from openclaw.sdk.testing import run_plugin


@pytest.fixture
def guide(root: Path) -> str:
    return (root / "docs" / "guides" / "plugins.md").read_text(encoding="utf-8")


@pytest.fixture
def module(guide: str, tmp_path: Path) -> ModuleType:
    """What the guide's first Python block defines, in a folder of its own."""
    found = re.search(r"```python\n(.*?)```", guide, re.DOTALL)
    assert found
    file = tmp_path / "plugin.py"
    file.write_text(found[1], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("plugin_of_the_guide", file)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def _answer(status: int, body: str) -> dict[str, Any]:
    return {"status": status, "headers": [], "body": base64.b64encode(body.encode()).decode()}


def test_the_example_works(module: ModuleType, tmp_path: Path) -> None:
    answers = {"secret": "t0ken", "http": _answer(200, '{"celsius": 4}'), "kv.set": None, "kv.get": 4}
    result = run_plugin(module.Weather, {"city": "Oslo"}, answers=answers)
    assert (result.output, result.error) == ({"degrees": 4}, None)
    warm = run_plugin(module.Weather, {"city": "Oslo"}, settings={"unit": "F"}, answers=answers)
    assert warm.output == {"degrees": 39.2}
    assert run_plugin(module.Weather, {"city": "Oslo"}, action="last", answers=answers).output == {
        "degrees": 4
    }
    unknown = run_plugin(module.Weather, {"city": "X"}, answers={**answers, "http": _answer(404, "")})
    assert unknown.error is not None
    assert unknown.error["code"] == "no_such_city"
    manifest = read_folder(tmp_path).manifest
    assert set(manifest.actions) == {"execute", "last"}
    assert describe(manifest.permissions)["network"] == "Reach these hosts: api.weather.example"


def test_every_permission_is_in_the_guide(guide: str) -> None:
    table = guide.partition("## What the context can do")[2].partition("##")[0]
    assert [name for name in HOST_CALLS if f"`{name}" not in table] == []
