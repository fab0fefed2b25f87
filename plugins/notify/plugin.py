"""Notify a person of the workspace."""

from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginMetadata


class Notify(BasePlugin):
    metadata = PluginMetadata(
        name="notify",
        version="1.0.1",
        title="Notify somebody",
        title_zh="发送通知",
        description="Notifies a person of the workspace, or whoever started the run, as that person has chosen.",
        description_zh="按对方选择的方式通知工作区成员或启动此次运行的人。",
        author="OpenClaw",
        category="communication",
        tags=["notification"],
        permissions=["notify"],
    )
    input_schema = {
        "type": "object",
        "properties": {
            "title": {
                "type": "string",
                "title": "Title",
                "x-title-zh": "标题",
                "minLength": 1,
                "maxLength": 200,
            },
            "body": {"type": "string", "title": "Text", "x-title-zh": "正文", "maxLength": 5000},
            "to": {
                "type": "string",
                "title": "User name (whoever started the run, if empty)",
                "x-title-zh": "用户名（留空则为启动者）",
            },
        },
        "required": ["title"],
        "additionalProperties": False,
    }
    output_schema = {"type": "object", "properties": {"told": {"type": "boolean"}}, "required": ["told"]}

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        await context.notify(inputs["title"], inputs.get("body", ""), to=inputs.get("to") or None)
        return {"told": True}
