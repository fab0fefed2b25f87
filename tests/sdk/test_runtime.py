"""A plugin in every tier of the sandbox."""

import base64
from pathlib import Path
from typing import Any

import pytest

from openclaw.protocol.packages.calls import (
    PluginAnswer,
    action_call,
    granted_host_calls,
    hook_call,
    read_answer,
)
from openclaw.protocol.packages.manifest import Manifest, manifest_of
from openclaw.sandbox.calls import Call, Grants, Outcome
from openclaw.sandbox.client import HostCall, Sandbox
from openclaw.sdk.description import describe
from tests.sdk.greeting.plugin import Greeting

FOLDER = str(Path(__file__).with_name("greeting"))
TOKEN = "s3cret-token"
ANSWER = {
    "status": 200,
    "headers": [["Content-Type", "text/plain; charset=latin-1"]],
    "body": base64.b64encode("grüß".encode("latin-1")).decode(),
}
ANSWERS: dict[str, Any] = {"secret": TOKEN, "kv.get": 4, "kv.set": None, "http": ANSWER}
pytestmark = pytest.mark.asyncio(loop_scope="module")


def manifest() -> Manifest:
    return manifest_of(describe(Greeting, "plugin:Greeting"))


async def call(
    sandbox: Sandbox,
    action: str,
    inputs: Any = None,
    *,
    answers: dict[str, Any] | None = None,
    hook: str = "",
) -> tuple[PluginAnswer, Outcome]:
    about = manifest()
    made = (
        hook_call(about, hook, settings={}, key="k")
        if hook
        else action_call(about, action, inputs=inputs, settings={"word": "Hi"}, key="k")
    )
    assert made is not None

    def answer(value: Any) -> HostCall:
        async def give(_: Any) -> Any:
            return value

        return give

    outcome = await sandbox.run(
        Call(
            code=(FOLDER,),
            entry=made.entry,
            inputs=made.inputs,
            grants=Grants(host_calls=granted_host_calls(about.permissions)),
        ),
        host={name: answer(value) for name, value in (ANSWERS if answers is None else answers).items()},
    )
    return read_answer(about, outcome.check()), outcome


async def test_in_the_sandbox(sandbox: Sandbox) -> None:
    answer, outcome = await call(sandbox, "execute", {"name": "Ada"})
    assert answer.output == {"text": "Hi, Ada"}, answer
    assert [(file.name, file.type) for file in answer.files] == [("greeting.txt", "text/plain")]
    assert (outcome.files, outcome.logs) == ({"greeting.txt": b"Hi, Ada"}, "greeted Ada\n")
    answer, outcome = await call(sandbox, "ask")
    assert answer.output == {"status": 200, "text": "grüß", "key": "k"}
    assert outcome.logs == "the token is •••\n"
    answer, _ = await call(sandbox, "", hook="on_enable")
    assert (answer.output, answer.error) == (None, None)


@pytest.mark.parametrize(
    ("action", "inputs", "answers", "code"),
    [
        ("execute", {}, None, "plugin.invalid_inputs"),
        ("execute", {"name": 3}, None, "plugin.invalid_inputs"),
        ("fail", {"how": "code"}, None, "not_there"),
        ("fail", {"how": "output"}, None, "plugin.invalid_output"),
        ("fail", {}, None, "plugin.failed"),
        ("absent", {}, None, "plugin.unknown_action"),
        ("_act", {}, None, "plugin.unknown_action"),
        ("ask", {}, {}, "plugin.not_granted"),
    ],
)
async def test_failures_have_codes_and_no_secrets(
    sandbox: Sandbox, action: str, inputs: Any, answers: Any, code: str
) -> None:
    answer, outcome = await call(sandbox, action, inputs, answers=answers)
    assert answer.error is not None
    assert answer.error.code == code
    assert TOKEN not in answer.error.message + outcome.logs
