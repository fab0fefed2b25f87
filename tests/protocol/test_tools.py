"""The arguments of device tools: what fits, what is refused and where, what the model is shown."""

from typing import Any

import pytest

from openclaw.protocol.tools import (
    ARGUMENTS,
    MAX_WRITE_BYTES,
    Exec,
    FsEdit,
    FsWrite,
    InvalidArguments,
    Replacement,
    decode_arguments,
    description,
    json_schema,
)


@pytest.mark.parametrize(
    ("tool", "arguments", "decoded"),
    [
        ("fs.write", {"path": "a", "content": "b"}, FsWrite(path="a", content="b")),
        ("fs.edit", {"path": "a", "edits": [{"old": "b", "new": ""}]}, FsEdit("a", [Replacement("b", "")])),
        ("exec", {"command": "ls"}, Exec(command="ls")),
        ("exec", {"argv": ["ls"], "cwd": "/tmp"}, Exec(argv=["ls"], cwd="/tmp")),
    ],
)
def test_what_fits(tool: str, arguments: dict[str, Any], decoded: object) -> None:
    assert decode_arguments(tool, arguments) == decoded


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("fs.format", {}),
        ("fs.read", None),
        ("fs.read", []),
        ("fs.read", {}),
        ("fs.read", {"path": ""}),
        ("fs.read", {"path": 1}),
        ("fs.read", {"path": "a" * 5000}),
        ("fs.read", {"path": "a", "offset": -1}),
        ("fs.read", {"path": "a", "unknown": 1}),
        ("fs.write", {"path": "a", "content": "x" * (MAX_WRITE_BYTES + 1)}),
        ("fs.edit", {"path": "a", "edits": []}),
        ("fs.edit", {"path": "a", "edits": [{"old": "", "new": "b"}]}),
        ("exec", {}),
        ("exec", {"command": "ls", "argv": ["ls"]}),
        ("exec", {"command": "ls", "timeout_seconds": 0}),
    ],
)
def test_what_is_refused(tool: str, arguments: Any) -> None:
    with pytest.raises(InvalidArguments):
        decode_arguments(tool, arguments)


@pytest.mark.parametrize("tool", list(ARGUMENTS))
def test_schemas_are_whole_and_described(tool: str) -> None:
    schema = json_schema(tool)
    assert schema["type"] == "object"
    assert "$ref" not in str(schema)
    assert description(tool)
