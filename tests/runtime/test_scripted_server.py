"""The scripted server as other processes use it."""

import asyncio
import json
import sys
from typing import Any

import httpx2
import pytest

from tests.support.scripted_openai import Call, Fail, Say, ScriptedOpenAI, by_the_words


def asked(text: str, *, role: str = "user", tools: bool = True) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": text}], "tools": [{}] if tools else []}


@pytest.mark.parametrize(
    ("request_body", "answer"),
    [
        (asked("hello"), Say("You said: hello")),
        (asked('{"ok": true}', role="tool"), Say('Done. {"ok": true}')),
        (asked('tool:exec {"command": "ls"}'), Say(calls=[Call("exec", '{"command": "ls"}')])),
        (asked("error:429"), Fail(429, "asked to fail with 429")),
        (asked("words:2"), Say(pieces=["word0 ", "word1 "])),
        (asked("list /tmp", tools=False), Say("You said: list /tmp")),
        (asked("list /tmp"), Say("I will do it. ", [Call("fs_list", {"path": "/tmp"})])),
    ],
)
def test_the_words_decide(request_body: dict[str, Any], answer: Say | Fail) -> None:
    assert by_the_words(request_body) == answer


async def test_as_a_process() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.scripted_openai",
        "--api-key",
        "k",
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    async with httpx2.AsyncClient(headers={"authorization": "Bearer k"}) as client:
        assert (await client.get(f"{url}/models")).json()["data"][0]["id"] == "scripted-1"
        whole = await client.post(f"{url}/chat/completions", json=asked("hello"))
        assert whole.json()["choices"][0]["message"]["content"] == "You said: hello"
        refused = await client.post(f"{url}/chat/completions", headers={"authorization": "Bearer x"}, json={})
        assert refused.status_code == 401
        origin = url.removesuffix("/v1")
        body = asked("gate:door") | {"stream": True}
        async with client.stream("POST", f"{url}/chat/completions", json=body) as stream:
            await client.get(f"{origin}/control/waiting/door")
            await client.get(f"{origin}/control/open/door")
            lines = [line async for line in stream.aiter_lines() if line.startswith("data: {")]
        words = [json.loads(line[6:])["choices"][0]["delta"].get("content", "") for line in lines]
        assert "".join(words) == "Before the gate. After the gate."
        assert len((await client.get(f"{origin}/control/requests")).json()["requests"]) == 2
    process.terminate()
    assert await process.wait() == 0


async def test_a_used_up_script_fails() -> None:
    async with ScriptedOpenAI([]) as server, httpx2.AsyncClient() as client:
        answer = await client.post(f"{server.url}/chat/completions", json=asked("hello"))
        assert (answer.status_code, answer.json()["error"]["message"]) == (500, "the script is used up")
