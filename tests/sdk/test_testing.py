"""A plugin in its author's process, by ``openclaw.sdk.testing``."""

import base64
from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginMetadata
from openclaw.sdk.testing import in_turn, run_plugin
from tests.sdk.greeting.plugin import Greeting

BODY = base64.b64encode("grüß".encode("latin-1")).decode()
ANSWERS = {
    "secret": "s3cret-token",
    "kv.get": 4,
    "kv.set": None,
    "http": {"status": 200, "headers": [["Content-Type", "text/plain; charset=latin-1"]], "body": BODY},
}


def test_in_the_authors_process() -> None:
    result = run_plugin(Greeting, {"name": "Ada"})
    assert (result.output, result.error) == ({"text": "Hello, Ada"}, None)
    assert (result.files, result.logs) == ({"greeting.txt": b"Hello, Ada"}, "greeted Ada\n")
    result = run_plugin(Greeting, action="ask", answers=ANSWERS)
    assert result.output == {"status": 200, "text": "grüß", "key": "test"}
    assert [name for name, _ in result.calls] == ["secret", "kv.get", "kv.set", "http"]
    refused = run_plugin(Greeting, action="ask")
    assert refused.error is not None
    assert refused.error["code"] == "plugin.not_granted"
    wrong = run_plugin(Greeting, {"name": "Ada"}, settings={"word": 5})
    assert wrong.error is not None
    assert wrong.error["code"] == "plugin.invalid_settings"
    assert run_plugin(Greeting, hook="validate_config", settings={"word": 5}).output is False
    assert run_plugin(Greeting, hook="validate_config", settings={"word": "x"}).output is True


def _to(target: str, status: int = 302) -> dict[str, object]:
    return {"status": status, "headers": [["Location", target]], "body": ""}


def test_redirects_carry_no_keys_elsewhere() -> None:
    final = {"status": 200, "headers": [], "body": ""}
    for target, kept in (
        ("/b", {"Authorization", "Accept"}),
        ("https://example.com/b", {"Authorization", "Accept"}),
        ("http://example.com/b", {"Accept"}),
        ("https://example.com.evil.test/b", {"Accept"}),
        ("//evil.test/b", {"Accept"}),
    ):
        answers = in_turn({"http": [_to(target), final]})
        result = run_plugin(Following, {}, answers=answers)
        assert result.error is None, result.error
        assert set(result.calls[1][1]["headers"]) == kept, target
    endless = run_plugin(Following, {}, answers=in_turn({"http": [_to("/a")]}))
    assert endless.error is not None
    assert endless.error["code"] == "too_many_redirects"
    assert len(endless.calls) == 6
    posted = run_plugin(Following, {"method": "POST"}, answers=in_turn({"http": [_to("/b", 303), final]}))
    assert [(c["method"], "body" in c) for _, c in posted.calls] == [("POST", True), ("GET", False)]
    kept_method = run_plugin(
        Following, {"method": "POST"}, answers=in_turn({"http": [_to("/b", 307), final]})
    )
    assert [(c["method"], "body" in c) for _, c in kept_method.calls] == [("POST", True)] * 2


class Following(BasePlugin):
    metadata = PluginMetadata(name="following", version="1.0.0", description="", author="A")
    input_schema = output_schema = {"type": "object"}

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        headers = {"Authorization": "Bearer t0ken", "Accept": "*/*"}
        method = inputs.get("method", "GET")
        body = "x" if method == "POST" else None
        await context.http.request(method, "https://example.com/a", headers=headers, body=body)
        return {}
