"""The plugins that come with the server: sound, in two languages, their examples and tests run in the sandbox."""

import base64
import functools
from pathlib import Path
from typing import Any

import msgspec
import pytest

from openclaw.apps.cli.plugins.folder import PluginFolder, read_folder
from openclaw.apps.cli.plugins.trial import (
    Finding,
    Outcome,
    findings_of,
    laid_out,
    read_examples,
    trial_calls,
)
from openclaw.protocol.packages.calls import action_call, read_answer
from openclaw.protocol.packages.package import build_package, read_package
from openclaw.sandbox.client import Sandbox
from openclaw.sandbox.trial import Trials, run_in
from tests.protocol.packages.making import SIGNER

SOURCES = Path(__file__).parents[2] / "plugins"
NAMES = sorted(path.name for path in SOURCES.iterdir() if path.is_dir())
pytestmark = pytest.mark.asyncio(loop_scope="module")


@functools.cache
def _folder(name: str) -> PluginFolder:
    return read_folder(SOURCES / name)


async def test_all_of_them_are_there() -> None:
    wanted = "http web-scraping transform files email database rss webhook shell llm-prompt notify chart"
    assert set(NAMES) == set(wanted.split())


@pytest.mark.parametrize("name", NAMES)
async def test_each_is_a_sound_package_in_both_languages(name: str) -> None:
    folder = _folder(name)
    package = read_package(build_package(folder.manifest, folder.files, SIGNER))
    manifest = package.manifest
    assert manifest.name == name
    assert "README.md" in package.files
    for words in (manifest.title, manifest.description):
        assert words.zh
    for action in manifest.actions.values():
        assert action.title.zh
        assert _untranslated(action.input) == []


def _untranslated(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [found for each in schema for found in _untranslated(each)]
    if not isinstance(schema, dict):
        return []
    own = [schema["title"]] if isinstance(schema.get("title"), str) and "x-title-zh" not in schema else []
    return own + [found for each in schema.values() for found in _untranslated(each)]


@pytest.mark.parametrize("name", NAMES)
async def test_examples_and_tests_in_the_sandbox(sandbox: Sandbox, name: str) -> None:
    folder = _folder(name)
    examples = read_examples(folder.path)
    assert examples
    tried = {example.action for example in examples.values()}
    assert set(folder.manifest.actions) - tried == set(), "an action without an example"
    for finding in await _try(sandbox, folder):
        assert finding.problem == "", (finding.name, finding.problem, finding.logs)


async def _try(sandbox: Sandbox, folder: PluginFolder) -> list[Finding]:
    calls = trial_calls(folder)
    with laid_out(folder) as code:
        return findings_of(folder, await _run(sandbox, code, calls))


async def _run(sandbox: Sandbox, code: list[str], calls: list[dict[str, Any]]) -> list[Outcome]:
    trials = msgspec.convert({"code": code, "calls": calls}, Trials)
    return msgspec.convert(await run_in(sandbox, trials), list[Outcome])


async def test_rows_become_a_picture(sandbox: Sandbox) -> None:
    """CSV, then SQL, then a chart: what one plugin gives fits what the next one takes."""
    csv = "city,n\nOslo,5\nBern,7\nOslo,4\n"
    rows = await _call(sandbox, "transform", "parse_csv", {"text": csv})
    sql = "SELECT city, sum(n) AS total FROM sales GROUP BY city ORDER BY total DESC"
    found = await _call(
        sandbox, "database", "execute", {"tables": {"sales": rows.output["rows"]}, "sql": sql}
    )
    drawn = await _call(
        sandbox, "chart", "execute", {"rows": found.output["rows"], "x": "city", "y": ["total"]}
    )
    assert drawn.output == {"file": "chart.svg", "points": 2}
    assert b"Oslo: 9" in base64.b64decode(drawn.files["chart.svg"])


async def _call(sandbox: Sandbox, name: str, action: str, inputs: Any) -> Outcome:
    folder = _folder(name)
    call = action_call(folder.manifest, action, inputs=inputs, settings={}, key="k")
    with laid_out(folder) as code:
        (outcome,) = await _run(sandbox, code, [{"entry": call.entry, "inputs": call.inputs}])
    answer = read_answer(folder.manifest, outcome.output)
    assert answer.error is None, answer
    return Outcome(output=answer.output, files=outcome.files)
