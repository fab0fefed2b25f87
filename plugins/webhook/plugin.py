"""Tell another system that something happened."""

import hashlib
import hmac
import json
from typing import Any

from openclaw.sdk import BasePlugin, Context, PluginError, PluginMetadata


class Webhook(BasePlugin):
    metadata = PluginMetadata(
        name="webhook",
        version="1.0.0",
        title="Call a webhook",
        title_zh="调用 Webhook",
        description="Posts JSON to an address, signed with your secret, with a key that is the same on every retry.",
        description_zh="向指定地址发送 JSON，用您的机密签名，重试时使用同一个幂等键。",
        author="OpenClaw",
        category="integration",
        tags=["webhook", "http"],
        permissions=["network", "secrets:signing"],
    )
    input_schema = {
        "type": "object",
        "properties": {
            "url": {"type": "string", "title": "Address", "x-title-zh": "地址", "pattern": "^https?://"},
            "event": {
                "type": "string",
                "title": "Event",
                "x-title-zh": "事件",
                "minLength": 1,
                "maxLength": 100,
            },
            "data": {"title": "Data", "x-title-zh": "数据"},
            "sign": {
                "type": "boolean",
                "title": "Sign with the secret `signing`",
                "x-title-zh": "用机密 signing 签名",
                "default": False,
            },
        },
        "required": ["url", "event"],
        "additionalProperties": False,
    }
    output_schema = {
        "type": "object",
        "properties": {"status": {"type": "integer"}, "answer": {"type": "string"}},
        "required": ["status", "answer"],
    }

    async def execute(self, inputs: dict[str, Any], context: Context) -> dict[str, Any]:
        event = {"event": inputs["event"], "id": context.key, "data": inputs.get("data")}
        body = json.dumps(event, ensure_ascii=False, sort_keys=True)
        headers = {"Content-Type": "application/json", "Idempotency-Key": context.key}
        if inputs.get("sign"):
            secret = await context.secret("signing")
            digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
            headers["X-OpenClaw-Signature"] = f"sha256={digest}"
        response = await context.http.request("POST", inputs["url"], headers=headers, body=body, redirects=0)
        if not response.ok:
            raise PluginError(
                "refused", f"{inputs['url']} answered {response.status}.", status=response.status
            )
        return {"status": response.status, "answer": response.text[:10_000]}
