"""Tools as models see them."""

import pytest

from openclaw.protocol.tools import ARGUMENTS
from openclaw.runtime.toolset import find_tool, model_name, split_device, tool_definitions


@pytest.mark.parametrize("tool", list(ARGUMENTS))
def test_names_go_both_ways_and_hold_no_dot(tool: str) -> None:
    assert find_tool(model_name(tool)) == tool
    assert "." not in model_name(tool)
    assert find_tool(tool) == tool


@pytest.mark.parametrize("name", ["", "fs_format", "rm", "fs"])
def test_unknown_names(name: str) -> None:
    assert find_tool(name) is None


def test_every_tool_is_on_offer_with_a_device() -> None:
    definitions = tool_definitions()
    assert [definition.name for definition in definitions] == [model_name(tool) for tool in ARGUMENTS]
    for definition in definitions:
        assert definition.description
        assert definition.parameters_json_schema["properties"]["device"]["type"] == "string"
        assert "device" not in definition.parameters_json_schema.get("required", [])


def test_the_device_is_taken_out_of_the_arguments() -> None:
    arguments = {"path": "/tmp", "device": "laptop"}
    assert split_device(arguments) == ("laptop", {"path": "/tmp"})
    assert arguments == {"path": "/tmp", "device": "laptop"}
    assert split_device({"path": "/tmp"}) == (None, {"path": "/tmp"})
    assert split_device({"device": " "}) == (None, {})
    assert split_device({"device": 5}) == (None, {})
