"""Run a command on a linked machine."""

from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginMetadata


class Shell(BasePlugin):
    metadata = PluginMetadata(
        name="shell",
        version="1.0.0",
        title="Run a command on a machine",
        title_zh="在设备上运行命令",
        description="Runs a shell command on a linked machine, under that machine's own policy.",
        description_zh="在已连接的设备上运行命令，遵守该设备自身的策略。",
        author="OpenClaw",
        category="automation",
        tags=["shell", "device", "command"],
        permissions=["device:exec"],
    )
    input_schema = {
        "type": "object",
        "properties": {
            "command": {"type": "string", "title": "Command", "x-title-zh": "命令", "minLength": 1},
            "cwd": {"type": "string", "title": "Folder", "x-title-zh": "文件夹"},
            "device": {"type": "string", "title": "Machine", "x-title-zh": "设备"},
        },
        "required": ["command"],
        "additionalProperties": False,
    }
    output_schema = {"type": "object", "properties": {"result": {}}, "required": ["result"]}

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        arguments = {name: inputs[name] for name in ("command", "cwd") if name in inputs}
        result = await context.device("exec", arguments, device=inputs.get("device"))
        return {"result": result}
