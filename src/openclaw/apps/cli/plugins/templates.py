"""What a new plugin begins with. `$name`, `$title`, `$cls` and `$author` are filled in."""

import string
from collections.abc import Mapping

_README = """\
# $title

What this plugin does, what it needs, what it does not do.

    openclaw plugin test      its tests and examples, in the sandbox where there is one
    openclaw plugin pack      a signed package: $name-1.0.0.opc
    openclaw plugin publish   to your workspace's own registry
"""

_BASIC = '''\
"""$title."""

from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginMetadata


class $cls(BasePlugin):
    metadata = PluginMetadata(
        name="$name",
        version="1.0.0",
        title="$title",
        description="Says what it was given, as often as it was asked to.",
        author="$author",
        category="other",
        tags=["example"],
    )
    config_schema = {
        "type": "object",
        "properties": {"greeting": {"type": "string", "title": "Greeting", "default": "Hello"}},
    }
    input_schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "title": "Name", "minLength": 1},
            "times": {"type": "integer", "title": "Times", "minimum": 1, "maximum": 10, "default": 1},
        },
        "required": ["name"],
        "additionalProperties": False,
    }
    output_schema = {
        "type": "object",
        "properties": {"lines": {"type": "array", "items": {"type": "string"}}},
        "required": ["lines"],
    }
    effect = "read"

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        greeting = context.settings.get("greeting", "Hello")
        context.log("greeting", inputs["name"])
        return {"lines": [f"{greeting}, {inputs['name']}!"] * inputs.get("times", 1)}
'''

_BASIC_TEST = """\
import unittest

from plugin import $cls

from openclaw.sdk.testing import run_plugin


class Test$cls(unittest.TestCase):
    def test_it_greets(self) -> None:
        result = run_plugin($cls, {"name": "Ada", "times": 2})
        self.assertEqual(result.output, {"lines": ["Hello, Ada!", "Hello, Ada!"]})

    def test_it_refuses_nobody(self) -> None:
        result = run_plugin($cls, {"name": ""})
        self.assertEqual(result.error["code"], "plugin.invalid_inputs")
"""

_BASIC_EXAMPLE = """\
{
  "description": "Greets in another way.",
  "inputs": {"name": "Ada"},
  "settings": {"greeting": "Good morning"},
  "output": {"lines": ["Good morning, Ada!"]}
}
"""

_HTTP = '''\
"""$title."""

from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginError, PluginMetadata


class $cls(BasePlugin):
    metadata = PluginMetadata(
        name="$name",
        version="1.0.0",
        title="$title",
        description="Asks an API for an item.",
        author="$author",
        category="integration",
        tags=["example", "http"],
        permissions=["network:api.example.com", "secrets:token"],
    )
    input_schema = {
        "type": "object",
        "properties": {"id": {"type": "string", "title": "Item", "pattern": "^[A-Za-z0-9-]+$$"}},
        "required": ["id"],
        "additionalProperties": False,
    }
    output_schema = {
        "type": "object",
        "properties": {"item": {"type": "object"}},
        "required": ["item"],
    }
    effect = "read"

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        token = await context.secret("token")
        response = await context.http.get(
            f"https://api.example.com/items/{inputs['id']}", headers={"Authorization": f"Bearer {token}"}
        )
        if response.status == 404:
            raise PluginError("not_found", f"There is no item {inputs['id']}.")
        if not response.ok:
            raise PluginError("refused", f"The API answered {response.status}.", status=response.status)
        return {"item": response.json()}
'''

_HTTP_TEST = """\
import base64
import unittest

from plugin import $cls

from openclaw.sdk.testing import run_plugin


def answer(status: int, body: str = "{}") -> dict:
    return {"status": status, "headers": [], "body": base64.b64encode(body.encode()).decode()}


class Test$cls(unittest.TestCase):
    def test_it_asks_with_the_token(self) -> None:
        result = run_plugin($cls, {"id": "7"}, answers={"secret": "t0ken", "http": answer(200, '{"a": 1}')})
        self.assertEqual(result.output, {"item": {"a": 1}})
        self.assertEqual(result.calls[-1][1]["headers"], {"Authorization": "Bearer t0ken"})

    def test_what_is_not_there(self) -> None:
        result = run_plugin($cls, {"id": "7"}, answers={"secret": "t0ken", "http": answer(404)})
        self.assertEqual(result.error["code"], "not_found")
"""

_HTTP_EXAMPLE = """\
{
  "description": "An item; the body is {\\"name\\": \\"Lamp\\"} in Base64.",
  "inputs": {"id": "7"},
  "answers": {
    "secret": "t0ken",
    "http": {"status": 200, "headers": [], "body": "eyJuYW1lIjogIkxhbXAifQ=="}
  },
  "output": {"item": {"name": "Lamp"}}
}
"""

