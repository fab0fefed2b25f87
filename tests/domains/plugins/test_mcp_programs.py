"""MCP servers that a package holds: programs beside the call, in its jail."""

from pathlib import Path
from typing import Any

import pytest

from tests.domains.plugins.making import SIGNER, archive, install, work
from tests.domains.workflows.running import definition, run
from tests.support.accounts import register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")
CLASS = b"""
from openclaw.sdk.mcp import StdioServer

class Programs(StdioServer):
    command = ("python", "server.py")
    environment = {"API_KEY": "token"}
"""
PROGRAM = (Path(__file__).with_name("samples") / "mcp_program.py").read_bytes()
ANY = {"title": {"en": "Any"}, "input": {"type": "object"}, "output": {}}
ACTIONS = dict.fromkeys(("where", "asks_back", "leaves", "floods", "lies", "phones", "gone"), ANY)


async def test_programs_run_in_the_jail_and_may_do_as_they_like(server: Server) -> None:
    ann = await register(server)
    package = archive(
        files={"programs.py": CLASS, "server.py": PROGRAM},
        signer=SIGNER,
        entry="programs:Programs",
        actions=ACTIONS,
        permissions={"secrets": {"names": ["token"]}},
    )
    await install(ann, package, secrets={"token": "s3cret-thing"})

    async def ask(action: str) -> dict[str, Any]:
        step = work()
        step["config"] = {"plugin": "worker", "action": action, "inputs": {}}
        return await run(ann, definition(step, name=action))

    found = (await ask("where"))["output"]
    assert found["home"] == [], "nothing of this machine"
    assert found["variables"] == ["API_KEY", "LANG", "PATH"], "nothing of the server's environment"
    assert (found["key"], found["written"]) == (True, False)
    assert (await ask("asks_back"))["output"] == {"text": "pong, and nobody to sample"}
    for action, words in (
        ("leaves", "ended with the exit code 3"),
        ("floods", "wrote a line of more than"),
        ("lies", "cannot be read"),
        ("phones", "refused"),
        ("gone", "has no tool for gone any more"),
    ):
        done = await ask(action)
        assert done["state"] == "failed"
        assert words in done["error"]["title"], done["error"]
