"""A plugin in its author's process, by ``openclaw.sdk.testing``."""

import base64

from openclaw.sdk.testing import run_plugin
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