_SCRIPT = """\
// Each action is a function of its name; it is called with {inputs, settings, key} and the host.
async function execute({inputs, settings}, host) {
  console.log("counting", inputs.text.length, "characters");
  const words = inputs.text.split(/\\s+/).filter(Boolean);
  const longest = settings.longest || 5;
  return {words: words.length, long: words.filter(word => word.length > longest)};
}
"""

_SCRIPT_STATIC = """\
{
  "format": 1,
  "name": "$name",
  "version": "1.0.0",
  "title": {"en": "$title"},
  "description": {"en": "Counts words, and tells the long ones."},
  "author": "$author",
  "category": "other",
  "tags": ["example"],
  "entry": "plugin.js",
  "permissions": [],
  "config": {
    "type": "object",
    "properties": {"longest": {"type": "integer", "title": "Longest short word", "default": 5}}
  },
  "actions": {
    "execute": {
      "title": {"en": "Count words"},
      "effect": "read",
      "input": {
        "type": "object",
        "properties": {"text": {"type": "string", "title": "Text"}},
        "required": ["text"],
        "additionalProperties": false
      },
      "output": {
        "type": "object",
        "properties": {
          "words": {"type": "integer"},
          "long": {"type": "array", "items": {"type": "string"}}
        },
        "required": ["words", "long"]
      }
    }
  }
}
"""

_SCRIPT_EXAMPLE = """\
{
  "description": "Three words, one of them long.",
  "inputs": {"text": "a remarkable day"},
  "output": {"words": 3, "long": ["remarkable"]}
}
"""

_MCP = '''\
"""$title: a server of the Model Context Protocol, which runs beside each call in the sandbox."""

from openclaw.sdk import PluginMetadata
from openclaw.sdk.mcp import StdioServer


class $cls(StdioServer):
    metadata = PluginMetadata(
        name="$name",
        version="1.0.0",
        title="$title",
        description="The tools of the server in server.py.",
        author="$author",
        category="integration",
        tags=["example", "mcp"],
    )
    command = ("python", "server.py")
'''

_MCP_SERVER = '''\
"""A small server of the Model Context Protocol over standard input and output. Any other one does as well."""

import json
import sys

TOOLS = [
    {
        "name": "count_words",
        "title": "Count words",
        "description": "How many words a text has, and the longest of them.",
        "inputSchema": {
            "type": "object",
            "properties": {"text": {"type": "string", "title": "Text"}},
            "required": ["text"],
        },
        "outputSchema": {
            "type": "object",
            "properties": {"words": {"type": "integer"}, "longest": {"type": "string"}},
            "required": ["words", "longest"],
        },
        "annotations": {"readOnlyHint": True},
    }
]


def count_words(text: str) -> dict:
    words = text.split()
    return {"words": len(words), "longest": max(words, key=len, default="")}


def answer(method: str, parameters: dict) -> dict:
    if method == "initialize":
        return {
            "protocolVersion": "2025-06-18",
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "$name", "version": "1.0.0"},
        }
    if method == "tools/list":
        return {"tools": TOOLS}
    if method == "tools/call" and parameters["name"] == "count_words":
        found = count_words(**parameters["arguments"])
        return {"content": [{"type": "text", "text": json.dumps(found)}], "structuredContent": found}
    raise ValueError(f"There is no {method} here.")


for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:  # a notification
        continue
    reply = {"jsonrpc": "2.0", "id": message["id"]}
    try:
        reply["result"] = answer(message["method"], message.get("params", {}))
    except Exception as error:
        reply["error"] = {"code": -32603, "message": str(error)}
    print(json.dumps(reply), flush=True)
'''

_MCP_EXAMPLE = """\
{
  "description": "Three words.",
  "action": "count_words",
  "inputs": {"text": "a remarkable day"},
  "output": {"words": 3, "longest": "remarkable"}
}
"""

TEMPLATES: dict[str, Mapping[str, str]] = {
    "basic": {
        "plugin.py": _BASIC,
        "tests/test_plugin.py": _BASIC_TEST,
        "examples/morning.json": _BASIC_EXAMPLE,
        "README.md": _README,
    },
    "http": {
        "plugin.py": _HTTP,
        "tests/test_plugin.py": _HTTP_TEST,
        "examples/item.json": _HTTP_EXAMPLE,
        "README.md": _README,
    },
    "javascript": {
        "plugin.js": _SCRIPT,
        "plugin.json": _SCRIPT_STATIC,
        "examples/count.json": _SCRIPT_EXAMPLE,
        "README.md": _README,
    },
    "mcp": {
        "plugin.py": _MCP,
        "server.py": _MCP_SERVER,
        "examples/count.json": _MCP_EXAMPLE,
        "README.md": _README,
    },
}


def fill(template: str, *, name: str, author: str) -> dict[str, str]:
    """The files of a new plugin by their paths."""
    words = name.split("-")
    values = {
        "name": name,
        "title": " ".join(words).capitalize(),
        "cls": "".join(word.capitalize() for word in words),
        "author": author.replace("\\", "").replace('"', "'"),
    }
    return {path: string.Template(text).substitute(values) for path, text in TEMPLATES[template].items()}
