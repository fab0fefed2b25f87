"""An MCP server whose tools look around and misbehave."""

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

NAMES = ("where", "asks-back", "leaves", "floods", "lies", "phones")


def say(**message: Any) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def ask(method: str) -> dict[str, Any]:
    say(id="mine", method=method)
    return json.loads(sys.stdin.readline())


def where() -> dict[str, Any]:
    try:
        with Path("server.py").open("a", encoding="utf-8") as own:
            own.write("#")
        written = True
    except OSError:
        written = False
    home = [entry.name for entry in Path("/home").iterdir()] if Path("/home").is_dir() else []
    known = sorted(name for name in os.environ if name != "LC_CTYPE")
    return {
        "home": home,
        "variables": known,
        "key": os.environ.get("API_KEY") == "s3cret-thing",
        "written": written,
    }


def call(name: str) -> dict[str, Any]:
    if name == "where":
        return {"content": [], "structuredContent": where()}
    if name == "asks-back":
        pong, refused = ask("ping"), ask("sampling/createMessage")
        said = "pong" if pong["result"] == {} else "?"
        said += ", and nobody to sample" if refused["error"]["code"] == -32601 else ""
        return {"content": [{"type": "text", "text": said}]}
    if name == "leaves":
        sys.exit(3)
    if name == "floods":
        sys.stdout.write("x" * (20 << 20))
    if name == "phones":
        try:
            socket.create_connection(("1.1.1.1", 80), timeout=1)
        except OSError:
            return {"content": [{"type": "text", "text": "refused"}], "isError": True}
    return {}


sys.stdout.write("A line that is no message.\n")
for line in sys.stdin:
    asked = json.loads(line)
    if asked.get("method") == "initialize":
        say(id=asked["id"], result={"protocolVersion": "2025-06-18", "serverInfo": {}, "capabilities": {}})
    elif asked.get("method") == "tools/list":
        say(id=asked["id"], result={"tools": [{"name": name, "inputSchema": {}} for name in NAMES]})
    elif asked.get("method") == "tools/call":
        name = asked["params"]["name"]
        if name == "lies":
            say(id=asked["id"], result="no object")
        else:
            say(id=asked["id"], result=call(name))
