"""Have the server send a mail."""

from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginMetadata

ADDRESS = {"type": "string", "pattern": "^[^@\\s<>,]+@[^@\\s<>,]+$", "maxLength": 254}


class Email(BasePlugin):
    metadata = PluginMetadata(
        name="email",
        version="1.1.0",
        title="Send an email",
        title_zh="发送邮件",
        description="Has the server send a mail by its operator's account, and try again while it is not taken.",
        description_zh="由服务器通过运营者配置的账户发送邮件；暂未送达时会自动重试。",
        author="OpenClaw",
        category="communication",
        tags=["email", "mail"],
        permissions=["email"],
    )
    input_schema = {
        "type": "object",
        "properties": {
            "to": {"type": "array", "items": ADDRESS, "minItems": 1, "maxItems": 50,
                   "title": "To", "x-title-zh": "收件人"},
            "subject": {
                "type": "string",
                "pattern": "^[^\\r\\n]+$",
                "maxLength": 300,
                "title": "Subject",
                "x-title-zh": "主题",
            },
            "text": {"type": "string", "maxLength": 250000, "title": "Text", "x-title-zh": "正文"},
            "html": {"type": "string", "maxLength": 250000, "title": "Text, as HTML", "x-title-zh": "正文（HTML）"},
            "reply_to": {**ADDRESS, "title": "Reply to", "x-title-zh": "回复地址"},
        },
        "required": ["to", "subject", "text"],
        "additionalProperties": False,
    }  # fmt: skip
    output_schema = {
        "type": "object",
        "properties": {"accepted": {"type": "integer"}},
        "required": ["accepted"],
    }

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        to = sorted(set(inputs["to"]))
        await context.email(
            to, inputs["subject"], inputs["text"], html=inputs.get("html"), reply_to=inputs.get("reply_to")
        )
        return {"accepted": len(to)}
